// Guests of south go home to north, over the whole gatekeeper.
#include "gate.h"

using namespace gate;

TEST_CASE("guests go home: settling, released in waves, grace, normal", "[guests][IP13][R6]") {
    Settings settings = quick();
    settings.failover.failback_rate = 1;
    Gate gate = backup_of({"nora", "ned", "late"}, settings);
    lose_north(gate);
    Phone nora("nora", "snomD785"), ned("ned"), late("late");
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
        return gate.command(SetUser{who, std::move(settings)});
    };
    const std::string of_home = R"({"of":"home"})", wish = R"({"forward_busy":"1002"})",
                      of_guest = R"({"forward_busy":"1002","of":"home"})";
    CHECK(std::holds_alternative<Declined>(set("nora", wish)));
    CHECK(std::holds_alternative<Declined>(set("nobody", wish)));
    CHECK(std::holds_alternative<Declined>(set("@", wish)));
    lose_north(gate);
    Phone nora("nora");
    nora.call(gate);
    CHECK(std::holds_alternative<Declined>(set("ned", wish)));
    CHECK(std::holds_alternative<Declined>(set("nora", std::string(4097, ' '))));
    CHECK(std::holds_alternative<Done>(set("nora@example.test", wish)));
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
