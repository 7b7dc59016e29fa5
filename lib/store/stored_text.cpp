#include "store/stored_text.h"

#include <cstdint>

namespace innkeeper::store {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

std::uint8_t octet_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

// Length of the printable UTF-8 character (RFC 3629 section 4) at the start of `text`; 0: none.
std::size_t printable_length(std::string_view text) {
    const std::uint8_t first = octet_at(text, 0);
    if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
    const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                               : (first & 0xf0) == 0xe0         ? 3
                               : first >= 0xf0 && first <= 0xf4 ? 4
                                                                : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((octet_at(text, i) & 0xc0) != 0x80) return 0;
    const std::uint8_t second = octet_at(text, 1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool surrogate = first == 0xed && second > 0x9f;
    const bool beyond = first == 0xf4 && second > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    return -1;
}

}  // namespace

bool is_printable(std::string_view octets) {
    while (!octets.empty()) {
        const std::size_t length = printable_length(octets);
        if (length == 0) return false;
        octets.remove_prefix(length);
    }
    return true;
}

std::string stored_text(std::string_view octets) {
    std::string stored;
    stored.reserve(octets.size());
    while (!octets.empty()) {
        std::size_t length = printable_length(octets);
        if (octets.front() == '\\') {
            stored += "\\\\";
        } else if (length == 0) {
            const std::uint8_t octet = octet_at(octets, 0);
            stored += {'\\', 'x', hex_digits[octet >> 4], hex_digits[octet & 15]};
            length = 1;
        } else {
            stored += octets.substr(0, length);
        }
        octets.remove_prefix(length);
    }
    return stored;
}

std::string octets_of(std::string_view stored) {
    std::string octets;
    octets.reserve(stored.size());
    for (std::size_t i = 0; i < stored.size(); ++i) {
        if (stored[i] != '\\') {
            octets += stored[i];
        } else if (i + 3 < stored.size() && stored[i + 1] == 'x' && hex_value(stored[i + 2]) >= 0 &&
                   hex_value(stored[i + 3]) >= 0) {
            octets += static_cast<char>(hex_value(stored[i + 2]) * 16 + hex_value(stored[i + 3]));
            i += 3;
        } else {
            octets += '\\';
            if (i + 1 < stored.size() && stored[i + 1] == '\\') ++i;
        }
    }
    return octets;
}

void ArrayLiteral::begin_element() {
    body_ += body_.empty() ? '{' : ',';
}

void ArrayLiteral::add(std::string_view text) {
    begin_element();
    body_ += '"';
    for (const char octet : text) {
        if (octet == '"' || octet == '\\') body_ += '\\';
        body_ += octet;
    }
    body_ += '"';
}

void ArrayLiteral::add_null() {
    begin_element();
    body_ += "NULL";
}

}  // namespace innkeeper::store
