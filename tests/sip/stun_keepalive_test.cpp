#include <catch2/catch.hpp>
#include <string>

#include "sip/stun_keepalive.h"

using namespace innkeeper;

namespace {

std::string answer_to(std::string_view datagram, std::string_view source) {
    char out[sip::stun_answer_octets];
    return {out, sip::answer_stun_keepalive(datagram, *base::Endpoint::parse(source), out)};
}

// The sample of RFC 5769 section 2.1, without its attributes.
const std::string transaction = "\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae";
const std::string request = std::string("\x00\x01\x00\x00\x21\x12\xa4\x42", 8) + transaction;

}  // namespace

TEST_CASE("a STUN keepalive is answered with where it came from", "[sip][RFC5626]") {
    // RFC 5769 section 2.2: 192.0.2.1 port 32853 is a1 47 e1 12 a6 43 under this transaction.
    CHECK(answer_to(request, "192.0.2.1:32853") ==
          std::string("\x01\x01\x00\x0c\x21\x12\xa4\x42", 8) + transaction +
              std::string("\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43", 12));
    // RFC 5769 section 2.3.
    CHECK(answer_to(request, "[2001:db8:1234:5678:11:2233:4455:6677]:32853") ==
          std::string("\x01\x01\x00\x18\x21\x12\xa4\x42", 8) + transaction +
              std::string("\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79"
                          "\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9",
                          24));
}

TEST_CASE("what only resembles a STUN keepalive is not answered as one", "[sip][RFC5626][R19]") {
    CHECK(answer_to("", "192.0.2.1:1").empty());
    CHECK(answer_to(request.substr(0, 19), "192.0.2.1:1").empty());
    CHECK(answer_to(request + "x", "192.0.2.1:1").empty());
    std::string answer = request, old = request;
    answer[0] = 1;  // a Binding response: answering it would make two servers talk for ever
    old[4] = 0;     // RFC 3489 had no magic cookie
    CHECK(answer_to(answer, "192.0.2.1:1").empty());
    CHECK(answer_to(old, "192.0.2.1:1").empty());
    CHECK(answer_to("REGISTER sip:eco.test SIP/2.0\r\n", "192.0.2.1:1").empty());
}
