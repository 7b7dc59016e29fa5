#include <unistd.h>

#include <catch2/catch.hpp>

#include "sip_edge/granting_edge.h"
#include "sip_edge/phones.h"
#include "support/sip_text.h"

using namespace innkeeper;
using namespace innkeeper::support;

TEST_CASE("a REGISTER over UDP is answered to where it came from", "[sip][registrar]") {
    for (const std::string_view listener : {"udp:127.77.21.1:0", "udp:[::1]:0", "udp:0.0.0.0:0"}) {
        GrantingEdge site({listener});
        auto server = site.address();
        if (listener == "udp:0.0.0.0:0") server.ip = *base::IpAddress::parse("127.77.21.9");
        UdpPhone phone(server);
        const auto answer = site.answer_to(phone, RegisterText{}.text());
        CHECK(status_of(answer) == 200);
        CHECK(header(answer, "Contact") == "<sip:1001@127.0.0.1:5062>;expires=300");
        CHECK(header(answer, "Via") == "SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bK-1;received=" +
                                           phone.local().ip.text() + ";rport=" + std::to_string(phone.local().port));
        CHECK(site.sources.front().remote == phone.local());
        CHECK(site.counters().of(base::Transport::udp).answered == 1);
    }
}

TEST_CASE("an answer never goes where the Via points", "[sip][R19]") {
    GrantingEdge site({"udp:127.77.21.1:0"});
    UdpPhone phone(site.address());
    UdpPhone victim(site.address());
    RegisterText request;
    request.via = "SIP/2.0/UDP " + victim.local().text() + ";branch=z9hG4bK-1;maddr=127.0.0.1;received=127.0.0.1";
    CHECK(status_of(site.answer_to(phone, request.text())) == 200);
    CHECK(victim.receive().empty());
}

TEST_CASE("every datagram of a burst that comes at one instant is answered", "[sip][R11]") {
    GrantingEdge site({"udp:127.77.21.1:0"});
    UdpPhone phone(site.address());
    // The system's default buffer holds some 200; more is for who may raise it.
    const std::uint64_t burst = ::geteuid() == 0 ? 3000 : 100;
    for (std::uint64_t i = 0; i < burst; ++i) {
        RegisterText request;
        request.call_id = "call-" + std::to_string(i);
        phone.send(request.text());
    }
    CHECK(run_until(site.loop, [&] { return site.counters().of(base::Transport::udp).answered == burst; }));
    CHECK(status_of(phone.receive()) == 200);
}

TEST_CASE("keepalives and what is too large for a datagram are counted and not answered", "[sip]") {
    GrantingEdge site({"udp:127.77.21.1:0"});
    UdpPhone phone(site.address());
    phone.send("\r\n\r\n");
    RegisterText large;
    large.more += "X-Large: " + std::string(9000, 'x') + "\n";
    phone.send(large.text());
    const auto& count = site.counters().of(base::Transport::udp);
    REQUIRE(run_until(site.loop, [&] { return count.ignored == 1 && count.oversized == 1; }));
    CHECK(count.answered == 0);
    CHECK(phone.receive().empty());
}

TEST_CASE("an answer is passed on, and a message goes to the flow that it came from", "[sip][calls]") {
    GrantingEdge site({"udp:127.77.21.1:0"});
    UdpPhone phone(site.address());
    phone.send(crlf("SIP/2.0 200 OK\nVia: SIP/2.0/UDP 127.0.0.1\nCSeq: 1 OPTIONS\n\n"));
    REQUIRE(run_until(site.loop, [&] { return site.passed.size() == 1; }));
    CHECK(site.passed.front().second.substr(0, 11) == "SIP/2.0 200");
    CHECK(site.edge->send(site.passed.front().first, "MESSAGE sip:1001@127.0.0.1 SIP/2.0\r\n\r\n"));
    CHECK(site.next_answer(phone).substr(0, 7) == "MESSAGE");
}

TEST_CASE("a phone hears that it is registered before it hears anything else", "[sip][calls]") {
    GrantingEdge site({"udp:127.77.21.1:0"});
    site.greeting = "NOTIFY sip:1001@127.0.0.1 SIP/2.0\r\n\r\n";
    UdpPhone phone(site.address());
    CHECK(status_of(site.answer_to(phone, RegisterText{}.text())) == 200);
    CHECK(site.next_answer(phone).substr(0, 6) == "NOTIFY");
}

TEST_CASE("a port that is taken is told in one line", "[sip]") {
    for (const std::string transport : {"udp", "tcp"}) {
        GrantingEdge site({transport + ":127.77.21.1:0"});
        const auto taken = transport + ":" + site.address().text();
        CHECK_THROWS_WITH(GrantingEdge({taken}), "listen " + taken + ": cannot bind: Address already in use");
    }
}
