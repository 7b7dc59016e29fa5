// The main job over the whole gatekeeper: north dies, its phones become guests of south, and go home again.
#include "gate.h"

using namespace gate;

namespace {

Settings quick() {
    Settings settings = support::settings_of("south", {"north", "west"}, {"north"});
    settings.failover.failback_after = 10s;
    settings.failover.homeless_grace = 30s;
    return settings;
}

// North, known and heard, with these users.
Gate backup_of(std::vector<std::string> users, Settings settings = quick()) {
    Gate gate(std::move(settings));
    gate.started().with_users({"alice"});
    gate.feed(StateLoaded{});
    gate.entrusted_by_north(std::move(users));
    gate.beating = {north};
    gate.pass(1s);
    return gate;
}

// North is silent until it is lost.
void lose_north(Gate& gate) {
    gate.beating.clear();
    gate.pass(16s);
    REQUIRE(gate.phase_of(north) == Phase::allowed);
}

void north_returns(Gate& gate) {
    gate.beating = {north};
    gate.beaten = gate.now;
    gate.beat(north);
}

Refusal refused(Gate& gate, Phone& phone) {
    phone.call(gate);
    const auto judged = gate.notices<RegisterJudged>();
    REQUIRE(judged.size() == 1);
    REQUIRE(judged[0].refusal);
    const Response& answer = gate.answer();
    CHECK(answer.status == 503);
    CHECK(answer.retry_after.value_or(0) > 0);
    return *judged[0].refusal;
}

std::string fact(const ExplainReport& report, const std::string& name) {
    for (const auto& [one, value] : report.facts)
        if (one == name) return value;
    return "no such fact";
}

}  // namespace

TEST_CASE("while home serves, its phones are sent there", "[guests][IP2]") {
    Gate gate = backup_of({"nora"});
    Phone nora("nora");
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
        gate.heartbeat.views = {{north, PeerHealth::suspect, 30s}};
        gate.pass(1s);
        CHECK(nora.call(gate).status == 200);
    }
    SECTION("or dies as well") {
        gate.beating.clear();
        gate.pass(5s);
        CHECK(nora.call(gate).status == 200);
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
    CHECK(a.send(gate).status == 200);
    gate.pass(500ms);
    CHECK(c.call(gate).status == 200);
}

TEST_CASE("guests go home: settling, released in waves, grace, normal", "[guests][IP13][R6]") {
    Settings settings = quick();
    settings.failover.failback_rate = 1;
    Gate gate = backup_of({"nora", "ned", "late"}, settings);
    lose_north(gate);
    Phone nora("nora"), ned("ned"), late("late");
    nora.call(gate);
    gate.pass(1s);
    ned.call(gate);

    north_returns(gate);
    CHECK(gate.phase_of(north) == Phase::settling);
    CHECK(nora.send(gate).status == 200);
    CHECK(refused(gate, late) == Refusal::home_is_settling);
    gate.pass(10s);
    CHECK(gate.phase_of(north) == Phase::returning);
    gate.pass(100ms);
    const bool nora_first = nora.send(gate).status == 503;
    Phone& released = nora_first ? nora : ned;
    Phone& waiting = nora_first ? ned : nora;
    CHECK(gate.explain(std::string(released.request.to_user)).rule == "home_is_back");
    CHECK(waiting.send(gate).status == 200);
    gate.pass(1s);
    CHECK(refused(gate, waiting) == Refusal::home_is_back);
    CHECK(gate.phase_of(north) == Phase::grace);
    CHECK(gate.guests() == 2);  // reachable here until they are registered at home

    Changes page;
    page.epoch = gate.heartbeat.epoch;
    page.restart = page.complete = true;
    page.upto = {1};
    Binding at_home;
    at_home.contact = "sip:nora@192.0.2.1:5060";
    at_home.registered = gate.now;
    at_home.expires = gate.now + 1h;
    page.registrations.push_back({aor("nora"), {}, {at_home}});
    gate.hear(north, std::move(page));
    REQUIRE(gate.notices<PhoneRemoved>().size() == 1);
    CHECK(gate.notices<PhoneRemoved>()[0].moved_to == north);
    CHECK(refused(gate, nora) == Refusal::registered_at_home);

    gate.pass(30s);
    CHECK(gate.phase_of(north) == Phase::normal);
    REQUIRE(gate.notices<FailoverEnded>().size() == 1);
    CHECK(gate.notices<FailoverEnded>()[0].guests == 2);
    CHECK(gate.rows<FailoverRow>().back().ended);
    CHECK(gate.guests() == 0);
}

