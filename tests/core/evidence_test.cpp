// What counts as evidence, and what a doubt about the home stops.
#include "core/peer_health.h"
#include "gate.h"

#include <catch2/catch.hpp>

namespace gate {
namespace {

std::string why(Gate& gate, const base::SiteName& home) {
    for (const HomeStatus& one : gate.status().homes)
        if (one.home == home) return one.why;
    return {};
}

std::size_t sent_home(Gate& gate, const std::vector<std::string>& users) {
    std::size_t count = 0;
    for (const std::string& user : users)
        if (gate.explain(user).rule == "home_is_back") ++count;
    return count;
}

}  // namespace

TEST_CASE("a phone that knocked while its home was heard is no witness of the silence after", "[evidence][R2]") {
    Gate gate = backup_of({"nora"});
    Phone nora("nora");
    CHECK(nora.call(gate).status == 503);
    gate.beating.clear();
    gate.pass(6s);
    CHECK(gate.health_of(north) == PeerHealth::suspect);
    gate.pass(10s);
    CHECK(gate.health_of(north) == PeerHealth::lost);
}

TEST_CASE("what a third peer heard is testimony only as long as it is fresh", "[evidence][R3]") {
    Gate gate = backup_of({"nora"});
    gate.link(west);
    gate.beating.clear();
    gate.pass(2s);
    Heartbeat said = gate.heartbeat;
    said.views = {{north, PeerHealth::alive, 1s}};
    gate.hear(west, std::move(said));
    gate.tick();
    CHECK(why(gate, north) == "silent here, but a third peer hears it");
    gate.pass(800ms);  // west itself is not doubted yet
    CHECK(gate.health_of(west) == PeerHealth::alive);
    CHECK(why(gate, north) == "silent for suspect-after");
}

TEST_CASE("the operator's verdict about a home is above all evidence", "[evidence][force]") {
    HealthEvidence heard;
    heard.ever_heard = true;
    REQUIRE(judge_health({}, heard).health == PeerHealth::alive);
    heard.forced = ForcedVerdict::lost;
    CHECK(judge_health({}, heard).health == PeerHealth::lost);
    HealthEvidence silent;
    silent.silence = silent.testimony_age = 1h;
    REQUIRE(judge_health({}, silent).health == PeerHealth::lost);
    silent.forced = ForcedVerdict::serving;
    CHECK(judge_health({}, silent).health == PeerHealth::alive);
}

TEST_CASE("no guest is sent to a home that is doubted", "[evidence][IP13][R6]") {
    const std::vector<std::string> users = {"u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8"};
    Settings settings = quick();
    settings.failover.failback_rate = 1;
    Gate gate = backup_of(users, settings);
    lose_north(gate);
    for (const std::string& name : users) CHECK(Phone(name).call(gate).status == 200);
    north_returns(gate);
    gate.pass(10500ms);
    REQUIRE(gate.phase_of(north) == Phase::returning);
    gate.beating.clear();
    gate.pass(2s);
    REQUIRE(gate.health_of(north) == PeerHealth::suspect);
    const std::size_t before = sent_home(gate, users);
    REQUIRE(before < users.size());
    gate.pass(4s);
    CHECK(sent_home(gate, users) == before);
}

TEST_CASE("a guest that was sent home, and whose home was lost again, stays when that returns", "[evidence][R6]") {
    Gate gate = backup_of({"nora", "ned"});
    lose_north(gate);
    Phone nora("nora");
    REQUIRE(nora.call(gate).status == 200);
    north_returns(gate);
    gate.pass(11s);
    REQUIRE(gate.explain("nora").rule == "home_is_back");
    gate.beating.clear();
    gate.pass(16s);
    REQUIRE(gate.phase_of(north) == Phase::active);
    north_returns(gate);
    REQUIRE(gate.phase_of(north) == Phase::settling);
    CHECK(nora.send(gate).status == 200);
}

TEST_CASE("a right response under another user's name proves nothing", "[evidence][R16]") {
    Gate gate = site_of({"alice", "bob"});
    Phone alice("alice");
    REQUIRE(alice.call(gate).status == 200);
    ++alice.request.cseq;
    alice.session.authorise(alice.request, "bob", alice.ha1);
    CHECK(alice.repeat(gate).status == 401);
}

}  // namespace gate
