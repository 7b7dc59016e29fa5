#include "auth/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>

#include "base/assert.h"

namespace innkeeper::auth {
namespace {

template <class T, void (*release)(T*)>
struct Release {
    void operator()(T* owned) const { release(owned); }
};
using Method = std::unique_ptr<EVP_MD, Release<EVP_MD, EVP_MD_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX, EVP_MD_CTX_free>>;

Method fetch(const char* name) {
    Method method(EVP_MD_fetch(nullptr, name, nullptr));
    INNKEEPER_ASSERT(method != nullptr);
    return method;
}

// Fetching a method and making a context each cost as much as hashing a whole response, hence once per process and
// once per thread and algorithm.
EVP_MD_CTX* begin(Algorithm algorithm) {
    static const Method md5 = fetch("MD5");
    static const Method sha256 = fetch("SHA256");
    thread_local const Context md5_context(EVP_MD_CTX_new());
    thread_local const Context sha256_context(EVP_MD_CTX_new());
    const bool is_md5 = algorithm == Algorithm::md5;
    EVP_MD_CTX* context = is_md5 ? md5_context.get() : sha256_context.get();
    INNKEEPER_ASSERT(EVP_DigestInit_ex2(context, is_md5 ? md5.get() : sha256.get(), nullptr) == 1);
    return context;
}

constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    for (auto& value : values) value = no_digit;
    for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0') + i] = i;
    for (std::uint8_t i = 0; i < 6; ++i) {
        values[static_cast<std::size_t>('a') + i] = static_cast<std::uint8_t>(10 + i);
        values[static_cast<std::size_t>('A') + i] = static_cast<std::uint8_t>(10 + i);
    }
    return values;
}();

std::uint8_t digit_value(char digit) {
    return digit_values[static_cast<unsigned char>(digit)];
}

}  // namespace

Hash::Hash(Algorithm algorithm, std::initializer_list<std::string_view> parts) : size_(hash_size(algorithm)) {
    EVP_MD_CTX* context = begin(algorithm);
    for (const std::string_view part : parts) EVP_DigestUpdate(context, part.data(), part.size());
    INNKEEPER_ASSERT(EVP_DigestFinal_ex(context, octets_.data(), nullptr) == 1);
}

Hash::~Hash() {
    OPENSSL_cleanse(octets_.data(), octets_.size());
}

Hex::Hex(std::span<const std::uint8_t> octets) : size_(2 * octets.size()) {
    constexpr char digits[] = "0123456789abcdef";
    INNKEEPER_ASSERT(size_ <= digits_.size());
    for (std::size_t i = 0; i < octets.size(); ++i) {
        digits_[2 * i] = digits[octets[i] >> 4];
        digits_[2 * i + 1] = digits[octets[i] & 0xf];
    }
}

Hex::~Hex() {
    OPENSSL_cleanse(digits_.data(), digits_.size());
}

bool spells(std::string_view hex, std::span<const std::uint8_t> octets) {
    if (hex.size() != 2 * octets.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const unsigned high = digit_value(hex[2 * i]);
        const unsigned low = digit_value(hex[2 * i + 1]);
        difference |= ((high << 4) | low) ^ octets[i];  // no_digit sets bits that no octet has, or all low ones
        difference |= (high | low) & 0xf0;
    }
    return difference == 0;
}

}  // namespace innkeeper::auth
