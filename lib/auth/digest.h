// The server's side of SIP digest authentication (RFC 3261 section 22, RFC 7616, RFC 8760). Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "auth/ha1.h"

namespace innkeeper::auth {

enum class Algorithm : std::uint8_t { md5, sha256 };
std::string_view to_text(Algorithm algorithm);  // "MD5", "SHA-256" as in the header

// One Authorization header, unquoted. Views into the request.
struct Credentials {
    std::string_view username;
    std::string_view realm;
    std::string_view nonce;
    std::string_view uri;
    std::string_view response;  // lower- or upper-case hex
    std::string_view cnonce;
    Algorithm algorithm = Algorithm::md5;
    bool qop_auth = false;              // false: RFC 2069 style, without qop
    std::uint32_t nonce_count = 0;      // nc; 0 without qop
    std::string_view nonce_count_text;  // as sent: eight hex digits, part of the hash
};

// True when the response was made with this HA1. Takes the same time whatever is wrong; an HA1 that is not present
// is compared like a wrong one (R16), so pass a default Ha1 for an unknown user.
bool response_is_right(const Credentials& credentials, std::string_view method, const Ha1& ha1);

}  // namespace innkeeper::auth
