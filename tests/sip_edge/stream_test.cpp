#include <unistd.h>

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "sip_edge/granting_edge.h"
#include "sip_edge/phones.h"
#include "support/sip_text.h"

using namespace innkeeper;
using namespace innkeeper::support;
using namespace std::chrono_literals;

namespace {

std::string register_over(std::string_view transport) {
    RegisterText request;
    request.via = "SIP/2.0/" + std::string(transport) + " 127.0.0.1:5062;branch=z9hG4bK-1;rport";
    return request.text();
}

sip::PhoneEdgeSettings hasty() {
    sip::PhoneEdgeSettings settings;
    settings.streams.deadlines = {300ms, 300ms, 300ms};
    return settings;
}

const sip::ConnectionCounters& tcp(const GrantingEdge& site) {
    return site.counters().streams(base::Transport::tcp);
}

}  // namespace

TEST_CASE("a REGISTER over TCP is answered on its connection", "[sip][registrar]") {
    for (const std::string_view listener : {"tcp:127.77.21.2:0", "tcp:[::1]:0"}) {
        GrantingEdge site({listener});
        StreamPhone phone(site.address());
        const auto answer = site.answer_to(phone, register_over("TCP"));
        CHECK(status_of(answer) == 200);
        CHECK(site.sources.front().transport == base::Transport::tcp);
        CHECK(site.sources.front().connection != 0);
        CHECK(tcp(site).open == 1);
    }
}

TEST_CASE("a REGISTER over TLS is answered on its connection", "[sip][registrar]") {
    const CertificateFiles files;
    sip::PhoneEdgeSettings settings;
    settings.tls_certificate = files.certificate;
    settings.tls_key = files.key;
    GrantingEdge site({"udp:127.77.21.2:0", "tls:127.77.21.2:0"}, settings);
    StreamPhone phone(site.address(1), Security::tls);
    CHECK(status_of(site.answer_to(phone, register_over("TLS"))) == 200);
    CHECK(site.sources.front().transport == base::Transport::tls);
    CHECK(site.sources.front().listener == 1);
}

TEST_CASE("a TLS listener without a sound certificate is told in one line", "[sip]") {
    CHECK_THROWS_WITH(GrantingEdge({"tls:127.77.21.2:0"}), Catch::Matchers::StartsWith("tls-certificate"));
    const CertificateFiles files;
    const CertificateFiles others;
    sip::PhoneEdgeSettings settings;
    settings.tls_certificate = files.certificate;
    settings.tls_key = others.key;
    CHECK_THROWS_WITH(GrantingEdge({"tls:127.77.21.2:0"}, settings), Catch::Matchers::StartsWith("tls-key"));
}

TEST_CASE("new certificates serve new connections, and broken ones change nothing", "[sip]") {
    CertificateFiles files;
    sip::PhoneEdgeSettings settings;
    settings.tls_certificate = files.certificate;
    settings.tls_key = files.key;
    GrantingEdge site({"tls:127.77.21.2:0"}, settings);
    const auto shown = [&] {
        StreamPhone phone(site.address(), Security::tls);
        CHECK(status_of(site.answer_to(phone, register_over("TLS"))) == 200);
        return phone.server_certificate();
    };
    StreamPhone old(site.address(), Security::tls);
    CHECK(status_of(site.answer_to(old, register_over("TLS"))) == 200);
    const auto first = shown();
    CHECK(shown() == first);
    files.renew();
    CHECK(site.edge->reload_certificates());
    const auto second = shown();
    CHECK(second != first);
    REQUIRE(::truncate(files.certificate.c_str(), 10) == 0);
    CHECK_FALSE(site.edge->reload_certificates());
    CHECK(shown() == second);
    CHECK(status_of(site.answer_to(old, register_over("TLS"))) == 200);
}

