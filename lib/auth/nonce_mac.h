// The seal on a nonce: keyed BLAKE2s (RFC 7693) with a 16-octet tag over when, whose and from where. A MAC by design
// that takes the whole 32-octet key; half as dear as HMAC-SHA-256 keyed afresh, and unlike HMAC worth no cache of keyed
// contexts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/address.h"
#include "base/aor.h"
#include "base/secret.h"

namespace innkeeper::auth {

inline constexpr std::size_t nonce_mac_size = 16;
using NonceMac = std::array<std::uint8_t, nonce_mac_size>;

NonceMac nonce_mac(const base::SecretBytes<32>& key, std::uint32_t seconds, const base::Aor& aor,
                   const base::IpAddress& source);

// Takes the same time whichever octets differ.
bool equal(const NonceMac& a, const NonceMac& b);

}  // namespace innkeeper::auth
