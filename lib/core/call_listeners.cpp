#include "core/call_listeners.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace innkeeper::core {

std::string_view via_name(base::Transport transport) {
    switch (transport) {
        case base::Transport::udp:
            return "UDP";
        case base::Transport::tcp:
            return "TCP";
        case base::Transport::tls:
            return "TLS";
    }
    return "UDP";
}

const CallSettings::Address* listener_for(const Settings& settings, const calls::Hop& hop) {
    const auto& listeners = settings.calls.listeners;
    if (const auto* flow = std::get_if<base::Flow>(&hop))
        return flow->listener < listeners.size() ? &listeners[flow->listener] : nullptr;
    const auto* address = std::get_if<calls::AddressHop>(&hop);
    if (address == nullptr) return nullptr;
    const auto found = std::find_if(listeners.begin(), listeners.end(), [&](const CallSettings::Address& listener) {
        const bool v6 = !listener.host.empty() && listener.host.front() == '[';
        return listener.transport == address->transport && v6 != address->endpoint.ip.is_v4();
    });
    return found == listeners.end() ? nullptr : &*found;
}

std::string sent_by(const Settings& settings, const calls::Hop& hop) {
    const CallSettings::Address* ours = listener_for(settings, hop);
    if (ours == nullptr) return "TLS " + settings.site.text + ".invalid";  // answers come back on the link
    return std::string(via_name(ours->transport)) + " " + ours->host + ":" + std::to_string(ours->port);
}

std::string uri_of(const CallSettings::Address& listener) {
    return "sip:" + listener.host + ":" + std::to_string(listener.port) +
           ";transport=" + std::string(base::to_text(listener.transport));
}

// A name without a port is looked up by SRV records (RFC 3263 section 4.2), which may name a backup behind this site.
std::string route_to(const CallSettings::Address& listener) {
    if (listener.name.empty()) return uri_of(listener);
    return "sip:" + listener.name + ";transport=" + std::string(base::to_text(listener.transport));
}

std::string user_of(const base::Aor& aor) {
    std::string text;
    for (const char octet : aor.user()) {
        const auto code = static_cast<unsigned char>(octet);
        if (std::isalnum(code) != 0 || std::string_view("-_.!~*'()&=+$,;?/").find(octet) != std::string_view::npos)
            text += octet;
        else
            text += {'%', "0123456789ABCDEF"[code >> 4U], "0123456789ABCDEF"[code & 15U]};
    }
    return text;
}

std::string uri_of(const base::Aor& aor) {
    return "sip:" + user_of(aor) + "@" + std::string(aor.domain());
}

void push_sip(calls::Transmit transmit, Effects& out) {
    if (const auto* there = std::get_if<calls::SiteHop>(&transmit.to))
        out.push_back(SendToPeer{there->site, SipRelay{std::move(transmit.octets)}});
    else
        out.push_back(SendSip{std::move(transmit.to), std::move(transmit.octets)});
}

}  // namespace innkeeper::core
