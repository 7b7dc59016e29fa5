#include "calls/diversion.h"

#include <catch2/catch.hpp>

#include "calls/identity.h"
#include "support.h"

namespace innkeeper::calls {
namespace {

Message with(const std::string& more) {
    Sketch sketch;
    sketch.more = more;
    return request(sketch);
}

}  // namespace

TEST_CASE("a diverted call names whose it was, and why", "[calls][IP5]") {
    const auto headers = diversion_headers(with(""), {{"sip:bob@example.com", "user-busy", 486}}, "sip:vm@192.0.2.30");
    REQUIRE(headers.size() == 2);
    CHECK(headers[0].value == "<sip:bob@example.com>;reason=user-busy;counter=1;privacy=off");
    CHECK(headers[1].value == "<sip:bob@example.com>;index=1, <sip:vm@192.0.2.30;cause=486>;index=1.1;mp=1");
}

TEST_CASE("a call diverted twice tells both, and what it told when it came", "[calls]") {
    const Message request = with(
        "Diversion: <sip:zoe@example.com>;reason=no-answer\r\nHistory-Info: <sip:zoe@example.com>;index=1\r\n"
        "History-Info: <sip:ann@example.com;cause=408>;index=1.1;mp=1\r\n");
    CHECK(diverted_before(request) == std::vector<std::string>{"sip:zoe@example.com"});
    const auto headers = diversion_headers(
        request, {{"sip:ann@example.com", "unconditional", 302}, {"sip:bob@example.com", "user-busy", 486}},
        "sip:eve@example.com");
    CHECK(headers[0].value ==
          "<sip:bob@example.com>;reason=user-busy;counter=1;privacy=off, "
          "<sip:ann@example.com>;reason=unconditional;counter=1;privacy=off, <sip:zoe@example.com>;reason=no-answer");
    CHECK(headers[1].value ==
          "<sip:zoe@example.com>;index=1, <sip:ann@example.com;cause=408>;index=1.1;mp=1, "
          "<sip:ann@example.com>;index=1.1.1, <sip:bob@example.com;cause=302>;index=1.1.1.1;mp=1.1.1, "
          "<sip:eve@example.com;cause=486>;index=1.1.1.1.1;mp=1.1.1.1");
}

TEST_CASE("a history without end or sense does not grow ours", "[calls][R12]") {
    std::string more;
    for (int i = 0; i < 100; ++i) more += "History-Info: <sip:x@example.com>;index=nonsense\r\n";
    const auto headers =
        diversion_headers(with(more), {{"sip:bob@example.com", "user-busy", 486}}, "sip:eve@example.com");
    CHECK(split_list(headers[1].value).size() == 22);
    CHECK(headers[1].value.find("<sip:bob@example.com>;index=1.1,") != std::string::npos);
}

TEST_CASE("what a phone claims about itself is taken off", "[calls][R16]") {
    Message request = with(
        "P-Asserted-Identity: <sip:boss@example.com>\r\nP-Preferred-Identity: <sip:x@example.com>\r\n"
        "Remote-Party-ID: <sip:boss@example.com>\r\nDiversion: <sip:boss@example.com>\r\n"
        "History-Info: <sip:boss@example.com>;index=1\r\nPrivacy: id\r\n");
    forget_claims(request);
    for (const char* header :
         {"P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Diversion", "History-Info"})
        CHECK(request.find(header) == nullptr);
    CHECK(request.find("Privacy") != nullptr);
}

TEST_CASE("privacy is asked for by id, user or header, among other words", "[calls]") {
    for (const char* value : {"id", "ID", "critical;id", "user", "header; critical"})
        CHECK(wants_privacy(with("Privacy: " + std::string(value) + "\r\n")));
    for (const char* value : {"none", "session", "critical"})
        CHECK_FALSE(wants_privacy(with("Privacy: " + std::string(value) + "\r\n")));
    CHECK_FALSE(wants_privacy(with("")));
}

TEST_CASE("a display name cannot break out of its quotes", "[calls][R20]") {
    CHECK(identity_header("", "sip:a@x") == "<sip:a@x>");
    CHECK(identity_header("A \"B\"\r\nX: y", "sip:a@x") == "\"A \\\"B\\\"X: y\" <sip:a@x>");
}

}  // namespace innkeeper::calls
