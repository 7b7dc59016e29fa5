#include "support/owned_register.h"

#include "support/settings.h"

namespace innkeeper::support {

core::RegisterRequest OwnedRegister::shown() const {
    contact_views_.clear();
    for (const OwnedContact& contact : contacts)
        contact_views_.push_back(
            {contact.uri, contact.instance, contact.reg_id, contact.q, contact.expires, contact.keep_alive});
    credentials_views_.clear();
    for (const OwnedCredentials& one : credentials)
        credentials_views_.push_back({one.username, one.realm, one.nonce, one.uri, one.response, one.cnonce,
                                      one.algorithm, one.qop_auth, one.nonce_count, one.nonce_count_text});
    core::RegisterRequest request;
    request.id = id;
    request.source = source;
    request.behind_nat = behind_nat;
    request.to_user = to_user;
    request.to_domain = to_domain;
    request.to_domain_is_address = to_domain_is_address;
    request.call_id = call_id;
    request.cseq = cseq;
    request.user_agent = user_agent;
    request.path = path;
    request.supports_path = supports_path;
    request.supports_outbound = supports_outbound;
    request.unsupported = unsupported;
    request.expires = expires;
    request.star = star;
    request.contacts = contact_views_;
    request.credentials = credentials_views_;
    return request;
}

OwnedRegister register_of(std::string_view user, std::string_view user_agent) {
    OwnedRegister request;
    request.id.value = 1;
    request.source.remote = base::Endpoint::parse("192.0.2.1:5060").value();
    request.to_user = user;
    request.to_domain = domain;
    request.call_id = std::string(user) + "-call";
    request.user_agent = user_agent;
    request.contacts.push_back({"sip:" + std::string(user) + "@192.0.2.1:5060", {}, 0, 1000, {}});
    return request;
}

}  // namespace innkeeper::support
