#include <catch2/catch.hpp>

#include "sip/stream_framer.h"

using innkeeper::sip::StreamFramer;
using Kind = StreamFramer::Kind;

namespace {

const std::string first = "A\r\nl: 3\r\n\r\nxyz";
const std::string second = "B\r\nContent-Length\t:\r\n 0\r\n\r\n";

}  // namespace

TEST_CASE("messages come out whole however the octets came in", "[sip][R13]") {
    const std::string all = first + "\r\n\r\n" + second + "\r\n" + first;
    for (std::size_t step = 1; step <= all.size(); ++step) {
        StreamFramer framer;
        std::string seen;
        for (std::size_t start = 0; start < all.size(); start += step) {
            framer.feed(all.substr(start, step));
            for (;;) {
                const auto piece = framer.next();
                if (piece.kind == Kind::more) break;
                seen += piece.kind == Kind::ping ? "[ping]" : "[" + std::string(piece.text) + "]";
            }
        }
        CHECK(seen == "[" + first + "][ping][" + second + "][" + first + "]");
        CHECK_FALSE(framer.in_message());
    }
}

TEST_CASE("a message has begun with its first octet, not with line ends", "[sip][R13]") {
    StreamFramer framer;
    framer.feed("\r\n");
    CHECK(framer.next().kind == Kind::more);
    CHECK_FALSE(framer.in_message());
    framer.feed("R");
    CHECK(framer.next().kind == Kind::more);
    CHECK(framer.in_message());
}

TEST_CASE("64 KiB is allowed and one octet more is not", "[sip][R13]") {
    for (const bool too_long : {false, true}) {
        const std::string head = "A\r\nl: 60000\r\n\r\n";
        const std::string padding = "X: " + std::string(StreamFramer::longest_message - head.size() - 60000 - 5, 'x');
        StreamFramer framer;
        framer.feed("A\r\n" + padding + (too_long ? "x" : "") + "\r\nl: 60000\r\n\r\n" + std::string(60000, 'b'));
        CHECK(framer.next().kind == (too_long ? Kind::too_long : Kind::message));
    }
    StreamFramer endless;
    endless.feed(std::string(StreamFramer::longest_message, 'x'));
    CHECK(endless.next().kind == Kind::too_long);
}

TEST_CASE("a length that cannot be told is malformed", "[sip][R12][R13]") {
    for (const std::string lines : {"X: 1", "l: -1", "l: x", "l:", "l: 1\r\nl: 2", "l: 99999999999999999999999"}) {
        StreamFramer framer;
        framer.feed("A\r\n" + lines + "\r\n\r\n");
        CHECK(framer.next().kind == Kind::malformed);
    }
    StreamFramer twice;
    twice.feed("A\r\nl: 1\r\nContent-Length: 1\r\n\r\nx");
    CHECK(twice.next().kind == Kind::message);
}
