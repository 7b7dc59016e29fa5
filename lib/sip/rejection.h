// Why the edge itself answers a request, without asking the core: the request breaks the protocol (RFC 3261 section
// 8.2), so there is nothing to decide.
#pragma once

#include <cstdint>
#include <string_view>

namespace innkeeper::sip {

struct Rejection {
    std::uint16_t status = 400;
    std::string_view phrase{};       // a literal
    std::string_view unsupported{};  // with 420: option tags, comma separated; view into the decoder
};

}  // namespace innkeeper::sip
