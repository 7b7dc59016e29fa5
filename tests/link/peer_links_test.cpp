#include "link/peer_links.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "link/connection.h"
#include "link/socket.h"
#include "site.h"

using namespace innkeeper;
using namespace innkeeper::link_tests;
using namespace std::chrono_literals;

namespace {

const std::map<std::string, int> two = {{"rome", 1}, {"oslo", 2}};
const std::map<std::string, int> three = {{"rome", 1}, {"oslo", 2}, {"kyiv", 3}};

core::Heartbeat heartbeat(std::uint64_t epoch = 1) {
    core::Heartbeat beat;
    beat.epoch.value = epoch;
    return beat;
}

core::Changes page(int number) {
    core::Changes changes;
    changes.upto.value = static_cast<std::uint64_t>(number);
    for (int i = 0; i < 500; ++i) {
        const std::string user = std::to_string(number * 500 + i);
        core::Binding binding;
        binding.contact = "sip:" + user + "@192.0.2.7:5062;transport=tcp";
        binding.call_id = user + "-1234567890abcdef@192.0.2.7";
        binding.user_agent = "Yealink SIP-T46S 66.86.0.15";
        changes.registrations.push_back({base::Aor::from_parts(user, "rome.example").value(), {}, {}});
        changes.registrations.back().bindings.push_back(std::move(binding));
    }
    return changes;
}

}  // namespace

TEST_CASE("two sites hear each other by name", "[link][IP12]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    Site oslo(loop, settings(lab, "oslo", two));
    REQUIRE(run_until(loop, [&] { return rome.up("oslo") && oslo.up("rome"); }));
    rome.links->send({"oslo"}, heartbeat(7));
    oslo.links->send({"rome"}, heartbeat(8));
    REQUIRE(run_until(loop, [&] { return !rome.heard.empty() && !oslo.heard.empty(); }));
    CHECK(oslo.heard[0].from.text == "rome");
    CHECK(std::get<core::Heartbeat>(oslo.heard[0].message).epoch.value == 7);
    CHECK(rome.heard[0].from.text == "oslo");
    CHECK(std::get<core::Heartbeat>(rome.heard[0].message).epoch.value == 8);
}

TEST_CASE("three sites hear each other by name, and a message reaches only its addressee", "[link]") {
    const LabCertificates lab("rome oslo kyiv");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", three));
    Site oslo(loop, settings(lab, "oslo", three));
    Site kyiv(loop, settings(lab, "kyiv", three));
    REQUIRE(run_until(loop, [&] {
        return rome.up("oslo") && rome.up("kyiv") && oslo.up("rome") && oslo.up("kyiv") && kyiv.up("rome") &&
               kyiv.up("oslo");
    }));
    rome.links->send({"kyiv"}, heartbeat());
    oslo.links->send({"kyiv"}, heartbeat());
    REQUIRE(run_until(loop, [&] { return kyiv.heard.size() == 2; }));
    CHECK(kyiv.heard_from() == std::set<std::string>{"oslo", "rome"});
    CHECK(rome.heard.empty());
    CHECK(oslo.heard.empty());
}

TEST_CASE("a message to a peer whose link is not up, or to nobody, is dropped", "[link]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    rome.links->send({"oslo"}, heartbeat());
    rome.links->send({"nobody"}, heartbeat());
    Site oslo(loop, settings(lab, "oslo", two));
    REQUIRE(run_until(loop, [&] { return rome.up("oslo"); }));
    rome.links->send({"oslo"}, heartbeat(2));
    REQUIRE(run_until(loop, [&] { return !oslo.heard.empty(); }));
    CHECK(oslo.heard.size() == 1);
    CHECK(std::get<core::Heartbeat>(oslo.heard[0].message).epoch.value == 2);
}

TEST_CASE("sending tells nothing before the loop runs again", "[link]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    auto oslo = std::make_unique<Site>(loop, settings(lab, "oslo", two));
    REQUIRE(run_until(loop, [&] { return rome.up("oslo"); }));
    oslo.reset();
    const auto told = rome.changes.size();
    for (int i = 0; i < 100; ++i) rome.links->send({"oslo"}, heartbeat());
    rome.links->redial({"oslo"});
    CHECK(rome.changes.size() == told);
}

TEST_CASE("a port where nobody listens refuses", "[link]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    REQUIRE(run_until(loop, [&] { return rome.is("oslo", LinkState::refused); }));
    CHECK(rome.detail() == "Connection refused");
}

