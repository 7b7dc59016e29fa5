// MD5 and SHA-256 as digest authentication uses them (RFC 7616 section 3): over texts joined by the caller, shown in
// lower-case hex. Everything made here may stand for a password and is wiped when dropped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "auth/digest.h"

namespace innkeeper::auth {

constexpr std::size_t hash_size(Algorithm algorithm) {
    return algorithm == Algorithm::md5 ? 16 : 32;
}

class Hash {
public:
    Hash(Algorithm algorithm, std::initializer_list<std::string_view> parts);
    Hash(const Hash&) = delete;
    Hash& operator=(const Hash&) = delete;
    ~Hash();
    std::span<const std::uint8_t> octets() const { return std::span(octets_).first(size_); }

private:
    std::array<std::uint8_t, 32> octets_{};
    std::size_t size_ = 0;
};

class Hex {
public:
    explicit Hex(std::span<const std::uint8_t> octets);  // at most 32
    Hex(const Hex&) = delete;
    Hex& operator=(const Hex&) = delete;
    ~Hex();
    std::string_view text() const { return std::string_view(digits_.data(), size_); }

private:
    std::array<char, 64> digits_{};
    std::size_t size_ = 0;
};

// True when `hex`, in either case, spells `octets`. Takes the same time whichever octets differ.
bool spells(std::string_view hex, std::span<const std::uint8_t> octets);

}  // namespace innkeeper::auth
