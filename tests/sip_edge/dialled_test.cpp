// A PBX that is reached by its address: over streams on a connection that we dial and keep, over UDP until ICMP says
// that nobody is there. Real sockets on loopback; the edge is its own PBX.
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "sip/socket_address.h"
#include "sip_edge/granting_edge.h"
#include "sip_edge/phones.h"
#include "support/lab_certificates.h"
#include "support/sip_text.h"

using namespace innkeeper;
using namespace innkeeper::support;

namespace {

std::string message_over(std::string_view transport, std::string_view what) {
    return crlf("MESSAGE sip:" + std::string(what) + "@eco.test SIP/2.0\nVia: SIP/2.0/" + std::string(transport) +
                " 127.0.0.1:5062;branch=z9hG4bK-" + std::string(what) +
                "\nMax-Forwards: 70\nFrom: <sip:1001@eco.test>;tag=f\nTo: <sip:1002@eco.test>\nCall-ID: c\n"
                "CSeq: 1 MESSAGE\nContent-Length: 0\n\n");
}

const base::Flow& flow_of(const GrantingEdge& site, std::size_t message) {
    return std::get<base::Flow>(site.passed.at(message).first);
}

bool has_passed(GrantingEdge& site, std::size_t messages) {
    return run_until(site.loop, [&] { return site.passed.size() >= messages; });
}

bool has_lost(GrantingEdge& site, const calls::Hop& hop) {
    return run_until(site.loop, [&] { return std::find(site.lost.begin(), site.lost.end(), hop) != site.lost.end(); });
}

// An address where nobody listens.
base::Endpoint nobody(base::Transport transport) {
    const int descriptor = sip::bound_socket({transport, *base::Endpoint::parse("127.77.24.9:0")});
    const base::Endpoint endpoint = sip::local_endpoint(descriptor);
    ::close(descriptor);
    return endpoint;
}

}  // namespace

TEST_CASE("one connection is dialled for all messages to an address, and what comes back on it is taken", "[sip]") {
    GrantingEdge site({"udp:127.77.24.1:0", "tcp:127.77.24.1:0"});
    const calls::AddressHop pbx{base::Transport::tcp, site.address(1)};
    REQUIRE(site.edge->send(pbx, message_over("TCP", "one")));
    REQUIRE(site.edge->send(pbx, message_over("TCP", "two")));
    REQUIRE(has_passed(site, 2));
    CHECK(flow_of(site, 0) == flow_of(site, 1));
    CHECK(site.counters().streams(base::Transport::tcp).accepted == 1);
    CHECK(flow_of(site, 0).remote.ip == site.address(1).ip);  // we show the address that we listen at

    REQUIRE(site.edge->send(flow_of(site, 0), message_over("TCP", "back")));
    REQUIRE(has_passed(site, 3));
    CHECK(flow_of(site, 2).remote == site.address(1));
    CHECK(flow_of(site, 2).listener == 1);
    CHECK(site.passed.at(2).second == message_over("TCP", "back"));
}

TEST_CASE("a dialled connection that ends is told as lost, by its address too, and is dialled again", "[sip][SR1]") {
    sip::PhoneEdgeSettings settings;
    settings.streams.deadlines.unregistered = std::chrono::milliseconds(300);  // the other side, a phone here, hangs up
    GrantingEdge site({"tcp:127.77.24.1:0"}, settings);
    const calls::AddressHop pbx{base::Transport::tcp, site.address()};
    REQUIRE(site.edge->send(pbx, message_over("TCP", "one")));
    REQUIRE(has_passed(site, 1));
    CHECK(has_lost(site, pbx));
    REQUIRE(site.edge->send(pbx, message_over("TCP", "two")));
    CHECK(has_passed(site, 2));
}

TEST_CASE("an address where nobody listens is lost", "[sip][SR1]") {
    GrantingEdge site({"tcp:127.77.24.1:0"});
    const calls::AddressHop pbx{base::Transport::tcp, nobody(base::Transport::tcp)};
    if (site.edge->send(pbx, message_over("TCP", "one"))) CHECK(has_lost(site, pbx));
}

TEST_CASE("over TLS the other side must be signed by our authority and name the address that is dialled", "[sip]") {
    const LabCertificates lab("right,IP:127.77.24.1 wrong,IP:127.77.24.8");
    const LabCertificates others("right,IP:127.77.24.1");
    const auto dial = [&](const LabCertificates& authority, const std::string& name) {
        sip::PhoneEdgeSettings settings;
        settings.tls_certificate = lab.file(name + ".pem");
        settings.tls_key = lab.file(name + ".key");
        settings.tls_ca = authority.file("ca.pem");
        GrantingEdge site({"tls:127.77.24.1:0"}, settings);
        const calls::AddressHop pbx{base::Transport::tls, site.address()};
        REQUIRE(site.edge->send(pbx, message_over("TLS", "one")));
        run_until(site.loop, [&] { return !site.passed.empty() || !site.lost.empty(); });
        return site.passed.size();
    };
    CHECK(dial(lab, "right") == 1);
    CHECK(dial(lab, "wrong") == 0);
    CHECK(dial(others, "right") == 0);
}

TEST_CASE("a datagram that ICMP brings back tells that its address is lost, and nobody else's is", "[sip][SR2]") {
    GrantingEdge site({"udp:127.77.24.1:0"});
    const calls::AddressHop pbx{base::Transport::udp, nobody(base::Transport::udp)};
    UdpPhone phone(site.address());
    CHECK(status_of(site.answer_to(phone, RegisterText{}.text())) == 200);
    for (int round = 0; round < 3; ++round) {
        site.lost.clear();
        REQUIRE(site.edge->send(pbx, message_over("UDP", "one")));
        CHECK(has_lost(site, pbx));
        REQUIRE(site.edge->send(pbx, message_over("UDP", "two")));
        CHECK(status_of(site.answer_to(phone, RegisterText{}.text())) == 200);
    }
    CHECK(site.counters().of(base::Transport::udp).send_failed == 0);
}
