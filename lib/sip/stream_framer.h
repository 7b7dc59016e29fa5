// Cuts the octets of one connection into SIP messages (RFC 3261 section 18.3) and keepalives (RFC 5626 section 4.4.1).
// Whatever the other side does, not more than one message of the longest kind is kept (R13).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace innkeeper::sip {

class StreamFramer {
public:
    static constexpr std::size_t longest_message = 64 * 1024;  // headers and body

    enum class Kind {
        more,       // nothing whole is here yet
        message,    // whole
        ping,       // to be answered by one CRLF
        malformed,  // Content-Length is missing, no number, or said twice: `text` is the headers, the rest is lost
        too_long,   // the rest is lost
    };
    struct Piece {
        Kind kind = Kind::more;
        std::string_view text;  // valid until the next call
    };

    void feed(std::string_view octets);
    // Call until it says `more`. After malformed and too_long the connection is of no use any more.
    Piece next();
    // A message has begun and is not whole.
    bool in_message() const;

private:
    std::string buffer_;
    std::size_t consumed_ = 0;  // octets at the front that earlier pieces took
    std::size_t searched_ = 0;  // where the search for the end of the headers goes on
    std::size_t whole_ = 0;     // octets of the message at the front, once its headers are here: they are read once
};

}  // namespace innkeeper::sip
