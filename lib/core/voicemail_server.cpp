#include "core/voicemail_server.h"

#include "base/ascii.h"
#include "calls/address_fields.h"

namespace innkeeper::core {

base::Expected<VoicemailServer> VoicemailServer::parse(std::string_view text) {
    const auto wrong = [](const std::string& what) {
        return base::error(what + ": write a SIP URI with an address, as sip:messages@192.0.2.30:5060");
    };
    if (text.size() > longest) return wrong("longer than 256 octets");
    for (const char letter : text)
        if (static_cast<unsigned char>(letter) <= 0x20 || letter == 0x7f || letter == '<' || letter == '>')
            return wrong("a blank, a control octet or a bracket inside");
    const auto uri = calls::SipUri::parse(text);
    if (!uri || uri->secure || !uri->headers.empty()) return wrong("no SIP URI");
    const std::string_view transport = uri->parameters.value("transport");
    if (!transport.empty() && !base::same_ignoring_case(transport, "udp")) return wrong("reached over UDP only");
    const auto endpoint = base::Endpoint::parse(uri->host + ":" + std::to_string(uri->port == 0 ? 5060 : uri->port));
    if (!endpoint) return wrong("its host is no IP address");
    return VoicemailServer{std::string(text), base::Transport::udp, *endpoint};
}

}  // namespace innkeeper::core