TEST_CASE("a phone that does not get in at home is taken back while it returns", "[guests][IP13]") {
    Gate gate = backup_of({"nora"});
    lose_north(gate);
    Phone nora("nora");
    nora.call(gate);
    north_returns(gate);
    gate.pass(10500ms);
    CHECK(refused(gate, nora) == Refusal::home_is_back);
    gate.pass(3s);
    CHECK(refused(gate, nora) == Refusal::home_is_back);
    gate.pass(2s);
    CHECK(nora.call(gate).status == 200);
    CHECK(gate.guests() == 1);
}

TEST_CASE("a home that is lost again keeps its guests, and waits twice as long", "[guests][R6]") {
    Gate gate = backup_of({"nora"});
    lose_north(gate);
    Phone nora("nora");
    nora.call(gate);
    north_returns(gate);
    gate.pass(5s);
    gate.heartbeat.leaving = true;
    gate.beat(north);
    CHECK(gate.phase_of(north) == Phase::active);
    gate.heartbeat.leaving = false;
    gate.beat(north);
    CHECK(gate.phase_of(north) == Phase::settling);
    gate.pass(19s);
    CHECK(nora.send(gate).status == 200);
    CHECK(gate.phase_of(north) == Phase::settling);
    gate.pass(1s);
    CHECK(gate.phase_of(north) != Phase::settling);
}

TEST_CASE("after a relapse whoever was sent home and is still here stays", "[guests]") {
    Gate gate = backup_of({"nora"});
    lose_north(gate);
    Phone nora("nora");
    nora.call(gate);
    north_returns(gate);
    gate.pass(10500ms);
    CHECK(refused(gate, nora) == Refusal::home_is_back);
    gate.heartbeat.leaving = true;
    gate.beat(north);
    CHECK(nora.call(gate).status == 200);
}

TEST_CASE("manual failback waits for the operator", "[guests][IP13]") {
    Settings settings = quick();
    settings.failover.failback_mode = FailbackMode::manual;
    Gate gate = backup_of({"nora"}, settings);
    CHECK(std::holds_alternative<Declined>(gate.command(Failback{north})));
    CHECK(std::holds_alternative<Declined>(gate.command(Failback{{"nowhere"}})));
    lose_north(gate);
    Phone nora("nora");
    nora.call(gate);
    CHECK(std::holds_alternative<Declined>(gate.command(Failback{north})));
    north_returns(gate);
    for (int i = 0; i < 20; ++i) {
        gate.pass(30s);
        REQUIRE(nora.call(gate).status == 200);
    }
    CHECK(gate.phase_of(north) == Phase::settling);
    CHECK(std::holds_alternative<Done>(gate.command(Failback{north})));
    gate.pass(1s);
    CHECK(refused(gate, nora) == Refusal::home_is_back);
}

TEST_CASE("settings changed at the backup end with the failover", "[guests][IP6]") {
    Gate gate = backup_of({"nora", "ned"});
    const auto set = [&](const std::string& who, std::string settings) {
        return gate.command(SetSettings{who, std::move(settings)});
    };
    const std::string of_home = R"({"of":"home"})", of_guest = R"({"forward":"1002"})";
    CHECK(std::holds_alternative<Declined>(set("alice", of_guest)));
    CHECK(std::holds_alternative<Declined>(set("nora", of_guest)));
    CHECK(std::holds_alternative<Declined>(set("nobody", of_guest)));
    CHECK(std::holds_alternative<Declined>(set("@", of_guest)));
    lose_north(gate);
    Phone nora("nora");
    nora.call(gate);
    CHECK(std::holds_alternative<Declined>(set("ned", of_guest)));
    CHECK(std::holds_alternative<Declined>(set("nora", std::string(4097, ' '))));
    CHECK(std::holds_alternative<Done>(set("nora@example.test", of_guest)));
    CHECK(gate.rows<BindingsRow>().empty());
    CHECK(fact(gate.explain("nora"), "settings") == of_guest);
    CHECK(fact(gate.explain("ned"), "settings") == of_home);
    CHECK(fact(gate.explain("alice"), "settings") == of_home);

    north_returns(gate);
    gate.pass(12s);
    CHECK(fact(gate.explain("nora"), "settings") == of_guest);
    gate.pass(60s);
    REQUIRE(gate.phase_of(north) == Phase::normal);
    CHECK(fact(gate.explain("nora"), "settings") == of_home);

    Changes change;
    change.dataset = Dataset::records;
    change.epoch = gate.heartbeat.epoch;
    change.after = {2};
    change.upto = {3};
    change.complete = true;
    change.records.push_back({aor("nora"), user("nora")});
    change.records[0].record->settings = R"({"new":"home"})";
    gate.hear(north, std::move(change));
    CHECK(fact(gate.explain("nora"), "settings") == R"({"new":"home"})");
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
