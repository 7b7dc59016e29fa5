// Words of text protocols: ASCII letters, whatever the locale says.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace innkeeper::base {

constexpr char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

inline std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char letter) { return lower(letter); });
    return result;
}

constexpr bool same_ignoring_case(std::string_view one, std::string_view other) {
    return one == other || std::equal(one.begin(), one.end(), other.begin(), other.end(),
                                      [](char x, char y) { return lower(x) == lower(y); });
}

constexpr bool starts_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && same_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// A set of octets: whether one is a member takes one look, where a search in a text takes a call.
class Octets {
public:
    explicit constexpr Octets(std::string_view members) {
        for (const char member : members) add(member);
    }
    constexpr void add(char octet) { has_[static_cast<unsigned char>(octet)] = true; }
    constexpr bool contains(char octet) const { return has_[static_cast<unsigned char>(octet)]; }
    constexpr bool contains_all(std::string_view text) const {
        return std::all_of(text.begin(), text.end(), [this](char octet) { return contains(octet); });
    }
    constexpr bool contains_any(std::string_view text) const {
        return std::any_of(text.begin(), text.end(), [this](char octet) { return contains(octet); });
    }

private:
    std::array<bool, 256> has_{};
};

// Without blanks and line ends at both ends.
constexpr std::string_view trimmed(std::string_view text) {
    constexpr Octets blanks(" \t\r\n\v\f");
    while (!text.empty() && blanks.contains(text.front())) text.remove_prefix(1);
    while (!text.empty() && blanks.contains(text.back())) text.remove_suffix(1);
    return text;
}

}  // namespace innkeeper::base
