// What a message says of who talks to whom (RFC 3261 sections 8.1.1 and 12).
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/instant.h"
#include "calls/address_fields.h"
#include "calls/message.h"

namespace innkeeper::calls {

// The address in the first header of that name; nothing: absent, or none that can be read.
// The views are valid until that header changes.
inline std::optional<AddressView> address_in(const Message& message, std::string_view header) {
    const std::string* value = message.find(header);
    if (value == nullptr) return std::nullopt;
    const auto address = AddressView::parse(*value);
    return address ? std::optional(*address) : std::nullopt;
}

// Empty: there is none.
inline std::string_view tag_in(const Message& message, std::string_view header) {
    const auto address = address_in(message, header);
    return address ? address->tag() : std::string_view{};
}

inline bool is_inside_dialog(const Message& request) {
    return !tag_in(request, "To").empty();
}

// Seconds at the beginning of a header's or a parameter's value ("1800;refresher=uac"); nothing: there are none.
inline std::optional<base::Duration> seconds_in(std::string_view value) {
    std::uint32_t seconds = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (value.empty() || parsed.ec != std::errc{}) return std::nullopt;
    return std::chrono::seconds(seconds);
}
inline std::optional<base::Duration> seconds_in(const Message& message, std::string_view header) {
    const std::string* value = message.find(header);
    return value != nullptr ? seconds_in(*value) : std::nullopt;
}

}  // namespace innkeeper::calls
