// North dies, and its phones become guests of south: the main job over the whole gatekeeper.
#include "gate.h"

using namespace gate;

TEST_CASE("while home serves, its phones are sent there", "[guests][IP2]") {
    Gate gate = backup_of({"nora"});
    Phone nora("nora");
    CHECK(refused(gate, nora) == Refusal::home_is_asked);
    gate.hear(north, PhoneVerdict{aor("nora"), PhoneFinding::reachable});
    CHECK(refused(gate, nora) == Refusal::registered_at_home);
    CHECK(gate.guests() == 0);
    const ExplainReport why = gate.explain("nora");
    CHECK_FALSE(why.admitted);
    CHECK(why.rule == "registered_at_home");
    CHECK(fact(why, "home") == "north");
    CHECK(fact(why, "failover phase") == "normal");
}

TEST_CASE("a desk phone of a lost home begins the failover, softphones follow", "[guests][IP3][IP4][IP5]") {
    Gate gate = backup_of({"nora", "ned"});
    lose_north(gate);
    Phone soft("ned", "baresip v1.0"), desk("nora");
    CHECK(refused(gate, soft) == Refusal::awaiting_physical);
    CHECK(gate.phase_of(north) == Phase::allowed);

    const Response& ok = desk.call(gate);
    CHECK(ok.status == 200);
    CHECK(ok.contacts[0].expires == 60);
    REQUIRE(gate.notices<FailoverBegan>().size() == 1);
    CHECK(gate.notices<FailoverBegan>()[0].first_guest == aor("nora"));
    REQUIRE(gate.rows<FailoverRow>().size() == 1);
    CHECK(gate.rows<FailoverRow>()[0].first_guest == "nora@example.test");
    REQUIRE(gate.rows<BindingsRow>().size() == 1);
    CHECK(gate.rows<BindingsRow>()[0].guest_of == north);
    CHECK(gate.rows<BindingsRow>()[0].licences == 0);
    CHECK(gate.phase_of(north) == Phase::active);

    CHECK(soft.call(gate).status == 200);
    CHECK(gate.notices<FailoverBegan>().empty());
    CHECK(gate.guests() == 2);
}

TEST_CASE("with failover-trigger any a softphone begins it", "[guests][IP4]") {
    Settings settings = quick();
    settings.failover.trigger = FailoverTrigger::any;
    Gate gate = backup_of({"nora"}, settings);
    lose_north(gate);
    Phone soft("nora", "baresip v1.0");
    CHECK(soft.call(gate).status == 200);
    CHECK(gate.notices<FailoverBegan>().size() == 1);
}

TEST_CASE("a phone that knocks is a witness: its home is lost within lost-after-witnessed", "[guests][R1]") {
    Gate gate = backup_of({"nora"});
    gate.beating.clear();
    Phone nora("nora");
    base::Duration waited{};
    while (waited < 10s) {
        gate.pass(1s);
        waited += 1s;
        if (nora.call(gate).status == 200) break;
        CHECK(gate.notices<RegisterJudged>()[0].refusal != Refusal::awaiting_physical);
    }
    CHECK(waited <= 4s);
    CHECK(gate.phase_of(north) == Phase::active);
}

TEST_CASE("a port that refuses is a witness", "[guests][R1]") {
    Gate gate = backup_of({"nora"});
    gate.beating.clear();
    gate.link(north, LinkState::refused);
    gate.pass(3s);
    CHECK(gate.phase_of(north) == Phase::allowed);
}

TEST_CASE("a certificate that is not trusted is no witness", "[guests][R21]") {
    Gate gate = backup_of({"nora"});
    gate.beating.clear();
    gate.link(north, LinkState::untrusted);
    gate.pass(14s);
    CHECK(gate.phase_of(north) == Phase::normal);
}

TEST_CASE("while a third peer hears a home, no phone of it is taken", "[guests][R3]") {
    Gate gate = backup_of({"nora"});
    gate.heartbeat.views = {{north, PeerHealth::alive, 100ms}};
    gate.beating = {west};
    gate.link(west);
    gate.beat(west);
    Phone nora("nora");
    for (int i = 0; i < 30; ++i) {
        gate.pass(1s);
        CHECK(nora.call(gate).status != 200);
    }
    CHECK(gate.health_of(north) == PeerHealth::suspect);
    SECTION("until it misses it too") {
        gate.heartbeat.views = {{north, PeerHealth::suspect, 4s}};
        gate.pass(4s);
        CHECK(nora.call(gate).status == 200);
    }
    SECTION("or dies as well") {
        gate.beating.clear();
        gate.pass(5s);
        CHECK(nora.call(gate).status == 200);
    }
}

