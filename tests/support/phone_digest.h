// The phone's side of digest authentication (RFC 7616 section 3.4.1), written apart from lib/auth so that the two check
// each other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/ha1.h"
#include "support/owned_register.h"

namespace innkeeper::support {

// What a phone remembers of a challenge. One per server it talks to.
class DigestSession {
public:
    // A phone that knows MD5 alone takes the second of the two challenges offered.
    explicit DigestSession(auth::Algorithm algorithm = auth::Algorithm::md5) : algorithm_(algorithm) {}

    void take(std::string_view realm, std::string_view nonce);
    void forget() { nonce_.clear(); }
    bool challenged() const { return !nonce_.empty(); }
    // Replaces the request's credentials by right ones for its next use of the nonce; none while not challenged.
    void authorise(OwnedRegister& request, std::string_view user, const auth::Ha1& ha1);
    // The same as the value of a Proxy-Authorization header.
    std::string header(std::string_view user, const auth::Ha1& ha1, std::string_view method, std::string_view uri);

private:
    OwnedCredentials answer(std::string_view user, const auth::Ha1& ha1, std::string_view method, std::string uri);

    auth::Algorithm algorithm_;
    std::string realm_;
    std::string nonce_;
    std::uint32_t nonce_count_ = 0;
};

}  // namespace innkeeper::support
