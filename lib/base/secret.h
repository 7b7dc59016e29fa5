// Bytes that must not leak: keys and HA1s. Cannot be copied by accident, printed or compared; wiped when dropped.
// reveal() is for lib/auth, the peer encoder, the image in memory (backup/record_image) and the store's own HA1
// columns; tests/lint holds everybody else off.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/assert.h"

namespace innkeeper::base {

template <std::size_t Size>
class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::span<const std::uint8_t> bytes) : present_(true) {
        INNKEEPER_ASSERT(bytes.size() == Size);
        std::memcpy(bytes_.data(), bytes.data(), Size);
    }
    SecretBytes(SecretBytes&& other) noexcept { take(other); }
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        if (this != &other) take(other);
        return *this;
    }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes() { wipe(); }

    // False: no secret of this kind is known (a user without a SHA-256 HA1, for example).
    bool present() const { return present_; }
    SecretBytes clone() const { return present_ ? SecretBytes(reveal()) : SecretBytes(); }
    std::span<const std::uint8_t> reveal() const { return bytes_; }

private:
    void take(SecretBytes& other) noexcept {
        bytes_ = other.bytes_;
        present_ = other.present_;
        other.wipe();
    }
    void wipe() noexcept {
        for (volatile std::uint8_t& byte : bytes_) byte = 0;  // volatile: not optimised away before destruction
        present_ = false;
    }

    std::array<std::uint8_t, Size> bytes_{};
    bool present_ = false;
};

}  // namespace innkeeper::base