TEST_CASE("pipelined messages are all answered in order, and a message may come in pieces", "[sip][R13]") {
    GrantingEdge site({"tcp:127.77.21.2:0"});
    StreamPhone phone(site.address());
    RegisterText first;
    RegisterText second;
    second.cseq = "2 REGISTER";
    second.content_length = "4";
    RegisterText third;
    third.cseq = "3 REGISTER";
    const auto all = first.text() + "\r\n" + second.text() + "body" + third.text();
    for (std::size_t start = 0; start < all.size(); start += 100) {
        phone.send(all.substr(start, 100));
        site.loop.step(1ms);
    }
    std::string answers;
    REQUIRE(run_until(site.loop, [&] {
        answers += phone.receive();
        return answers.find("CSeq: 3 REGISTER") != std::string::npos;
    }));
    CHECK(answers.find("CSeq: 1 REGISTER") < answers.find("CSeq: 2 REGISTER"));
    CHECK(site.registers == 3);
}

TEST_CASE("a keepalive of two line ends is answered by one", "[sip]") {
    GrantingEdge site({"tcp:127.77.21.2:0"});
    StreamPhone phone(site.address());
    CHECK(site.answer_to(phone, "\r\n\r\n") == "\r\n");
}

TEST_CASE("a message beyond 64 KiB ends its connection, a pipelined one too", "[sip][R13]") {
    GrantingEdge site({"tcp:127.77.21.2:0"});
    RegisterText announced;
    announced.content_length = "70000";
    StreamPhone first(site.address());
    first.send(announced.text());
    CHECK(site.is_closed(first));
    StreamPhone later(site.address());
    CHECK(status_of(site.answer_to(later, register_over("TCP"))) == 200);
    later.send(announced.text());
    CHECK(site.is_closed(later));
    StreamPhone endless(site.address());
    const std::string filler = "REGISTER sip:eco.test SIP/2.0\r\nX: " + std::string(16000, 'x');
    CHECK(run_until(site.loop, [&] {
        if (!endless.closed()) endless.send(filler);
        return endless.receive().empty() && endless.closed();
    }));
    CHECK(site.counters().of(base::Transport::tcp).oversized == 3);
}

TEST_CASE("a message whose end cannot be told gets 400 and ends its connection", "[sip][R12][R13]") {
    for (const std::string length : {"-1", "12 12", "many", ""}) {
        GrantingEdge site({"tcp:127.77.21.2:0"});
        StreamPhone phone(site.address());
        RegisterText request;
        request.content_length = length;
        CHECK(status_of(site.answer_to(phone, request.text())) == 400);
        CHECK(site.is_closed(phone));
        CHECK(site.registers == 0);
    }
}

TEST_CASE("a message that drips is cut off at its deadline, however steadily it drips", "[sip][R13]") {
    auto settings = hasty();
    settings.streams.deadlines.unregistered = 1h;
    GrantingEdge site({"tcp:127.77.21.2:0"}, settings);
    StreamPhone phone(site.address());
    const auto text = register_over("TCP");
    std::size_t sent = 0;
    CHECK(run_until(site.loop, [&] {
        if (!phone.closed() && sent + 1 < text.size()) phone.send(text.substr(sent++ / 8, 1));
        return phone.receive().empty() && phone.closed();
    }));
    CHECK(tcp(site).message_timed_out == 1);
}

TEST_CASE("a connection without a registration is closed, one with a registration stays", "[sip][R13]") {
    auto settings = hasty();
    GrantingEdge site({"tcp:127.77.21.2:0"}, settings);
    StreamPhone silent(site.address());
    StreamPhone registered(site.address());
    StreamPhone removed(site.address());
    CHECK(status_of(site.answer_to(registered, register_over("TCP"))) == 200);
    RegisterText removal;
    removal.more = "Contact: <sip:1001@127.0.0.1:5062>\nExpires: 0\n";
    CHECK(status_of(site.answer_to(removed, removal.text())) == 200);
    CHECK(site.is_closed(silent));
    CHECK(site.is_closed(removed));
    CHECK(tcp(site).unregistered_timed_out == 2);
    CHECK(tcp(site).open == 1);
    CHECK(status_of(site.answer_to(registered, register_over("TCP"))) == 200);
}

