// A SIP message as a proxy handles it (RFC 3261 section 7): start line, headers in order, body. Headers that nobody
// here reads pass through as they came. Compact names become long ones, and lists of Via, Route and Record-Route are
// taken apart, so that the topmost entry is always the first header of its name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "base/expected.h"

namespace innkeeper::calls {

struct Header {
    std::string name;
    std::string value;  // folded lines joined, blanks at both ends gone
};

// A value. Request: `status` is 0. Response: `method` and `uri` are empty.
struct Message {
    static constexpr std::size_t most_octets = 65536;  // R13
    static constexpr std::size_t most_headers = 200;   // after lists were taken apart

    std::string method;
    std::string uri;
    std::uint16_t status = 0;
    std::string phrase;
    std::vector<Header> headers;
    std::string body;

    // One whole message. The error says what is wrong, for an answer's phrase; it holds none of the sender's words.
    static base::Expected<Message> parse(std::string_view octets);

    bool is_request() const { return status == 0; }
    // Names are compared without case. The view is valid until the headers change; null: absent.
    const std::string* find(std::string_view name) const;
    std::vector<std::string_view> all(std::string_view name) const;
    void set(std::string_view name, std::string value);      // the first one, or a new last header
    void prepend(std::string_view name, std::string value);  // before the first of its name, or before all
    void remove_first(std::string_view name);
    void remove(std::string_view name);
    // The octets to send; Content-Length is made anew.
    std::string text() const;
};

bool is_token(std::string_view text);  // RFC 3261 section 25.1
using base::same_ignoring_case;
using base::trimmed;
// At commas outside of quotes and angle brackets (RFC 3261 section 7.3.1); empty entries are left out.
std::vector<std::string_view> split_list(std::string_view value);

}  // namespace innkeeper::calls
