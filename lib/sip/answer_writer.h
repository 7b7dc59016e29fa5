// The octets of an answer (RFC 3261 sections 8.2.6 and 10.3, RFC 3581): what the core wants said, and what must be
// copied from the request. Written by hand into a buffer, in one pass.
#pragma once

#include <span>
#include <string_view>

#include "base/address.h"
#include "core/response.h"

struct sip_s;

namespace innkeeper::sip {

enum class Detail : std::uint8_t {
    full,
    lean,  // without Server, Supported, Date and Warning: for requests so short that a full answer would amplify (R19)
};

struct AnswerFrame {
    const sip_s& request;
    const base::Flow& source;
    std::string_view to_tag;  // used when the request's To has none
    std::string_view date;    // RFC 1123 form
};

// Empty when `room` is too small.
std::string_view write_answer(const AnswerFrame& frame, const core::Response& response, Detail detail,
                              std::span<char> room);

}  // namespace innkeeper::sip
