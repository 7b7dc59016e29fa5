#include "base/address.h"

#include <catch2/catch.hpp>

using namespace innkeeper::base;

TEST_CASE("IPv4 and IPv6 addresses are read and written", "[base][address]") {
    for (const std::string_view text : {"192.0.2.1", "0.0.0.0", "2001:db8::1", "::", "::1"}) {
        const auto address = IpAddress::parse(text);
        INFO(text);
        REQUIRE(address);
        CHECK(address->text() == text);
    }
    CHECK(IpAddress::parse("[2001:db8::1]")->text() == "2001:db8::1");
    CHECK(IpAddress::parse("192.0.2.1")->is_v4());
    CHECK_FALSE(IpAddress::parse("2001:db8::1")->is_v4());
}

TEST_CASE("an IPv4 address and its mapped form are one address", "[base][address]") {
    CHECK(*IpAddress::parse("::ffff:192.0.2.1") == *IpAddress::parse("192.0.2.1"));
}

TEST_CASE("what is no address is refused", "[base][address]") {
    for (const std::string_view text :
         {"", "[]", "[", "192.0.2", "192.0.2.256", "192.0.2.1 ", "example.org", "2001:db8", "fe80::1%eth0"}) {
        INFO(text);
        CHECK_FALSE(IpAddress::parse(text));
    }
}

TEST_CASE("endpoints are read and written, IPv6 in brackets", "[base][address]") {
    for (const std::string_view text : {"192.0.2.1:5060", "[2001:db8::1]:5060", "[::]:0", "127.0.0.1:65535"}) {
        const auto endpoint = Endpoint::parse(text);
        INFO(text);
        REQUIRE(endpoint);
        CHECK(endpoint->text() == text);
    }
}

TEST_CASE("an endpoint without brackets, port or sense is refused", "[base][address]") {
    for (const std::string_view text : {"", ":", ":5060", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1",
                                        "192.0.2.1:5060x", "2001:db8::1:5060", "[2001:db8::1]", "host:5060"}) {
        INFO(text);
        CHECK_FALSE(Endpoint::parse(text));
    }
    CHECK(Endpoint::parse("2001:db8::1:5060").error().text.find("brackets") != std::string::npos);
}

TEST_CASE("listeners name their transport", "[base][address]") {
    for (const std::string_view text : {"udp:192.0.2.1:5060", "tcp:[::]:5060", "tls:0.0.0.0:5061"}) {
        const auto listener = Listener::parse(text);
        INFO(text);
        REQUIRE(listener);
        CHECK(listener->text() == text);
    }
    for (const std::string_view text : {"", "udp", "udp:", "192.0.2.1:5060", "ws:192.0.2.1:80", "UDP:192.0.2.1:5060"}) {
        INFO(text);
        CHECK_FALSE(Listener::parse(text));
    }
}