TEST_CASE("a host that does not answer is unreachable", "[link]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    // A full backlog lets the kernel ignore further callers.
    const link::Descriptor listener = link::listen_on(address(2));
    REQUIRE(::listen(listener.number(), 0) == 0);
    std::vector<link::Descriptor> callers;
    for (int i = 0; i < 3; ++i) callers.push_back(*link::dial(address(2), address(3)));
    Site rome(loop, settings(lab, "rome", two));
    REQUIRE(run_until(loop, [&] { return rome.is("oslo", LinkState::unreachable); }));
    CHECK(rome.detail() == "no answer within 2 s");
}

TEST_CASE("a peer that dies is lost, then its port refuses; sending to it harms nobody", "[link]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    auto oslo = std::make_unique<Site>(loop, settings(lab, "oslo", two));
    REQUIRE(run_until(loop, [&] { return rome.up("oslo"); }));
    oslo.reset();
    rome.links->send({"oslo"}, heartbeat());
    REQUIRE(run_until(loop, [&] {
        rome.links->send({"oslo"}, heartbeat());
        return rome.is("oslo", LinkState::refused);
    }));
    CHECK(rome.told("oslo", LinkState::lost));
    oslo = std::make_unique<Site>(loop, settings(lab, "oslo", two));
    CHECK(run_until(loop, [&] { return rome.up("oslo") && oslo->up("rome"); }));
}

TEST_CASE("a state is told once, not at every attempt", "[link]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    REQUIRE(run_until(loop, [&] { return rome.is("oslo", LinkState::refused); }));
    // The fourth attempt is 700 ms after the first.
    run_until(
        loop, [] { return false; }, 800ms);
    CHECK(rome.changes.size() == 1);
}

TEST_CASE("a redial makes another connection, and the old one serves until it is open", "[link][R2]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    Site oslo(loop, settings(lab, "oslo", two));
    REQUIRE(run_until(loop, [&] { return rome.up("oslo"); }));
    rome.changes.clear();
    rome.links->redial({"oslo"});
    rome.links->redial({"oslo"});
    rome.links->send({"oslo"}, heartbeat(1));
    REQUIRE(run_until(loop, [&] { return !oslo.heard.empty(); }));
    REQUIRE(run_until(loop, [&] { return rome.up("oslo"); }));
    REQUIRE(rome.changes.size() == 1);
    rome.links->send({"oslo"}, heartbeat(2));
    REQUIRE(run_until(loop, [&] { return oslo.heard.size() == 2; }));
    CHECK(std::get<core::Heartbeat>(oslo.heard[1].message).epoch.value == 2);
}

TEST_CASE("the last message before a site leaves arrives", "[link]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    auto rome = std::make_unique<Site>(loop, settings(lab, "rome", two));
    Site oslo(loop, settings(lab, "oslo", two));
    REQUIRE(run_until(loop, [&] { return rome->up("oslo"); }));
    core::Heartbeat farewell = heartbeat();
    farewell.leaving = true;
    rome->links->send({"oslo"}, farewell);
    rome.reset();
    REQUIRE(run_until(loop, [&] { return !oslo.heard.empty(); }));
    CHECK(std::get<core::Heartbeat>(oslo.heard.back().message).leaving);
}

TEST_CASE("a hundred pages of five hundred registrations arrive in order", "[link][IP8]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    Site rome(loop, settings(lab, "rome", two));
    Site oslo(loop, settings(lab, "oslo", two));
    REQUIRE(run_until(loop, [&] { return rome.up("oslo"); }));
    for (int sent = 0; sent < 100;) {
        for (int i = 0; i < 4; ++i) rome.links->send({"oslo"}, page(++sent));
        REQUIRE(run_until(loop, [&] { return oslo.heard.size() == static_cast<std::size_t>(sent); }));
    }
    for (std::size_t i = 0; i < 100; ++i) {
        const auto& changes = std::get<core::Changes>(oslo.heard[i].message);
        CHECK(changes.upto.value == i + 1);
        CHECK(changes.registrations.size() == 500);
    }
}

TEST_CASE("a peer that takes nothing for too long is dropped, not waited for", "[link][R15]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    host::Loop frozen;
    Site rome(loop, settings(lab, "rome", two));
    Site oslo(frozen, settings(lab, "oslo", two));
    REQUIRE(run_until(loop, [&] {
        frozen.step(1ms);
        return rome.up("oslo");
    }));
    const core::PeerMessage big = page(1);
    REQUIRE(run_until(loop, [&] {
        rome.links->send({"oslo"}, big);
        return !rome.up("oslo");
    }));
    CHECK(rome.told("oslo", LinkState::unreachable));
    CHECK(rome.changes.back().detail == "8 MiB wait to be sent; dialling again");
}

TEST_CASE("a taken port ends the start with one line", "[link]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    const link::Descriptor taken = link::listen_on(address(1));
    CHECK_THROWS_WITH(Site(loop, settings(lab, "rome", two)),
                      "cannot listen for peers on " + address(1).text() + ": Address already in use");
}
