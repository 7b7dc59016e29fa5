// A REGISTER as the SIP edge hands it in: well-formed, within limits, nothing judged. All views point into the edge's
// receive buffer and are valid for the step only; the core copies what it keeps.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "auth/digest.h"
#include "base/address.h"
#include "base/ids.h"

namespace innkeeper::core {

struct ContactRequest {
    std::string_view uri;       // without angle brackets
    std::string_view instance;  // +sip.instance value without quotes, with its angle brackets
    std::uint32_t reg_id = 0;
    std::uint16_t q = 1000;                // thousandths
    std::optional<std::uint32_t> expires;  // seconds, from the Contact parameter
    bool keep_alive = false;               // cisco-keep-alive
};

struct RegisterRequest {
    base::RequestId id;
    base::Flow source;
    bool behind_nat = false;   // the top Via's host differs from the source address (RFC 3581)
    std::string_view to_user;  // AOR as written in To; the core makes the Aor
    std::string_view to_domain;
    bool to_domain_is_address = false;  // an IP literal: the phone was given the server's address for a domain
    std::string_view call_id;
    std::uint32_t cseq = 0;
    std::string_view user_agent;
    std::string_view path;  // all Path values, comma separated
    bool supports_path = false;
    bool supports_outbound = false;
    std::string_view unsupported;          // option tags of Require that nobody here knows, comma separated
    std::optional<std::uint32_t> expires;  // Expires header, seconds
    bool star = false;                     // Contact: *
    std::span<const ContactRequest> contacts;
    std::span<const auth::Credentials> credentials;  // every Authorization header with scheme Digest
};

// OPTIONS to this server itself: a probe (RFC 3261 section 11).
struct OptionsRequest {
    base::RequestId id;
    base::Flow source;
    std::string_view from_user = {};  // whoever asks says so; nothing proves it
    std::string_view from_domain = {};
    bool from_domain_is_address = false;
    std::string_view user_agent = {};
};

}  // namespace innkeeper::core
