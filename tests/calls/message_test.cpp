// Messages as they come: RFC 3261 section 7, with what RFC 4475 does to it.
#include "calls/message.h"

#include <catch2/catch.hpp>

#include "calls/header_fields.h"
#include "support/sip_text.h"

using namespace innkeeper;
using namespace innkeeper::calls;
using innkeeper::support::crlf;

namespace {

std::string with(const std::string& header) {
    return crlf("INVITE sip:1002@example.com SIP/2.0\n" + header + "\n\n");
}

}  // namespace

TEST_CASE("compact names, folded lines and lists become one header an entry", "[calls][R12][RFC3261]") {
    const auto message = Message::parse(
        crlf("INVITE sip:1002@example.com SIP/2.0\nv: SIP/2.0/UDP a;branch=1 ,\n SIP/2.0/TCP b;branch=2\n"
             "F :\n <sip:1001@example.com>\n\t;tag=x\nSubject: \"one, two\"\nRoute: <sip:p1;lr>, \"a, b\" <sip:p2;lr>\n"
             "l: 4\n\nbodymore"));
    REQUIRE(message);
    CHECK(message->all("Via") == std::vector<std::string_view>{"SIP/2.0/UDP a;branch=1", "SIP/2.0/TCP b;branch=2"});
    CHECK(*message->find("from") == "<sip:1001@example.com> ;tag=x");
    CHECK(tag_in(*message, "From") == "x");
    CHECK(message->all("Route") == std::vector<std::string_view>{"<sip:p1;lr>", "\"a, b\" <sip:p2;lr>"});
    CHECK(*message->find("Subject") == "\"one, two\"");
    CHECK(message->body == "body");
    CHECK(Message::parse(message->text())->text() == message->text());
}

TEST_CASE("a line may end without its carriage return, and the body has what octets it likes", "[calls][R12]") {
    const std::string octets("SIP/2.0 200 Yes, of course\nTo: <sip:a@b>\n\nx\0y", 45);
    const auto answer = Message::parse(octets);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->phrase == "Yes, of course");
    CHECK(answer->body == std::string("x\0y", 3));
}

TEST_CASE("what is no message is not taken for one", "[calls][R12]") {
    for (const char* text :
         {"", "\n", "INVITE\n\n", "INVITE sip:a@b\n\n", "INVITE sip:a@b SIP/3.0\n\n", "INVITE  sip:a@b SIP/2.0\n\n",
          "INVITE sip:a@b SIP/2.0 \n\n", "IN,VITE sip:a@b SIP/2.0\n\n", "SIP/2.0 20 Short\n\n", "SIP/2.0 2000 Long\n\n",
          "SIP/2.0 700 None\n\n", "SIP/2.0 200OK\n\n", "INVITE sip:a@b SIP/2.0\nTo: <sip:a@b>\n",
          "INVITE sip:a@b SIP/2.0\n folded: nothing\n\n", "INVITE sip:a@b SIP/2.0\nno colon\n\n",
          "INVITE sip:a@b SIP/2.0\nto whom: a\n\n", "INVITE sip:a@b SIP/2.0\nContent-Length: 5\n\nbody",
          "INVITE sip:a@b SIP/2.0\nContent-Length: -1\n\nbody",
          "INVITE sip:a@b SIP/2.0\nContent-Length: 4 octets\n\nbody"}) {
        CAPTURE(text);
        CHECK_FALSE(Message::parse(crlf(text)));
    }
    CHECK_FALSE(Message::parse(with("Subject: a\x01")));
    CHECK_FALSE(Message::parse(with("Subject: a\n b\x7f")));
    CHECK_FALSE(Message::parse(with(std::string("Subject: a\0b", 12))));
    CHECK(Message::parse(with("Subject: a\tb")));
}

TEST_CASE("a message has as many headers and octets as its limits say", "[calls][R13]") {
    std::string vias = "Via: SIP/2.0/UDP a";
    for (std::size_t i = 1; i < Message::most_headers; ++i) vias += ", SIP/2.0/UDP a";
    CHECK(Message::parse(with(vias)));
    CHECK_FALSE(Message::parse(with(vias + ", SIP/2.0/UDP a")));
    const auto padded = [](std::size_t octets) {
        const std::string start = with("Subject: a");
        return start + std::string(octets - start.size(), 'x');
    };
    CHECK(Message::parse(padded(Message::most_octets)));
    CHECK_FALSE(Message::parse(padded(Message::most_octets + 1)));
}

TEST_CASE("an address is read where it stands, and as one to be changed, alike", "[calls][R12]") {
    struct Case {
        std::string_view text, uri, tag;
    };
    for (const auto& [text, uri, tag] :
         std::vector<Case>{{"<sip:a@b>;tag=1", "sip:a@b", "1"},
                           {"sip:a@b;tag=1", "sip:a@b", "1"},
                           {"<sip:a@b;tag=0>; x ; TAG = 1", "sip:a@b;tag=0", "1"},
                           {"\"<sip:c@d>;tag=2\" <sip:a@b>", "sip:a@b", ""},
                           {"\"q\\\"<\" <sip:a@b>;y=\";tag=2\";tag=1", "sip:a@b", "1"}}) {
        CAPTURE(text);
        const auto view = AddressView::parse(text);
        const auto whole = NameAddr::parse(text);
        REQUIRE(view);
        REQUIRE(whole);
        CHECK(view->uri == uri);
        CHECK(whole->uri == uri);
        CHECK(view->tag() == tag);
        CHECK(whole->tag() == tag);
    }
    for (const std::string_view text : {"", "<>", "<sip:a@b", "<sip:a b>", "<sip:a@b> tag=1", "<sip:a@b>;t,g=1",
                                        "<sip:a@b>;x=\"open", "<sip:a@b>;tag=1;x=\"open"}) {
        CAPTURE(text);
        CHECK_FALSE(AddressView::parse(text));
        CHECK_FALSE(NameAddr::parse(text));
    }
}
