// The client's side of digest authentication (RFC 7616 section 3.4): what a server asked, and the answer to it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/digest.h"

namespace innkeeper::auth {

struct Challenge {
    std::string realm;
    std::string nonce;
    std::string opaque;  // empty: none
    Algorithm algorithm = Algorithm::md5;
    bool qop_auth = false;  // false: RFC 2069 style
};

// A WWW-Authenticate or Proxy-Authenticate header. Nothing: another scheme or algorithm, a qop without auth, no nonce,
// or something in it that could not be said again.
std::optional<Challenge> read_challenge(std::string_view header);

// The value of the Authorization header; empty: the HA1 for that algorithm is not known. The nonce is used once, so its
// count is one; `cnonce` is text without quotes.
std::string answer(const Challenge& challenge, std::string_view username, std::string_view method, std::string_view uri,
                   std::string_view cnonce, const Ha1& ha1);

}  // namespace innkeeper::auth
