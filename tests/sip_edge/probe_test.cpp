// Phones that registered are asked whether they are there, and answer or do not: real sockets on loopback.
#include <catch2/catch.hpp>
#include <memory>

#include "sip_edge/granting_edge.h"
#include "sip_edge/phones.h"
#include "support/sip_text.h"

using namespace innkeeper;
using namespace innkeeper::support;

namespace {

core::ProbePhone probe_of(const GrantingEdge& site, std::uint64_t id = 7) {
    return {{id}, site.sources.back(), "sip:1001@127.0.0.1:5062;line=a", "", *base::Aor::parse("1001@eco.test")};
}

// What a phone says to a request: any status counts.
std::string reply_to(const std::string& request, int status = 200) {
    return crlf("SIP/2.0 " + std::to_string(status) + " Whatever\nVia: " + header(request, "Via") +
                "\nFrom: " + header(request, "From") + "\nTo: " + header(request, "To") + ";tag=phone\nCall-ID: " +
                header(request, "Call-ID") + "\nCSeq: " + header(request, "CSeq") + "\nContent-Length: 0\n\n");
}

std::string register_over(std::string_view transport) {
    RegisterText request;
    request.via = "SIP/2.0/" + std::string(transport) + " 127.0.0.1:5062;branch=z9hG4bK-1;rport";
    return request.text();
}

bool reported(GrantingEdge& site) {
    return run_until(site.loop, [&] { return !site.probed.empty(); });
}

}  // namespace

TEST_CASE("a phone is asked from the socket that it registered with, and its answer is heard", "[sip][stray][IP2]") {
    const int status = GENERATE(100, 200, 404, 486);
    const std::string_view listener = GENERATE("udp:127.77.23.1:0", "udp:[::1]:0", "udp:0.0.0.0:0");
    GrantingEdge site({"udp:127.77.23.2:0", listener});
    auto server = site.address(1);
    if (listener == "udp:0.0.0.0:0") server.ip = *base::IpAddress::parse("127.0.0.1");
    UdpPhone phone(server);
    REQUIRE(status_of(site.answer_to(phone, RegisterText{}.text())) == 200);
    site.edge->probe(probe_of(site));
    CHECK(site.probed.empty());
    const std::string question = site.next_answer(phone);
    CHECK(question.substr(0, question.find("\r\n")) == "OPTIONS sip:1001@127.0.0.1:5062;line=a SIP/2.0");
    CHECK(header(question, "Via").find("SIP/2.0/UDP " + server.text() + ";branch=z9hG4bK") == 0);
    phone.send(reply_to(question, status));
    REQUIRE(reported(site));
    CHECK(site.probed[0].probe.value == 7);
    CHECK(site.probed[0].heard);
    CHECK(site.counters().probes.asked == 1);
    CHECK(site.counters().probes.answered == 1);
    phone.send(reply_to(question, status));  // again: nobody waits for it any more
    run_until(site.loop, [&] { return site.counters().of(base::Transport::udp).received == 3; });
    CHECK(site.probed.size() == 1);
}

TEST_CASE("a silent phone is asked several times and then given up", "[sip][stray][IP2]") {
    GrantingEdge site({"udp:127.77.23.1:0"});
    UdpPhone phone(site.address());
    REQUIRE(status_of(site.answer_to(phone, RegisterText{}.text())) == 200);
    site.edge->probe(probe_of(site));
    REQUIRE(reported(site));
    CHECK_FALSE(site.probed[0].heard);
    CHECK(site.counters().probes.timed_out == 1);
    std::vector<std::string> questions;
    for (std::string one = phone.receive(); !one.empty(); one = phone.receive()) questions.push_back(one);
    CHECK(questions.size() >= 3);
    for (const std::string& one : questions) CHECK(one == questions.front());
}

TEST_CASE("an answer that nobody could have known the question of is none", "[sip][stray][R17]") {
    GrantingEdge site({"udp:127.77.23.1:0"});
    UdpPhone phone(site.address());
    UdpPhone stranger(site.address());
    REQUIRE(status_of(site.answer_to(phone, RegisterText{}.text())) == 200);
    site.edge->probe(probe_of(site));
    std::string guessed = reply_to(site.next_answer(phone));
    guessed.replace(guessed.find("z9hG4bK") + 7, 16, "0123456789abcdef");
    stranger.send(guessed);
    REQUIRE(reported(site));
    CHECK_FALSE(site.probed[0].heard);
}

TEST_CASE("over a stream a phone is asked on its connection", "[sip][stray][IP2]") {
    const CertificateFiles files;
    sip::PhoneEdgeSettings settings;
    settings.tls_certificate = files.certificate;
    settings.tls_key = files.key;
    const bool tls = GENERATE(false, true);
    GrantingEdge site({tls ? "tls:127.77.23.1:0" : "tcp:127.77.23.1:0"}, settings);
    StreamPhone phone(site.address(), tls ? Security::tls : Security::none);
    REQUIRE(status_of(site.answer_to(phone, register_over(tls ? "TLS" : "TCP"))) == 200);
    site.edge->probe(probe_of(site));
    const std::string question = site.next_answer(phone);
    CHECK(header(question, "Via").find(tls ? "SIP/2.0/TLS " : "SIP/2.0/TCP ") == 0);
    phone.send(reply_to(question));
    REQUIRE(reported(site));
    CHECK(site.probed[0].heard);
}

TEST_CASE("a phone whose connection has ended is not there, and nobody waits to find out", "[sip][stray][IP2]") {
    GrantingEdge site({"tcp:127.77.23.1:0"});
    auto phone = std::make_unique<StreamPhone>(site.address());
    REQUIRE(status_of(site.answer_to(*phone, register_over("TCP"))) == 200);
    phone.reset();
    run_until(site.loop, [&] { return site.counters().streams(base::Transport::tcp).open == 0; });
    site.edge->probe(probe_of(site));
    CHECK(site.probed.empty());  // not from inside
    REQUIRE(reported(site));
    CHECK_FALSE(site.probed[0].heard);
    CHECK(site.counters().probes.flow_gone == 1);
}
