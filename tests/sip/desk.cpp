#include "sip/desk.h"

namespace innkeeper::support {
namespace {

OwnedRegister owned(const core::RegisterRequest& request) {
    OwnedRegister out;
    out.id = request.id;
    out.source = request.source;
    out.behind_nat = request.behind_nat;
    out.to_user = request.to_user;
    out.to_domain = request.to_domain;
    out.to_domain_is_address = request.to_domain_is_address;
    out.call_id = request.call_id;
    out.cseq = request.cseq;
    out.user_agent = request.user_agent;
    out.path = request.path;
    out.supports_path = request.supports_path;
    out.supports_outbound = request.supports_outbound;
    out.unsupported = request.unsupported;
    out.expires = request.expires;
    out.star = request.star;
    for (const auto& contact : request.contacts)
        out.contacts.push_back({std::string(contact.uri), std::string(contact.instance), contact.reg_id, contact.q,
                                contact.expires, contact.keep_alive});
    for (const auto& given : request.credentials)
        out.credentials.push_back({std::string(given.username), std::string(given.realm), std::string(given.nonce),
                                   std::string(given.uri), std::string(given.response), std::string(given.cnonce),
                                   std::string(given.nonce_count_text), given.algorithm, given.qop_auth,
                                   given.nonce_count});
    return out;
}

}  // namespace

Desk::Desk()
    : server([this](const core::RegisterRequest& request) { on_register(request); },
             [this](const core::OptionsRequest& request) {
                 ++options;
                 asked_as = std::string(request.from_user) + '@' + std::string(request.from_domain);
                 response.to = request.id;
                 server.answer(response);
             },
             [this](const core::SipReceived& received) { passed.emplace_back(received.message.text()); }),
      room_(16384) {}

void Desk::on_register(const core::RegisterRequest& request) {
    seen = owned(request);
    core::Response answer = response;
    answer.to = request.id;
    if (grant_contacts && answer.status == 200)
        for (const auto& contact : request.contacts)
            answer.contacts.push_back({contact.uri, contact.instance, contact.reg_id, contact.q,
                                       contact.expires.value_or(request.expires.value_or(300))});
    server.answer(answer);
}

std::string Desk::ask(std::string_view message, base::Flow source, sip::Framing framing) {
    seen.reset();
    return std::string(server.serve(message, source, room_, framing).answer);
}

base::Flow Desk::phone() {
    return {base::Transport::udp, 0, *base::Endpoint::parse("192.0.2.7:5062"), 0};
}

}  // namespace innkeeper::support
