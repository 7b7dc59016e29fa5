// What a message says of who talks to whom (RFC 3261 sections 8.1.1 and 12).
#pragma once

#include <optional>
#include <string_view>

#include "calls/address_fields.h"
#include "calls/message.h"

namespace innkeeper::calls {

// The address in the first header of that name; nothing: absent, or none that can be read.
inline std::optional<NameAddr> address_in(const Message& message, std::string_view header) {
    const std::string* value = message.find(header);
    if (value == nullptr) return std::nullopt;
    auto address = NameAddr::parse(*value);
    return address ? std::optional(std::move(*address)) : std::nullopt;
}

inline bool is_inside_dialog(const Message& request) {
    const auto to = address_in(request, "To");
    return to && !to->tag().empty();
}

}  // namespace innkeeper::calls
