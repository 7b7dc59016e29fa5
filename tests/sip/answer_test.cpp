#include <catch2/catch.hpp>

#include "sip/desk.h"
#include "support/sip_text.h"

using namespace innkeeper;
using namespace innkeeper::support;

namespace {

core::Response challenge(bool stale = false) {
    core::Response response;
    response.status = 401;
    response.phrase = "Unauthorized";
    response.challenge = core::Challenge{"eco.test", "abcdefghijklmnopqrstuvwxyz0123456789", stale};
    return response;
}

}  // namespace

TEST_CASE("an answer copies what identifies the request and tells where it came from", "[sip][RFC3261][RFC3581]") {
    Desk desk;
    RegisterText request;
    request.via =
        "SIP/2.0/UDP 10.0.0.7:5062;rport;branch=z9hG4bK-1;received=203.0.113.9, SIP/2.0/TCP "
        "inner:5070;branch=z9hG4bK-0";
    request.from = "\"Anna\" <sip:1001@eco.test>;tag=f1;x=y";
    const auto answer = desk.ask(request.text());
    CHECK(headers(answer, "Via") ==
          std::vector<std::string>{"SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bK-1;received=192.0.2.7;rport=5062",
                                   "SIP/2.0/TCP inner:5070;branch=z9hG4bK-0"});
    CHECK(header(answer, "From") == "\"Anna\" <sip:1001@eco.test>;tag=f1;x=y");
    CHECK(header(answer, "To").find("<sip:1001@eco.test>;tag=") == 0);
    CHECK(header(answer, "Call-ID") == "call-1@127.0.0.1");
    CHECK(header(answer, "CSeq") == "1 REGISTER");
    CHECK(header(answer, "Content-Length") == "0");
    CHECK(header(answer, "Date").find(" GMT") != std::string::npos);
    CHECK(answer.substr(answer.size() - 4) == "\r\n\r\n");
}

TEST_CASE("an IPv6 phone is told its address without brackets", "[sip][RFC5118]") {
    Desk desk;
    RegisterText request;
    request.via = "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bK-1;rport";
    const base::Flow source{base::Transport::udp, 0, *base::Endpoint::parse("[2001:db8::9:1]:5062"), 0};
    const auto answer = desk.ask(request.text(), source);
    CHECK(header(answer, "Via") == "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bK-1;received=2001:db8::9:1;rport=5062");
    CHECK_FALSE(desk.seen->behind_nat);
}

TEST_CASE("a repeated request gets the same answer", "[sip][R19]") {
    Desk desk;
    desk.response = challenge();
    const auto first = desk.ask(RegisterText{}.text());
    CHECK(desk.ask(RegisterText{}.text()) == first);
    RegisterText other;
    other.call_id = "call-2@127.0.0.1";
    CHECK(header(desk.ask(other.text()), "To") != header(first, "To"));
}

TEST_CASE("MD5 is offered first, and alone to phones that give up when they see SHA-256", "[sip][RFC8760][R17]") {
    Desk desk;
    desk.response = challenge(true);
    const auto offers = headers(desk.ask(RegisterText{}.text()), "WWW-Authenticate");
    REQUIRE(offers.size() == 2);
    CHECK(offers[0] ==
          "Digest realm=\"eco.test\", nonce=\"abcdefghijklmnopqrstuvwxyz0123456789\", algorithm=MD5, qop=\"auth\", "
          "stale=true");
    CHECK(offers[1].find("algorithm=SHA-256") != std::string::npos);
    desk.response.challenge->md5_only = true;
    CHECK(headers(desk.ask(RegisterText{}.text()), "WWW-Authenticate").size() == 1);
}

TEST_CASE("a granted REGISTER lists its Contacts and the Path it asked for", "[sip][RFC3327][RFC5626]") {
    Desk desk;
    desk.response.outbound = true;
    RegisterText request;
    request.more =
        "Contact: <sip:1001@192.0.2.7>;expires=60;q=0.25;+sip.instance=\"<urn:uuid:1>\";reg-id=1\n"
        "Contact: <sip:1001@192.0.2.8>;expires=90\n"
        "Path: <sip:edge1.test;lr>\nPath: <sip:edge2.test;lr>\nSupported: path, outbound\n";
    const auto answer = desk.ask(request.text());
    CHECK(headers(answer, "Contact") ==
          std::vector<std::string>{"<sip:1001@192.0.2.7>;expires=60;q=0.250;+sip.instance=\"<urn:uuid:1>\";reg-id=1",
                                   "<sip:1001@192.0.2.8>;expires=90"});
    CHECK(headers(answer, "Path") == std::vector<std::string>{"<sip:edge1.test;lr>", "<sip:edge2.test;lr>"});
    CHECK(header(answer, "Require") == "outbound");
    CHECK(header(answer, "Supported") == "path, outbound");
}

