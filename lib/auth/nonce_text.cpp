#include "auth/nonce_text.h"

#include <algorithm>
#include <array>

namespace innkeeper::auth {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t octets_size = 8 + nonce_mac_size;
constexpr std::size_t text_size = octets_size / 3 * 4;
static_assert(octets_size % 3 == 0, "no padding");

constexpr std::array<std::int8_t, 256> values = [] {
    std::array<std::int8_t, 256> table{};
    for (auto& value : table) value = -1;
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}();

void write_u32(std::uint32_t value, std::uint8_t* out) {
    for (int i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

std::uint32_t read_u32(const std::uint8_t* in) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = (value << 8) | in[i];
    return value;
}

}  // namespace

std::string to_text(const NonceParts& parts) {
    std::array<std::uint8_t, octets_size> octets{};
    write_u32(parts.key_id, octets.data());
    write_u32(parts.seconds, octets.data() + 4);
    std::copy(parts.mac.begin(), parts.mac.end(), octets.begin() + 8);
    std::string text;
    text.reserve(text_size);
    for (std::size_t i = 0; i < octets_size; i += 3) {
        const unsigned group = static_cast<unsigned>(octets[i] << 16 | octets[i + 1] << 8 | octets[i + 2]);
        for (const unsigned shift : {18U, 12U, 6U, 0U}) text.push_back(alphabet[(group >> shift) & 0x3f]);
    }
    return text;
}

std::optional<NonceParts> nonce_parts_from(std::string_view text) {
    if (text.size() != text_size) return std::nullopt;
    std::array<std::uint8_t, octets_size> octets{};
    for (std::size_t i = 0; i < text_size / 4; ++i) {
        int group = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            const int value = values[static_cast<unsigned char>(text[4 * i + k])];
            if (value < 0) return std::nullopt;
            group = group << 6 | value;
        }
        for (std::size_t k = 0; k < 3; ++k) octets[3 * i + k] = static_cast<std::uint8_t>(group >> (16 - 8 * k));
    }
    NonceParts parts;
    parts.key_id = read_u32(octets.data());
    parts.seconds = read_u32(octets.data() + 4);
    std::copy(octets.begin() + 8, octets.end(), parts.mac.begin());
    return parts;
}

}  // namespace innkeeper::auth
