#include "core/contact_uri.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

using innkeeper::core::same_contact;
using Pair = std::pair<std::string, std::string>;

TEST_CASE("URIs that RFC 3261 calls equivalent are the same contact", "[contact_uri]") {
    const auto [one, other] =
        GENERATE(Pair("sip:alice@192.0.2.1:5062", "sip:alice@192.0.2.1:5062"),
                 Pair("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
                 Pair("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
                 Pair("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
                 Pair("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                      "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"),
                 Pair("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                      "sip:alice@atlanta.com?priority=urgent&subject=project%20x"),
                 Pair("SIP:alice@atlanta.com", "sip:alice@atlanta.com"), Pair("sip:a%2fb@h", "sip:a%2Fb@h"));
    CAPTURE(one, other);
    CHECK(same_contact(one, other));
    CHECK(same_contact(other, one));
}

TEST_CASE("URIs that RFC 3261 calls different are different contacts", "[contact_uri]") {
    const auto [one, other] =
        GENERATE(Pair("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
                 Pair("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
                 Pair("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
                 Pair("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
                 Pair("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
                 Pair("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
                 Pair("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
                 Pair("sips:alice@atlanta.com", "sip:alice@atlanta.com"), Pair("sip:alice@h", "sip:h"),
                 Pair("sip:bob@h;user=phone", "sip:bob@h"), Pair("sip:bob@h;ttl=1", "sip:bob@h"),
                 Pair("sip:bob@h;method=INVITE", "sip:bob@h"), Pair("sip:bob@h;maddr=239.255.255.1", "sip:bob@h"),
                 Pair("sip:bob@h?a=1&b=2", "sip:bob@h?a=1&b=3"), Pair("sip:bob@h?a=1&a=1", "sip:bob@h?a=1&b=2"),
                 Pair("sip:a%40b@h", "sip:a%41b@h"));
    CAPTURE(one, other);
    CHECK_FALSE(same_contact(one, other));
    CHECK_FALSE(same_contact(other, one));
}

TEST_CASE("whatever stands in a Contact can be compared", "[contact_uri][R12]") {
    const auto odd = GENERATE(as<std::string>(), "", ":", "@", "sip:", "sip:@", "sip:%", "sip:a%@h", "sip:a%4@h",
                              "sip:;;;", "sip:h;=", "sip:h?", "sip:h?&&", "%61", "sip:h;=;=?=&=");
    CAPTURE(odd);
    CHECK(same_contact(odd, odd));
    CHECK_FALSE(same_contact(odd, "sip:alice@192.0.2.1"));
    CHECK_FALSE(same_contact("sip:alice@192.0.2.1", odd));
}
