// Writes an answer's text into a buffer of fixed size. Two kinds of text: the house's own, and foreign text (copied
// from a request, or from a database), in which control octets become spaces, so that nobody can write a header of his
// own. Once something does not fit, nothing more is written and full() says so; a full answer is never sent.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace innkeeper::sip {

class WireWriter {
public:
    explicit WireWriter(std::span<char> room) : room_(room) {}

    WireWriter& own(std::string_view text) {
        char* const start = take(text.size());
        if (start != nullptr && !text.empty()) std::memcpy(start, text.data(), text.size());  // none may point nowhere
        return *this;
    }

    WireWriter& foreign(std::string_view text) {
        char* out = take(text.size());
        if (out == nullptr) return *this;
        for (const char octet : text) {
            const auto code = static_cast<unsigned char>(octet);
            *out++ = code < 0x20 || code == 0x7f ? ' ' : octet;
        }
        return *this;
    }

    // Null is nothing: absent parts of a parsed header are null pointers.
    WireWriter& foreign(const char* text) { return text != nullptr ? foreign(std::string_view(text)) : *this; }

    // The inside of a quoted-string (RFC 3261 section 25.1).
    WireWriter& quoted(std::string_view text) {
        own("\"");
        for (const char octet : text) {
            if (octet == '"' || octet == '\\') own("\\");
            foreign(std::string_view(&octet, 1));
        }
        return own("\"");
    }

    WireWriter& number(std::uint64_t value, int base = 10) {
        char digits[20];
        const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
        return own(std::string_view(digits, static_cast<std::size_t>(end - digits)));
    }

    void fail() { full_ = true; }
    bool full() const { return full_; }
    std::string_view text() const { return {room_.data(), used_}; }

private:
    char* take(std::size_t octets) {
        if (full_ || octets > room_.size() - used_) {
            full_ = true;
            return nullptr;
        }
        char* start = room_.data() + used_;
        used_ += octets;
        return start;
    }

    std::span<char> room_;
    std::size_t used_ = 0;
    bool full_ = false;
};

}  // namespace innkeeper::sip
