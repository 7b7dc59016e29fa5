// The cases of RFC 4475 and RFC 5118 that a registrar meets, in words of our own.
#include <catch2/catch.hpp>

#include "sip/desk.h"
#include "support/sip_text.h"

using namespace innkeeper;
using namespace innkeeper::support;

namespace {

RegisterText register_with(std::string more) {
    RegisterText request;
    request.more = std::move(more);
    return request;
}

}  // namespace

TEST_CASE("strange but right REGISTERs are understood", "[sip][R12][RFC4475]") {
    Desk desk;
    SECTION("3.1.1.1 odd case, folding, compact names and blanks before colons") {
        const auto answer = desk.ask(
            crlf("REGISTER sip:eco.test SIP/2.0\nTO :\n sip:1001@eco.test ;   x = y\n"
                 "fRoM:   \"J Rosenberg \\\\\\\"\"       <sip:1001@eco.test>\n  ;\n  tag = 98asjd8\n"
                 "MaX-fOrWaRdS: 0068\nCall-ID: odd.0ha0isndaksdj@192.0.2.1\ncseq: 0009\n  REGISTER\n"
                 "Via  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390skdjuw\ns :\n"
                 "NewFangledHeader:   newfangled value\n continued newfangled value\n"
                 "v:  SIP  / 2.0  / TCP     inner.eco.test   ;\n  branch  =   z9hG4bK9ikj8  ,\n"
                 " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK30239\n"
                 "m:\"Quoted string \\\"\\\"\" <sip:1001@192.0.2.3> ; newparam =\n      newvalue ;\n  q = 0.33\n\n"));
        CHECK(status_of(answer) == 200);
        CHECK(headers(answer, "Via").size() == 3);
        CHECK(header(answer, "CSeq") == "9 REGISTER");
        REQUIRE(desk.seen);
        CHECK(desk.seen->contacts.at(0).q == 330);
    }
    SECTION("3.1.1.4 escaped nulls in user parts") {
        auto request = register_with("Contact: <sip:%00@host.eco.test>\nContact: <sip:%00%00@host.eco.test>\n");
        request.to = "sip:null-%00-null@eco.test";
        CHECK(status_of(desk.ask(request.text())) == 200);
        CHECK(desk.seen->to_user == "null-%00-null");
        REQUIRE(desk.seen->contacts.size() == 2);
        CHECK(desk.seen->contacts[0].uri != desk.seen->contacts[1].uri);
    }
    SECTION("3.1.1.6 and 3.3.11 parameters inside and outside the URI of a Contact") {
        desk.ask(register_with("Contact: sip:1001@192.0.2.3;unknownparam\n").text());
        CHECK(desk.seen->contacts.at(0).uri == "sip:1001@192.0.2.3");
        desk.ask(register_with("Contact: <sip:1001@192.0.2.3;unknownparam>\n").text());
        CHECK(desk.seen->contacts.at(0).uri == "sip:1001@192.0.2.3;unknownparam");
    }
    SECTION("3.1.1.7 an escaped URI inside a Contact") {
        desk.ask(register_with("Contact: <sip:1001@192.0.2.3?Route=%3Csip:sip.eco.test%3E>\n").text());
        CHECK(desk.seen->contacts.at(0).uri.find("?Route=") != std::string::npos);
    }
    SECTION("3.1.1.12 a second request in the same datagram is not read") {
        const auto text = RegisterText{}.text() + RegisterText{}.text();
        CHECK(status_of(desk.ask(text)) == 200);
        CHECK(desk.server.counters().of(base::Transport::udp).received == 1);
    }
    SECTION("3.1.2.12 a date in another zone, which nobody here needs") {
        CHECK(status_of(desk.ask(register_with("Date: Fri, 01 Jan 2010 16:00:00 EST\n").text())) == 200);
    }
    SECTION("3.3.3 an authorization scheme nobody knows is no authorization") {
        CHECK(status_of(desk.ask(register_with("Authorization: NoOneKnowsThisScheme opaque-data=here\n").text())) ==
              200);
        CHECK(desk.seen->credentials.empty());
    }
    SECTION("RFC 5118 4.1 and 4.4: IPv6 references, with and without a port") {
        RegisterText request;
        request.request_uri = "sip:[2001:db8::10]";
        request.to = "<sip:user@[2001:db8::10]:5070>";
        request.via = "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111";
        request.more = "Contact: <sip:caller@[2001:db8::1]:5060>\n";
        CHECK(status_of(desk.ask(request.text())) == 200);
        CHECK(desk.seen->contacts.at(0).uri == "sip:caller@[2001:db8::1]:5060");
        CHECK(desk.seen->to_domain == "[2001:db8::10]");
    }
}

