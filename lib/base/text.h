// A text that is kept in great number, such as the Contact of each registration: one pointer and one allocation of just
// its octets, where std::string takes 32 octets before the first one.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace innkeeper::base {

template <class T>
concept TextLike = std::convertible_to<const T&, std::string_view>;

// Value type, read as a std::string_view; changed by assignment only. An empty one allocates nothing.
class Text {
public:
    Text() = default;
    template <TextLike From>
    Text(const From& from) {
        const std::string_view text(from);
        if (text.empty()) return;
        const auto size = static_cast<std::uint32_t>(text.size());
        kept_ = std::make_unique_for_overwrite<char[]>(sizeof size + text.size());
        std::memcpy(kept_.get(), &size, sizeof size);
        std::memcpy(kept_.get() + sizeof size, text.data(), text.size());
    }
    Text(const Text& other) : Text(std::string_view(other)) {}
    Text(Text&& other) noexcept = default;
    Text& operator=(Text other) noexcept {
        std::swap(kept_, other.kept_);
        return *this;
    }
    ~Text() = default;

    operator std::string_view() const {
        if (kept_ == nullptr) return {};
        std::uint32_t size = 0;
        std::memcpy(&size, kept_.get(), sizeof size);
        return {kept_.get() + sizeof size, size};
    }
    std::size_t size() const { return std::string_view(*this).size(); }
    bool empty() const { return kept_ == nullptr; }
    void clear() { kept_.reset(); }

    friend bool operator==(const Text& one, const Text& other) {
        return std::string_view(one) == std::string_view(other);
    }
    friend auto operator<=>(const Text& one, const Text& other) {
        return std::string_view(one) <=> std::string_view(other);
    }
    template <TextLike Other>
    friend bool operator==(const Text& one, const Other& other) {
        return std::string_view(one) == std::string_view(other);
    }

private:
    std::unique_ptr<char[]> kept_;  // the size, in four octets, then the text
};

}  // namespace innkeeper::base
