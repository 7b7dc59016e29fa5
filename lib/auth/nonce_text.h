// How a nonce is written: base64url (RFC 4648 section 5) of key id, seconds on that key's clock, and MAC. 24 octets
// make 32 characters without padding, and every nonce has one spelling only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/nonce_mac.h"

namespace innkeeper::auth {

struct NonceParts {
    std::uint32_t key_id = 0;
    std::uint32_t seconds = 0;
    NonceMac mac{};
};

std::string to_text(const NonceParts& parts);
std::optional<NonceParts> nonce_parts_from(std::string_view text);

}  // namespace innkeeper::auth
