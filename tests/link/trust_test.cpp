// Who is let in, who is not, and what is said about it.
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdio>
#include <fstream>

#include "link/acceptor.h"
#include "link/connection.h"
#include "peer/codec.h"
#include "site.h"

using namespace innkeeper;
using namespace innkeeper::link_tests;

namespace {

const std::map<std::string, int> two = {{"rome", 1}, {"oslo", 2}};

// What rome says of oslo, and oslo of rome, when neither trusts the other.
std::pair<std::string, std::string> distrust(const link::LinkSettings& rome_settings,
                                             const link::LinkSettings& oslo_settings) {
    host::Loop loop;
    Site rome(loop, rome_settings);
    Site oslo(loop, oslo_settings);
    REQUIRE(run_until(loop,
                      [&] { return rome.is("oslo", LinkState::untrusted) && oslo.is("rome", LinkState::untrusted); }));
    CHECK_FALSE(rome.told("oslo", LinkState::up));
    CHECK_FALSE(oslo.told("rome", LinkState::up));
    CHECK(rome.heard.empty());
    CHECK(oslo.heard.empty());
    return {rome.detail(), oslo.detail()};
}

// A caller with a certificate of its choosing, that may send any octets as a frame.
struct Caller {
    Caller(host::Loop& loop, const link::CertificateFiles& own, const base::SiteName& callee, int from, int to)
        : context(*link::Credentials::load(own)) {
        link::ConnectionHandlers handlers;
        handlers.on_open = [this](const base::SiteName&) { open = true; };
        handlers.on_end = [this](const link::Ending& how) { ending = how; };
        connection =
            std::make_unique<link::Connection>(loop, *link::dial(address(to), address(from)), link::Side::dialled,
                                               context, std::vector{callee}, std::move(handlers));
    }
    link::TlsContext context;
    bool open = false;
    std::optional<link::Ending> ending;
    std::unique_ptr<link::Connection> connection;
};

}  // namespace

TEST_CASE("a certificate that names another site is not trusted by either side", "[link][R21]") {
    const LabCertificates lab("rome oslo kyiv");
    link::LinkSettings oslo = settings(lab, "oslo", two);
    oslo.files = files(lab, "kyiv");
    const auto [by_rome, by_oslo] = distrust(settings(lab, "rome", two), oslo);
    CHECK(by_rome == "the certificate of 'kyiv' does not name oslo");
    CHECK(by_oslo == "the other side does not accept our certificate: bad certificate");
}

TEST_CASE("a certificate of another CA is not trusted by either side", "[link][R21]") {
    const LabCertificates lab("rome");
    const LabCertificates other("oslo");
    const auto [by_rome, by_oslo] = distrust(settings(lab, "rome", two), settings(other, "oslo", two));
    CHECK(by_rome == "the certificate of 'oslo' is not signed by our CA");
    CHECK(by_oslo == "the certificate of 'rome' is not signed by our CA");
}

TEST_CASE("an expired certificate is named as the reason on both sides", "[link][R21]") {
    const LabCertificates lab("rome");
    lab.make("oslo", -1);
    const auto [by_rome, by_oslo] = distrust(settings(lab, "rome", two), settings(lab, "oslo", two));
    CHECK_THAT(by_rome, Catch::Contains("the certificate of 'oslo' expired on 20"));
    CHECK(by_oslo == "the other side does not accept our certificate: certificate expired");
}

TEST_CASE("a certificate that names two peers is nobody's", "[link][R21]") {
    const LabCertificates lab("rome oslo,DNS:kyiv");
    host::Loop loop;
    const std::map<std::string, int> three = {{"rome", 1}, {"oslo", 2}, {"kyiv", 3}};
    Site rome(loop, settings(lab, "rome", three));
    Caller caller(loop, files(lab, "oslo"), {"rome"}, 2, 1);
    REQUIRE(run_until(loop, [&] { return caller.ending.has_value(); }));
    CHECK(caller.ending->state == LinkState::untrusted);
    CHECK_THAT(rome.lines, Catch::Contains("names more than one peer: kyiv, oslo"));
}