TEST_CASE("a refusal says what the phone can do about it", "[sip][registrar]") {
    Desk desk;
    desk.response.status = 503;
    desk.response.phrase = "Service Unavailable";
    desk.response.retry_after = 17;
    desk.response.min_expires = 60;
    desk.response.unsupported = "gruu";
    desk.response.warning = "registered at \"home\"";
    const auto answer = desk.ask(RegisterText{}.text());
    CHECK(status_of(answer) == 503);
    CHECK(header(answer, "Retry-After") == "17");
    CHECK(header(answer, "Min-Expires") == "60");
    CHECK(header(answer, "Unsupported") == "gruu");
    CHECK(header(answer, "Warning") == "399 innkeeper \"registered at \\\"home\\\"\"");
}

TEST_CASE("nobody writes a header of his own into an answer", "[sip][R12]") {
    Desk desk;
    desk.grant_contacts = false;
    desk.response.contacts.push_back({"sip:x@h\r\nEvil: 1", "<a\r\nEvil: 2>", 1, 1000, 60});
    desk.response.warning = "w\r\nEvil: 3";
    desk.response.phrase = "OK\r\nEvil: 4";
    RegisterText request;
    request.from = "\"a\n Evil: 5\" <sip:1001@eco.test>;tag=f1";
    const auto answer = desk.ask(request.text());
    CHECK(status_of(answer) == 200);
    CHECK(headers(answer, "Evil").empty());
}

TEST_CASE("no datagram makes more than 2.5 octets of answer per octet of its own", "[sip][R19]") {
    Desk desk;
    desk.response = challenge();
    const std::string long_warning(200, 'w');
    desk.response.warning = long_warning;
    const auto small =
        crlf("REGISTER sip:a SIP/2.0\nv:SIP/2.0/UDP h\nf:<sip:a@b>\nt:<sip:a@b>\ni:1\nCSeq:1 REGISTER\n\n");
    CHECK(desk.ask(small).empty());
    CHECK(desk.server.counters().of(base::Transport::udp).withheld == 1);
    auto connection = Desk::phone();
    connection.transport = base::Transport::tcp;
    CHECK(status_of(desk.ask(small, connection)) == 401);  // nobody else can be meant by a connection
    for (std::size_t padding = 0; padding < 400; ++padding) {
        RegisterText request;
        request.more = "X: " + std::string(padding, 'x') + "\n";
        const auto text = request.text();
        const auto answer = desk.ask(text);
        CHECK_FALSE(answer.empty());
        CHECK(answer.size() * 2 <= text.size() * 5);
    }
}

TEST_CASE("probes are answered, what belongs to calls is passed on, and what wants no answer gets none",
          "[sip][calls][RFC3261]") {
    Desk desk;
    RegisterText request;
    const auto ask = [&](std::string method) {
        request.method = method;
        request.cseq = "1 " + method;
        request.more.clear();
        return desk.ask(request.text());
    };
    const auto probe = ask("OPTIONS");
    CHECK(status_of(probe) == 200);
    CHECK(header(probe, "Allow").find("INVITE") != std::string::npos);
    CHECK(desk.options == 1);
    std::size_t passed = 0;
    for (const char* method : {"INVITE", "MESSAGE", "SUBSCRIBE", "PUBLISH", "REFER", "NEWMETHOD", "CANCEL", "ACK"}) {
        CHECK(ask(method).empty());
        REQUIRE(desk.passed.size() == ++passed);
        CHECK(desk.passed.back().substr(0, std::string(method).size()) == method);
    }
    request.to = "<sip:1001@eco.test>;tag=t1";
    CHECK(ask("BYE").empty());
    CHECK(desk.ask(crlf("SIP/2.0 200 OK\nVia: SIP/2.0/UDP h\nCSeq: 1 OPTIONS\n\n")).empty());
    CHECK(desk.passed.size() == passed + 2);
    CHECK(desk.options == 1);
}

TEST_CASE("a malformed INVITE is refused here, a malformed ACK is dropped", "[sip][calls][R12]") {
    Desk desk;
    RegisterText request;
    request.method = "INVITE";
    request.cseq = "1 ACK";
    CHECK(status_of(desk.ask(request.text())) == 400);
    request.method = "ACK";
    request.cseq = "1 INVITE";
    CHECK(desk.ask(request.text()).empty());
    CHECK(desk.passed.empty());

    request.cseq = "1 ACK";
    request.more = "Subject: not\x01readable\r\n";  // in a header at which the parser of registrations does not look
    CHECK(desk.ask(request.text()).empty());
    request.method = "INVITE";
    request.cseq = "1 INVITE";
    CHECK(status_of(desk.ask(request.text())) == 400);
    CHECK(desk.passed.empty());
}
