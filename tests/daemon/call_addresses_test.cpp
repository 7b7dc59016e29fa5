#include "daemon/call_addresses.h"

#include <catch2/catch.hpp>

#include "core/call_listeners.h"
#include "options_support.h"

using namespace innkeeper;
using namespace innkeeper::daemon;

namespace {

core::CallSettings::Address advertised(const std::string& value, const std::string& listen) {
    const auto [options, problems, warnings] = parse_site({"--listen=" + listen, "--advertise=" + value});
    REQUIRE(texts(problems).empty());
    return call_addresses(options.listen, options.advertise).at(0);
}

}  // namespace

TEST_CASE("calls carry the address that is advertised where listen is a wildcard", "[options][calls]") {
    CHECK(core::route_to(advertised("192.0.2.7", "udp:0.0.0.0:5070")) == "sip:192.0.2.7:5070;transport=udp");
    CHECK(core::route_to(advertised("192.0.2.7", "udp:192.0.2.8:5070")) == "sip:192.0.2.8:5070;transport=udp");
}

TEST_CASE("a name that is advertised leads by SRV records, and changes no other address of ours",
          "[options][calls][IP7]") {
    const auto ours = advertised("north.example.org", "tcp:192.0.2.8:5070");
    CHECK(core::route_to(ours) == "sip:north.example.org;transport=tcp");
    CHECK(core::uri_of(ours) == "sip:192.0.2.8:5070;transport=tcp");
}

TEST_CASE("what is advertised is an address or a name", "[options]") {
    for (const char* wrong : {"north_1.example", "-north", ".", "192.0.2.777", "north:5060"}) {
        const auto [options, problems, warnings] = parse_site({std::string("--advertise=") + wrong});
        CHECK(texts(problems).size() == 1);
    }
}