TEST_CASE("a site does not take a caller with its own certificate for a peer", "[link][R21]") {
    const LabCertificates lab("rome");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    Caller caller(loop, files(lab, "rome"), {"rome"}, 2, 1);
    REQUIRE(run_until(loop, [&] { return caller.ending.has_value(); }));
    CHECK(caller.ending->state == LinkState::untrusted);
}

TEST_CASE("peers speak TLS 1.2 and 1.3 and nothing older", "[link][R21]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    const auto [version, outcome] = GENERATE(table<std::string, std::string>({
        {"-tls1_1 -cipher DEFAULT@SECLEVEL=0", "peer_connection_refused"},
        {"-tls1_2", "peer_connection_accepted"},
        {"-tls1_3", "peer_connection_accepted"},
    }));
    const std::string command = "openssl s_client " + version + " -connect " + address(1).text() + " -cert " +
                                lab.file("oslo.pem") + " -key " + lab.file("oslo.key") + " </dev/null >/dev/null 2>&1";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> client(::popen(command.c_str(), "w"), &::pclose);
    REQUIRE(run_until(loop, [&] { return rome.lines.find("event=peer_connection_") != std::string::npos; }));
    CHECK_THAT(rome.lines, Catch::Contains(outcome));
}

TEST_CASE("a port where something else answers is not trusted", "[link]") {
    const LabCertificates lab("rome");
    host::Loop loop;
    const link::Descriptor listener = link::listen_on(address(2));
    std::optional<link::Caller> caller;
    const host::Watch watch(loop, listener.number(), true, false, [&](host::Watch::Ready) {
        auto accepted = link::accept_from(listener.number());
        if (!accepted) return;
        caller = *std::move(accepted);
        [[maybe_unused]] const auto sent = ::write(caller->descriptor.number(), "SSH-2.0-OpenSSH_9.2p1\r\n", 23);
    });
    Site rome(loop, settings(lab, "rome", two));
    REQUIRE(run_until(loop, [&] { return rome.is("oslo", LinkState::untrusted); }));
    CHECK(rome.detail() == "TLS: wrong version number");
}

TEST_CASE("a port that closes at once is no evidence of anything", "[link]") {
    const LabCertificates lab("rome");
    host::Loop loop;
    const link::Descriptor listener = link::listen_on(address(2));
    const host::Watch watch(loop, listener.number(), true, false,
                            [&](host::Watch::Ready) { (void)link::accept_from(listener.number()).has_value(); });
    Site rome(loop, settings(lab, "rome", two));
    REQUIRE(run_until(loop, [&] { return !rome.changes.empty(); }));
    CHECK(rome.changes[0].state == LinkState::unreachable);
}

TEST_CASE("new certificates count without a restart", "[link][R21]") {
    const LabCertificates lab("oslo");
    lab.make("rome", -1);
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    Site oslo(loop, settings(lab, "oslo", two));
    REQUIRE(run_until(loop,
                      [&] { return rome.is("oslo", LinkState::untrusted) && oslo.is("rome", LinkState::untrusted); }));
    lab.make("rome", 30);
    REQUIRE(rome.links->reload_certificates());
    CHECK(run_until(loop, [&] { return rome.up("oslo") && oslo.up("rome"); }));
}

TEST_CASE("a reload that fails leaves everything as it was", "[link][R21]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    Site oslo(loop, settings(lab, "oslo", two));
    REQUIRE(run_until(loop, [&] { return rome.up("oslo"); }));
    const auto expires = rome.links->certificate().expires();
    std::ofstream(lab.file("rome.pem")) << "damaged";
    const auto reloaded = rome.links->reload_certificates();
    REQUIRE_FALSE(reloaded);
    CHECK_THAT(reloaded.error().text, Catch::Contains("is not in PEM form"));
    CHECK(rome.links->certificate().expires() == expires);
    rome.changes.clear();
    rome.links->redial({"oslo"});
    CHECK(run_until(loop, [&] { return rome.up("oslo"); }));
}

