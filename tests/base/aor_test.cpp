#include "base/aor.h"

#include <catch2/catch.hpp>
#include <string>

using innkeeper::base::Aor;

TEST_CASE("an address of record is the same however it is written", "[base][aor]") {
    const std::string expected = "alice@example.org";
    for (const std::string_view text :
         {"alice@example.org", "sip:alice@example.org", "SIP:alice@EXAMPLE.org", "sips:alice@example.org",
          "sip:alice@example.org:5060", "sip:alice@example.org;transport=tcp", "sip:alice:secret@example.org",
          "sip:%61lice@example.org", "sip:alice@example.org?Subject=x", "sip:alice@example.org:5061;lr?a=b"}) {
        const auto aor = Aor::parse(text);
        INFO(text);
        REQUIRE(aor);
        CHECK(aor->text() == expected);
    }
}

TEST_CASE("the case of a user part counts, that of a domain does not", "[base][aor]") {
    CHECK(*Aor::parse("Alice@example.org") != *Aor::parse("alice@example.org"));
    CHECK(*Aor::parse("alice@EXAMPLE.ORG") == *Aor::parse("alice@example.org"));
    CHECK(std::hash<Aor>{}(*Aor::parse("alice@EXAMPLE.ORG")) == std::hash<Aor>{}(*Aor::parse("alice@example.org")));
}

TEST_CASE("an address of record comes apart into user and domain", "[base][aor]") {
    const auto aor = Aor::parse("sip:1001@[2001:DB8::1]:5060");
    REQUIRE(aor);
    CHECK(aor->user() == "1001");
    CHECK(aor->domain() == "[2001:db8::1]");
    CHECK(Aor().empty());
    CHECK(Aor().domain().empty());
}

TEST_CASE("what could forge a line or a row is no address of record", "[base][aor]") {
    const std::string with_nul("sip:al\0ice@example.org", 22);
    for (const std::string_view text :
         {std::string_view("sip:al%0aice@example.org"), std::string_view("sip:al%00ice@example.org"),
          std::string_view("sip:al%20ice@example.org"), std::string_view("sip:al ice@example.org"),
          std::string_view("sip:al%7fice@example.org"), std::string_view("sip:al%40ice@example.org"),
          std::string_view("sip:a@b@example.org"), std::string_view("sip:alice@exam ple.org"),
          std::string_view("sip:alice@exam\nple.org"), std::string_view("sip:alice@exam'ple.org"),
          std::string_view(with_nul)}) {
        INFO(text);
        CHECK_FALSE(Aor::parse(text));
    }
}

TEST_CASE("an address of record that lacks a part or breaks off in an escape is refused", "[base][aor]") {
    for (const std::string_view text : {"", "@", "sip:", "sip:@", "alice", "sip:alice", "sip:alice@",
                                        "sip:@example.org", "al%@x", "al%4@x", "al%4g@x", "sip:alice@[2001:db8::1"}) {
        INFO(text);
        CHECK_FALSE(Aor::parse(text));
    }
}

TEST_CASE("an address of record has at most 255 octets", "[base][aor]") {
    const std::string user(Aor::longest - 2, 'a');
    CHECK(Aor::parse(user + "@b"));
    CHECK_FALSE(Aor::parse(user + "a@b"));
    CHECK_FALSE(Aor::parse("a@" + user + "b"));
    std::string escaped;
    for (std::size_t i = 0; i < Aor::longest - 2; ++i) escaped += "%61";
    CHECK(Aor::parse(escaped + "@b"));
    CHECK_FALSE(Aor::parse(escaped + "%61@b"));
}
