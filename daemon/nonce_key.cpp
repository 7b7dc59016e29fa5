#include "daemon/nonce_key.h"

#include <sys/random.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace innkeeper::daemon {

auth::NonceKey fresh_nonce_key(base::Instant now) {
    std::array<std::uint8_t, 32 + sizeof(std::uint32_t)> octets{};
    if (getrandom(octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size()))
        throw std::runtime_error("the kernel gives no random octets for the nonce key");
    auth::NonceKey key;
    std::memcpy(&key.id, octets.data() + 32, sizeof key.id);
    key.born = now;
    key.key = base::SecretBytes<32>(std::span<const std::uint8_t>(octets).first<32>());
    explicit_bzero(octets.data(), octets.size());
    return key;
}

}  // namespace innkeeper::daemon
