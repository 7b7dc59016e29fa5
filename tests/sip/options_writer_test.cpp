#include "sip/options_writer.h"

#include <array>
#include <catch2/catch.hpp>

#include "sip/parsed_message.h"
#include "support/sip_text.h"

using namespace innkeeper;
using namespace innkeeper::support;

namespace {

std::string written(const sip::OptionsQuestion& question) {
    static std::array<char, 4096> room;
    return std::string(sip::write_options(question, room));
}

sip::OptionsQuestion usual() {
    return {"sip:1001@192.0.2.7:5062", "", base::Transport::udp, *base::Endpoint::parse("192.0.2.1:5060"),
            "0123456789abcdef"};
}

}  // namespace

TEST_CASE("a question is a sound request with all that RFC 3261 wants of one", "[sip][stray][RFC3261]") {
    const std::string text = written(usual());
    const sip::ParsedMessage parsed(text);
    REQUIRE(parsed.sip() != nullptr);
    CHECK(parsed.sound());
    CHECK(text.substr(0, text.find("\r\n")) == "OPTIONS sip:1001@192.0.2.7:5062 SIP/2.0");
    CHECK(header(text, "Via") == "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK0123456789abcdef;rport");
    CHECK(header(text, "Max-Forwards") == "70");
    CHECK(header(text, "From") == "<sip:innkeeper@192.0.2.1>;tag=0123456789abcdef");
    CHECK(header(text, "To") == "<sip:1001@192.0.2.7:5062>");
    CHECK(header(text, "CSeq") == "1 OPTIONS");
    CHECK(header(text, "Content-Length") == "0");
    CHECK(headers(text, "Route").empty());
}

TEST_CASE("a phone behind a proxy is asked by way of it", "[sip][stray][RFC3327]") {
    auto question = usual();
    question.path = "<sip:edge.example;lr>, <sip:core.example;lr>";
    CHECK(header(written(question), "Route") == "<sip:edge.example;lr>, <sip:core.example;lr>");
}

TEST_CASE("an IPv6 question has its brackets", "[sip][stray][RFC5118]") {
    auto question = usual();
    question.transport = base::Transport::tls;
    question.local = *base::Endpoint::parse("[2001:db8::1]:5061");
    const std::string text = written(question);
    CHECK(header(text, "Via").find("SIP/2.0/TLS [2001:db8::1]:5061;") == 0);
    CHECK(header(text, "From").find("<sip:innkeeper@[2001:db8::1]>") == 0);
    CHECK(sip::ParsedMessage(text).sound());
}

TEST_CASE("what a phone registered with cannot write a header of its own", "[sip][stray][R20]") {
    auto question = usual();
    question.contact = "sip:x@192.0.2.7\r\nEvil: yes";
    question.path = "<sip:a>\r\nEvil: yes";
    CHECK(headers(written(question), "Evil").empty());
}

TEST_CASE("a question that does not fit is not asked", "[sip][stray]") {
    std::array<char, 64> room{};
    CHECK(sip::write_options(usual(), room).empty());
}
