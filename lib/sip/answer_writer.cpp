#include "sip/answer_writer.h"

#include <sofia-sip/sip.h>
#include <strings.h>

#include "sip/wire_fields.h"

namespace innkeeper::sip {
namespace {

constexpr std::string_view allowed =
    "Allow: REGISTER, OPTIONS, INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, REFER, MESSAGE, SUBSCRIBE, NOTIFY, "
    "PUBLISH\r\n";

bool names(const char* param, std::string_view name) {
    return strncasecmp(param, name.data(), name.size()) == 0 && (param[name.size()] == '=' || param[name.size()] == 0);
}

void write_sent_by(WireWriter& out, const sip_via_t& via) {
    out.own("Via: ").foreign(via.v_protocol).own(" ").foreign(via.v_host);
    if (via.v_port != nullptr) out.own(":").foreign(via.v_port);
}

void write_ip(WireWriter& out, const base::IpAddress& ip) {
    if (!ip.is_v4()) {
        out.own(ip.text());
        return;
    }
    for (std::size_t i = 12; i < 16; ++i) out.own(i == 12 ? "" : ".").number(ip.octets[i]);
}

// RFC 3581 section 4: where the request really came from; what the sender claims about that is left out.
void write_top_via(WireWriter& out, const sip_via_t& via, const base::Endpoint& remote) {
    write_sent_by(out, via);
    bool wants_port = false;
    for (const msg_param_t* param = via.v_params; param != nullptr && *param != nullptr; ++param) {
        if (names(*param, "rport"))
            wants_port = true;
        else if (!names(*param, "received"))
            out.own(";").foreign(*param);
    }
    out.own(";received=");
    write_ip(out, remote.ip);
    if (wants_port) out.own(";rport=").number(remote.port);
    out.own("\r\n");
}

void write_copied(WireWriter& out, const AnswerFrame& frame) {
    const sip_t& request = frame.request;
    write_top_via(out, *request.sip_via, frame.source.remote);
    for (const sip_via_t* via = request.sip_via->v_next; via != nullptr; via = via->v_next) {
        write_sent_by(out, *via);
        write_params(out, via->v_params);
        out.own("\r\n");
    }
    out.own("From: ");
    write_name_addr(out, request.sip_from->a_display, request.sip_from->a_url, request.sip_from->a_params);
    out.own("\r\nTo: ");
    write_name_addr(out, request.sip_to->a_display, request.sip_to->a_url, request.sip_to->a_params);
    if (request.sip_to->a_tag == nullptr) out.own(";tag=").own(frame.to_tag);
    out.own("\r\nCall-ID: ").foreign(request.sip_call_id->i_id).own("\r\nCSeq: ");
    out.number(request.sip_cseq->cs_seq).own(" ").foreign(request.sip_cseq->cs_method_name).own("\r\n");
}

void write_q(WireWriter& out, std::uint16_t thousandths) {
    if (thousandths >= 1000) return;  // 1 is what a missing q means
    const char digits[] = {static_cast<char>('0' + thousandths / 100), static_cast<char>('0' + thousandths / 10 % 10),
                           static_cast<char>('0' + thousandths % 10)};
    out.own(";q=0.").own(std::string_view(digits, sizeof digits));
}

void write_contact(WireWriter& out, const core::ContactAnswer& contact) {
    out.own("Contact: <").foreign(contact.uri).own(">;expires=").number(contact.expires);
    write_q(out, contact.q);
    if (!contact.instance.empty()) out.own(";+sip.instance=").quoted(contact.instance);
    if (contact.reg_id != 0) out.own(";reg-id=").number(contact.reg_id);
    out.own("\r\n");
}

// RFC 3327 section 5.3: the phone learns the Path that its calls will take.
void write_path(WireWriter& out, const sip_t& request) {
    for (const sip_path_t* path = request.sip_path; path != nullptr; path = path->r_next) {
        out.own("Path: ");
        write_name_addr(out, path->r_display, path->r_url, path->r_params);
        out.own("\r\n");
    }
}

void write_challenge(WireWriter& out, const core::Challenge& challenge, std::string_view algorithm) {
    out.own("WWW-Authenticate: Digest realm=").quoted(challenge.realm).own(", nonce=").quoted(challenge.nonce);
    out.own(", algorithm=").own(algorithm).own(", qop=\"auth\"");
    if (challenge.stale) out.own(", stale=true");
    out.own("\r\n");
}

void write_asked(WireWriter& out, const AnswerFrame& frame, const core::Response& response) {
    const auto method = frame.request.sip_request->rq_method;
    const bool granted = response.status / 100 == 2;
    for (const auto& contact : response.contacts) write_contact(out, contact);
    if (granted && method == sip_method_register) write_path(out, frame.request);
    if (response.challenge) {
        // MD5 comes first: many phones look at the first challenge only, and give up when it is SHA-256.
        write_challenge(out, *response.challenge, "MD5");
        if (!response.challenge->md5_only) write_challenge(out, *response.challenge, "SHA-256");
    }
    if (response.min_expires) out.own("Min-Expires: ").number(*response.min_expires).own("\r\n");
    if (response.retry_after) out.own("Retry-After: ").number(*response.retry_after).own("\r\n");
    if (!response.unsupported.empty()) out.own("Unsupported: ").foreign(response.unsupported).own("\r\n");
    if (response.outbound) out.own("Require: outbound\r\n");
}

}  // namespace

std::string_view write_answer(const AnswerFrame& frame, const core::Response& response, Detail detail,
                              std::span<char> room) {
    WireWriter out(room);
    out.own("SIP/2.0 ").number(response.status).own(" ").foreign(response.phrase).own("\r\n");
    write_copied(out, frame);
    write_asked(out, frame, response);
    if (detail == Detail::full) {
        out.own(response.headers);
        if (!response.warning.empty()) out.own("Warning: 399 innkeeper ").quoted(response.warning).own("\r\n");
        if (response.status / 100 == 2) {
            out.own("Supported: path, outbound\r\n");
            out.own("Date: ").own(frame.date).own("\r\n");
            if (frame.request.sip_request->rq_method == sip_method_options) out.own(allowed);
        }
        out.own("Server: Innkeeper\r\n");
    }
    out.own("Content-Length: 0\r\n\r\n");
    return out.full() ? std::string_view() : out.text();
}

}  // namespace innkeeper::sip
