// What a phone is answered; the SIP edge adds what it copied from the request (Via, To, From, Call-ID, CSeq, Path) and
// Date.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace innkeeper::core {

// One Contact of a 2xx. Views into the location table, valid until the next step.
struct ContactAnswer {
    std::string_view uri;
    std::string_view instance;
    std::uint32_t reg_id = 0;
    std::uint16_t q = 1000;
    std::uint32_t expires = 0;  // seconds
};

// Offered as WWW-Authenticate headers with one nonce, for MD5 and SHA-256 (RFC 8760).
struct Challenge {
    std::string_view realm;  // view into the core's configuration
    std::string nonce;
    bool stale = false;
    bool md5_only = false;  // the phone gives up when SHA-256 is offered beside it
};

struct Response {
    base::RequestId to;
    std::uint16_t status = 200;
    std::string_view phrase = "OK";
    std::vector<ContactAnswer> contacts;
    std::optional<Challenge> challenge;
    std::optional<std::uint32_t> min_expires;  // seconds
    std::optional<std::uint32_t> retry_after;  // seconds
    std::string_view unsupported;              // view into the request
    std::string_view warning;                  // text of Warning: 399; empty: none
    std::string_view headers;                  // more header lines, each with CRLF; of the phone's profile
    bool outbound = false;                     // Require: outbound (RFC 5626 section 6)
};

}  // namespace innkeeper::core
