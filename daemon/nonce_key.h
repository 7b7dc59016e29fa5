// A fresh nonce key from the machine's random source.
#pragma once

#include "auth/nonce.h"

namespace innkeeper::daemon {

// `now` is when the key's clock reads zero. Throws std::runtime_error where the kernel gives no random octets.
auth::NonceKey fresh_nonce_key(base::Instant now);

}  // namespace innkeeper::daemon