TEST_CASE("what a third peer said of a silence is not made longer by its own", "[guests][R2]") {
    Gate gate = backup_of({"nora"});
    gate.heartbeat.views = {{north, PeerHealth::suspect, 2900ms}};
    gate.beating = {west};
    gate.link(west);
    gate.pass(5s);
    gate.beating.clear();
    gate.pass(1400ms);
    CHECK(gate.health_of(north) == PeerHealth::suspect);
    SECTION("until it says so itself") {
        gate.heartbeat.views = {{north, PeerHealth::suspect, 3s}};
        gate.beat(west);
        gate.tick();
        CHECK(gate.health_of(north) == PeerHealth::lost);
    }
}

TEST_CASE("our own stall is nobody's death", "[guests][R2]") {
    Gate gate = backup_of({"nora"});
    const bool timer_first = GENERATE(true, false);
    gate.now += 60s;
    if (timer_first)
        gate.tick();
    else
        gate.beat(west);
    CHECK(gate.health_of(north) == PeerHealth::alive);
    gate.beating.clear();
    gate.pass(14s);
    CHECK(gate.phase_of(north) == Phase::normal);
    gate.pass(2s);
    CHECK(gate.phase_of(north) == Phase::allowed);
}

TEST_CASE("a home that leaves opens at once, and closes when it stays", "[guests][R1]") {
    Gate gate = backup_of({"nora"});
    gate.heartbeat.leaving = true;
    gate.beat(north);
    CHECK(gate.phase_of(north) == Phase::allowed);
    gate.heartbeat.leaving = false;
    gate.beat(north);
    CHECK(gate.phase_of(north) == Phase::normal);
}

TEST_CASE("a home that cannot serve is lost although it is heard", "[guests]") {
    Gate gate = backup_of({"nora"});
    gate.heartbeat.serving = false;
    gate.pass(2500ms);
    CHECK(gate.phase_of(north) == Phase::normal);
    gate.pass(1s);
    CHECK(gate.phase_of(north) == Phase::allowed);
}

TEST_CASE("newcomers are paced, guests are not", "[guests][R11]") {
    Settings settings = quick();
    settings.failover.admission_rate = 2;
    Gate gate = backup_of({"a", "b", "c"}, settings);
    lose_north(gate);
    Phone a("a"), b("b"), c("c");
    CHECK(a.call(gate).status == 200);
    CHECK(b.call(gate).status == 200);
    CHECK(refused(gate, c) == Refusal::paced);
    const auto told = std::chrono::seconds(gate.answer().retry_after.value());
    CHECK(a.send(gate).status == 200);
    gate.pass(told);
    CHECK(c.call(gate).status == 200);
}

TEST_CASE("a guest logs out and is gone", "[guests]") {
    Gate gate = backup_of({"nora"});
    lose_north(gate);
    Phone nora("nora");
    nora.call(gate);
    nora.request.contacts[0].expires = 0;
    CHECK(nora.send(gate).status == 200);
    CHECK(gate.guests() == 0);
    REQUIRE(gate.notices<PhoneRemoved>().size() == 1);
    CHECK(gate.notices<PhoneRemoved>()[0].guest_of == north);
}

TEST_CASE("a site that drains sends guests and own phones away, tells its peers, and takes them again",
          "[guests][R1]") {
    Gate gate = backup_of({"nora"});
    lose_north(gate);
    Phone nora("nora"), alice("alice");
    nora.call(gate);
    alice.call(gate);
    CHECK(std::holds_alternative<Declined>(gate.command(Resume{})));
    CHECK(std::holds_alternative<Done>(gate.command(Drain{"new switches"})));
    REQUIRE(gate.sent<Heartbeat>(north).size() == 1);
    CHECK(gate.sent<Heartbeat>(north)[0]->leaving);
    CHECK(gate.notices<DrainBegan>().size() == 1);
    CHECK(gate.status().drain_reason == "new switches");
    CHECK(refused(gate, nora) == Refusal::draining);
    CHECK(refused(gate, alice) == Refusal::draining);
    CHECK(std::holds_alternative<Done>(gate.command(Resume{})));
    CHECK_FALSE(gate.sent<Heartbeat>(north)[0]->leaving);
    CHECK(alice.call(gate).status == 200);
}

TEST_CASE("explain names the rule for whoever may be asked about", "[guests]") {
    Gate gate = backup_of({"nora"});
    CHECK(gate.explain("alice").admitted);
    CHECK(gate.explain("alice").rule == "own_user");
    CHECK(gate.explain("sip:alice@example.test").rule == "own_user");
    CHECK(gate.explain("nobody").rule == "wrong_credentials");
    CHECK_FALSE(gate.explain("nobody").explanation.empty());
    CHECK(std::holds_alternative<Declined>(gate.command(Explain{"@"})));
    gate.beating.clear();
    gate.pass(2s);
    CHECK(gate.explain("nora").rule == "home_not_lost_yet");
    gate.pass(15s);
    CHECK(gate.explain("nora").rule == "awaiting_physical");  // its record does not say what it is
    Phone nora("nora");
    nora.call(gate);
    CHECK(gate.explain("nora").rule == "guest");
    CHECK(fact(gate.explain("nora"), "registered here") == "yes");
}
