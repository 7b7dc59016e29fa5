// A REGISTER that owns its words. The core takes one as views into a receive buffer; tests keep it here, change it,
// send it again, and show it to the core.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/register_request.h"

namespace innkeeper::support {

struct OwnedContact {
    std::string uri;
    std::string instance;
    std::uint32_t reg_id = 0;
    std::uint16_t q = 1000;
    std::optional<std::uint32_t> expires;  // seconds
    bool keep_alive = false;
};

struct OwnedCredentials {
    std::string username;
    std::string realm;
    std::string nonce;
    std::string uri;
    std::string response;
    std::string cnonce;
    std::string nonce_count_text;
    auth::Algorithm algorithm = auth::Algorithm::md5;
    bool qop_auth = true;
    std::uint32_t nonce_count = 0;
};

struct OwnedRegister {
    base::RequestId id;
    base::Flow source;
    bool behind_nat = false;
    std::string to_user;
    std::string to_domain;
    bool to_domain_is_address = false;
    std::string call_id;
    std::uint32_t cseq = 1;
    std::string user_agent;
    std::string path;
    bool supports_path = false;
    bool supports_outbound = false;
    std::string unsupported;
    std::optional<std::uint32_t> expires;  // seconds
    bool star = false;
    std::vector<OwnedContact> contacts;
    std::vector<OwnedCredentials> credentials;

    // Valid until this value changes, moves or is shown again.
    core::RegisterRequest shown() const;

private:
    mutable std::vector<core::ContactRequest> contact_views_;
    mutable std::vector<auth::Credentials> credentials_views_;
};

// One Contact, default expiry, from 192.0.2.1:5060 over UDP: the smallest REGISTER a desk phone sends.
OwnedRegister register_of(std::string_view user, std::string_view user_agent = "Yealink SIP-T46S");

}  // namespace innkeeper::support