TEST_CASE("wrong REGISTERs are refused, never granted", "[sip][R12][RFC4475][RFC5118]") {
    Desk desk;
    RegisterText request;
    int expected = 400;
    SECTION("3.1.2.1 a Via without a host") {
        request.via = "SIP/2.0/UDP ;;,;,,";
        expected = 0;
    }
    SECTION("3.1.2.4 scalar fields beyond their range") {
        request.cseq = "36893488147419103232 REGISTER";
        expected = 0;  // without a CSeq there is nothing to answer with
    }
    SECTION("3.1.2.4 an expiry beyond its range") {
        request.more = "Contact: <sip:1001@192.0.2.3>;expires=280297596632815\nExpires: 10000000000000000000\n";
    }
    SECTION("3.1.2.2 a body shorter than announced") {
        request.content_length = "9999";
    }
    SECTION("3.1.2.3 a negative Content-Length") {
        request.content_length = "-999";
    }
    SECTION("3.1.2.6 an unterminated quote in To") {
        request.to = "\"Mr. J. User <sip:1001@eco.test>";
        expected = 0;
    }
    SECTION("3.1.2.7 a Request-URI in angle brackets") {
        request.request_uri = "<sip:eco.test>";
    }
    SECTION("3.1.2.8 blanks inside the Request-URI") {
        request.request_uri = "sip:eco.test; transport=udp";
    }
    SECTION("3.1.2.9 more than one blank in the request line") {
        request.request_uri = "sip:eco.test ";
    }
    SECTION("3.1.2.13 a Contact with headers outside angle brackets") {
        request.more = "Contact: sip:1001@192.0.2.3?Route=%3Csip:sip.eco.test%3E\n";
    }
    SECTION("3.1.2.16 a protocol version that nobody knows") {
        auto text = request.text();
        text.replace(text.find("SIP/2.0"), 7, "SIP/7.0");
        CHECK(status_of(desk.ask(text)) == 505);
        return;
    }
    SECTION("3.1.2.17 the method of CSeq is another") {
        request.cseq = "8 OPTIONS";
    }
    SECTION("3.3.1 without To") {
        auto text = request.text();
        text.erase(text.find("To: "), text.find("Call-ID") - text.find("To: "));
        CHECK(desk.ask(text).empty());
        return;
    }
    SECTION("3.3.2 a Request-URI of a scheme that nobody knows") {
        request.request_uri = "nobodyknowsthisscheme:totallyopaquecontent";
        expected = 416;
    }
    SECTION("3.3.4 schemes that nobody knows elsewhere") {
        request.to = "isbn:2983792873";
        request.from = "<http://www.eco.test>;tag=3234233";
        request.more = "Contact: <name:John_Smith>\n";
    }
    SECTION("3.3.8 more than one of what may stand once") {
        request.more += "CSeq: 2 REGISTER\nFrom: <sip:x@y>\n";
    }
    SECTION("RFC 5118 4.2 an IPv6 address without brackets") {
        request.request_uri = "sip:2001:db8::10";
    }
    const auto answer = desk.ask(request.text());
    CHECK(status_of(answer) == expected);
    CHECK_FALSE(desk.seen);
}

TEST_CASE("a probe that requires what nobody knows is told so", "[sip][RFC4475]") {
    Desk desk;
    RegisterText request;
    request.method = "OPTIONS";
    request.cseq = "8 OPTIONS";
    request.more = "Require: nothingSupportsThis, nothingSupportsThisEither\n";
    const auto answer = desk.ask(request.text());
    CHECK(status_of(answer) == 420);
    CHECK(header(answer, "Unsupported") == "nothingSupportsThis, nothingSupportsThisEither");
}

TEST_CASE("whatever is cut out of a REGISTER or put into it, nothing breaks and nothing wrong is granted",
          "[sip][R12]") {
    Desk desk;
    const auto text = RegisterText{}.text();
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto answer = desk.ask(text.substr(0, length));
        CHECK((answer.empty() || answer.substr(0, 8) == "SIP/2.0 "));
    }
    for (std::size_t at = 0; at < text.size(); ++at)
        for (const char octet : {'\0', '\r', '\n', '"', '<', '\xff', ';', ':', '%'}) {
            auto broken = text;
            broken[at] = octet;
            const auto answer = desk.ask(broken);
            CHECK((answer.empty() || answer.substr(0, 8) == "SIP/2.0 "));
        }
}