TEST_CASE("a handshake that stalls or fails ends its connection", "[sip][R13]") {
    const CertificateFiles files;
    auto settings = hasty();
    settings.streams.deadlines.unregistered = 1h;
    settings.tls_certificate = files.certificate;
    settings.tls_key = files.key;
    GrantingEdge site({"tls:127.77.21.2:0"}, settings);
    StreamPhone stalled(site.address());
    CHECK(site.is_closed(stalled));
    CHECK(site.counters().streams(base::Transport::tls).handshake_timed_out == 1);
    StreamPhone junk(site.address());
    junk.send("this is not TLS at all\r\n\r\n");
    run_until(site.loop, [&] { return site.counters().streams(base::Transport::tls).handshake_failed == 1; });
    CHECK(site.counters().streams(base::Transport::tls).handshake_failed == 1);
    CHECK(site.counters().streams(base::Transport::tls).open == 0);
}

TEST_CASE("one source and all together have at most so many connections", "[sip][R13][R14]") {
    sip::PhoneEdgeSettings settings;
    settings.streams.per_source = 3;
    settings.streams.in_all = 5;
    GrantingEdge site({"tcp:127.77.21.2:0", "tcp:[::1]:0"}, settings);
    std::vector<std::unique_ptr<StreamPhone>> phones;
    for (int i = 0; i < 4; ++i) phones.push_back(std::make_unique<StreamPhone>(site.address(0)));
    CHECK(site.is_closed(*phones.back()));
    CHECK(tcp(site).refused_per_source == 1);
    for (int i = 0; i < 3; ++i) phones.push_back(std::make_unique<StreamPhone>(site.address(1)));
    CHECK(site.is_closed(*phones.back()));
    CHECK(tcp(site).refused_in_all == 1);
    CHECK(tcp(site).open == 5);

    phones.erase(phones.begin());
    REQUIRE(run_until(site.loop, [&] { return tcp(site).open == 4; }));
    StreamPhone next(site.address(0));
    CHECK(status_of(site.answer_to(next, register_over("TCP"))) == 200);
}

TEST_CASE("junk on the TLS port costs no memory", "[sip][R15]") {
    const CertificateFiles files;
    sip::PhoneEdgeSettings settings;
    settings.tls_certificate = files.certificate;
    settings.tls_key = files.key;
    GrantingEdge site({"tls:127.77.21.2:0"}, settings);
    const auto& count = site.counters().streams(base::Transport::tls);
    const auto knock = [&](std::uint64_t times) {
        const auto failed_before = count.handshake_failed;
        for (std::uint64_t i = 0; i < times; ++i) {
            StreamPhone junk(site.address());
            junk.send("this is not TLS at all, but long enough to be looked at\r\n\r\n");
            run_until(site.loop, [&] { return count.handshake_failed == failed_before + i + 1; });
        }
    };
    knock(100);  // what is allocated once
    const auto before = resident_octets();
    knock(600);
    CHECK(count.open == 0);
    if (memory_is_measurable) CHECK(resident_octets() < before + 2 * 1024 * 1024);
}

TEST_CASE("without descriptors old connections and datagrams are served, and new ones wait their turn", "[sip][R14]") {
    GrantingEdge site({"udp:127.77.21.2:0", "tcp:127.77.21.2:0"});
    StreamPhone old(site.address(1));
    REQUIRE(status_of(site.answer_to(old, register_over("TCP"))) == 200);
    UdpPhone datagram(site.address(0));
    StreamPhone late(site.address(1));
    late.send(register_over("TCP"));
    bool refused = false;
    std::string to_old;
    std::string to_datagram;
    std::uint64_t attempts = 0;
    {
        const NoDescriptors none;  // nothing is checked meanwhile: sanitizers need descriptors for that
        refused = run_until(site.loop, [&] { return tcp(site).no_descriptor > 0; });
        to_old = site.answer_to(old, register_over("TCP"));
        to_datagram = site.answer_to(datagram, RegisterText{}.text());
        const auto before = tcp(site).no_descriptor;
        for (int i = 0; i < 100; ++i) site.loop.step(0ms);
        attempts = tcp(site).no_descriptor - before;
    }
    CHECK(refused);
    CHECK(status_of(to_old) == 200);
    CHECK(status_of(to_datagram) == 200);
    CHECK(attempts <= 1);
    CHECK(status_of(site.next_answer(late)) == 200);
}
