// An Authorization or Proxy-Authorization header with scheme Digest (RFC 7616 section 3.4, RFC 8760). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "auth/digest.h"

namespace innkeeper::auth {

// Takes the parameters of one header, in any order, without their quotes.
class CredentialsReader {
public:
    void take(std::string_view name, std::string_view value);
    // Nothing when this server could not have asked for it: another algorithm than MD5 or SHA-256, a qop other than
    // auth, a nonce count that is no number. To these the answer is the challenge.
    std::optional<Credentials> finish();

private:
    Credentials credentials_;
    bool usable_ = true;
};

// The whole header value, scheme first. Views into it; a value with escapes is left empty, so that it proves nothing.
std::optional<Credentials> read_credentials(std::string_view header);

}  // namespace innkeeper::auth