TEST_CASE("sixty stalled handshakes do not keep a peer out", "[link][R21][R13]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    std::vector<link::Descriptor> stalled;
    const int from = GENERATE(2, 3);  // from the peer's own address, from a stranger's
    for (int i = 0; i < 60; ++i) stalled.push_back(*link::dial(address(1), address(from)));
    Caller caller(loop, files(lab, "oslo"), {"rome"}, 2, 1);
    REQUIRE(run_until(loop, [&] { return caller.open || caller.ending; }));
    CHECK(caller.open);
}

TEST_CASE("strangers from many addresses hold 64 connections at most, and a peer still comes in", "[link][R21]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    std::vector<link::Descriptor> stalled;
    for (int i = 0; i < 160; ++i) stalled.push_back(*link::dial(address(1), address(3 + i % 13)));
    const auto still_open = [&] {
        return std::count_if(stalled.begin(), stalled.end(), [](const link::Descriptor& descriptor) {
            char octet = 0;
            return ::recv(descriptor.number(), &octet, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
        });
    };
    REQUIRE(run_until(loop, [&] { return still_open() == 64; }));
    Caller caller(loop, files(lab, "oslo"), {"rome"}, 2, 1);
    REQUIRE(run_until(loop, [&] { return caller.open || caller.ending; }));
    CHECK(caller.open);
}

TEST_CASE("a flood of strangers is hung up on, a peer's address is not counted among them", "[link][R21]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    std::vector<link::Descriptor> flood;
    // Enough for two seconds: the second may turn in between.
    for (int i = 0; i < 3 * link::Acceptor::strangers_a_second; ++i)
        flood.push_back(*link::dial(address(1), address(3 + i % 13)));
    REQUIRE(run_until(loop, [&] { return rome.lines.find("event=peer_callers_limited") != std::string::npos; }));
    Caller caller(loop, files(lab, "oslo"), {"rome"}, 2, 1);
    REQUIRE(run_until(loop, [&] { return caller.open || caller.ending; }));
    CHECK(caller.open);
}

TEST_CASE("a frame beyond the limit ends the connection, with the reason", "[link][R12]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    Caller caller(loop, files(lab, "oslo"), {"rome"}, 2, 1);
    REQUIRE(run_until(loop, [&] { return caller.open; }));
    REQUIRE(caller.connection->send(std::string(peer::longest_frame + 1, 'x')));
    REQUIRE(run_until(loop, [&] { return caller.ending.has_value(); }));
    CHECK(caller.ending->state == LinkState::lost);
    CHECK_THAT(rome.lines, Catch::Contains("a frame of 4194305 octets"));
    CHECK(rome.heard.empty());
}

TEST_CASE("a frame that is no message ends the connection, with the reason", "[link][R12]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    Caller caller(loop, files(lab, "oslo"), {"rome"}, 2, 1);
    REQUIRE(run_until(loop, [&] { return caller.open; }));
    REQUIRE(caller.connection->send("REGISTER"));
    REQUIRE(run_until(loop, [&] { return caller.ending.has_value(); }));
    CHECK(caller.ending->detail == "the other side closes: a peer message that is no message of the peer protocol");
    CHECK_THAT(rome.lines, Catch::Contains("event=peer_message_refused level=error peer=oslo"));
}

TEST_CASE("of one peer the newest connection counts", "[link]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    Caller older(loop, files(lab, "oslo"), {"rome"}, 2, 1);
    REQUIRE(run_until(loop, [&] { return older.open; }));
    Caller newer(loop, files(lab, "oslo"), {"rome"}, 2, 1);
    REQUIRE(run_until(loop, [&] { return newer.open && older.ending; }));
    CHECK(older.ending->detail == "the other side closes: a newer connection of oslo takes its place");
    core::Heartbeat beat;
    REQUIRE(newer.connection->send(peer::encode(beat, host::now())));
    CHECK(run_until(loop, [&] { return rome.heard.size() == 1; }));
}
