// The text of an OPTIONS that asks a phone whether it is there (RFC 3261 section 11.1), written into a buffer of fixed
// size; what comes from the phone is written as foreign text.
#pragma once

#include <span>
#include <string_view>

#include "base/address.h"

namespace innkeeper::sip {

struct OptionsQuestion {
    std::string_view contact;  // the Request-URI
    std::string_view path;     // of its registration, in order (RFC 3327 section 5.1); empty: none
    base::Transport transport = base::Transport::udp;
    base::Endpoint local;    // where answers go if the phone knows no rport
    std::string_view token;  // of this question alone: branch, From tag and Call-ID
};

// Before every token of a branch (RFC 3261 section 8.1.1.7).
inline constexpr std::string_view branch_cookie = "z9hG4bK";

// Empty when `room` is too small.
std::string_view write_options(const OptionsQuestion& question, std::span<char> room);

}  // namespace innkeeper::sip
