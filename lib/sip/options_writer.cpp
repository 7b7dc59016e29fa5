#include "sip/options_writer.h"

#include <string>

#include "core/call_listeners.h"
#include "sip/wire_writer.h"

namespace innkeeper::sip {

std::string_view write_options(const OptionsQuestion& question, std::span<char> room) {
    const std::string sent_by = question.local.text();
    const std::string ip = question.local.ip.text();
    const std::string host = question.local.ip.is_v4() ? ip : "[" + ip + "]";
    WireWriter out(room);
    out.own("OPTIONS ")
        .foreign(question.contact)
        .own(" SIP/2.0\r\nVia: SIP/2.0/")
        .own(core::via_name(question.transport));
    out.own(" ").own(sent_by).own(";branch=").own(branch_cookie).own(question.token).own(";rport\r\n");
    out.own("Max-Forwards: 70\r\n");
    if (!question.path.empty()) out.own("Route: ").foreign(question.path).own("\r\n");
    out.own("From: <sip:innkeeper@").own(host).own(">;tag=").own(question.token).own("\r\n");
    out.own("To: <").foreign(question.contact).own(">\r\n");
    out.own("Call-ID: ").own(question.token).own("@innkeeper\r\nCSeq: 1 OPTIONS\r\n");
    out.own("User-Agent: Innkeeper\r\nContent-Length: 0\r\n\r\n");
    return out.full() ? std::string_view() : out.text();
}

}  // namespace innkeeper::sip
