// Many phones at once, over the whole gatekeeper: those of a lost home, and own ones while this site is late.
#include <set>

#include "gate.h"

using namespace gate;

namespace {

std::vector<std::string> names(int count) {
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) all.push_back("n" + std::to_string(i));
    return all;
}

Settings slow_site() {
    Settings settings = quick();
    settings.failover.admission_rate = 2;
    return settings;
}

void fall_behind(Gate& gate) {
    for (int i = 0; i < 30; ++i) {
        gate.feed(LoopLagMeasured{200ms});
        gate.pass(100ms);
    }
}

}  // namespace

TEST_CASE("a phone that waits as it was told gets in, whatever happened to the rate", "[storm][R11]") {
    Gate gate = backup_of(names(30), slow_site());
    lose_north(gate);
    std::vector<Phone> phones;
    std::vector<base::Instant> turns;
    for (const std::string& name : names(30)) {
        phones.emplace_back(name);
        const Response& answer = phones.back().call(gate);
        const bool at_once = answer.status == 200;
        CHECK(at_once == (phones.size() <= 2));
        turns.push_back(gate.now + (at_once ? 0s : std::chrono::seconds(answer.retry_after.value())));
        if (!at_once) CHECK(gate.notices<TurnPromised>().size() == 1);
    }
    CHECK(gate.status().admissions.waiting == 28);
    CHECK(gate.status().admissions.rate == 2);
    CHECK(gate.status().admissions.all_in_within == *std::max_element(turns.begin(), turns.end()) - gate.now);
    fall_behind(gate);
    CHECK(gate.status().admissions.rate == 1);
    for (std::size_t second = 0; second < 20; ++second) {
        for (std::size_t i = 2; i < phones.size(); ++i)
            if (turns[i] <= gate.now) {
                CHECK(phones[i].send(gate).status == 200);
                turns[i] = base::Instant::max();
            }
        gate.pass(1s);
    }
    CHECK(gate.guests() == 30);
}

TEST_CASE("a storm is told of when it begins and when it has passed", "[storm]") {
    Gate gate = backup_of(names(4), slow_site());
    lose_north(gate);
    std::vector<Phone> phones;
    std::uint64_t began = 0;
    for (const std::string& name : names(4)) {
        phones.emplace_back(name).call(gate);
        began += gate.notices<StormBegan>().size();
    }
    CHECK(began == 1);
    gate.pass(2s);
    CHECK(gate.notices<StormPassed>().empty());
    CHECK(phones[2].send(gate).status == 200);
    CHECK(phones[3].send(gate).status == 200);
    gate.pass(1s);
    REQUIRE(gate.notices<StormPassed>().size() == 1);
    CHECK(gate.notices<StormPassed>()[0].told_to_wait == 2);
    CHECK(gate.status().admissions.waiting == 0);
}

TEST_CASE("a phone that does not come does not hold the storm up", "[storm]") {
    Gate gate = backup_of(names(3), slow_site());
    lose_north(gate);
    for (const std::string& name : names(3)) Phone(name).call(gate);
    CHECK(gate.status().admissions.waiting == 1);
    gate.pass(1min);
    CHECK(gate.notices<StormPassed>().size() == 1);
    CHECK(gate.status().admissions.waiting == 0);
}

TEST_CASE("emergency phones pass those who wait", "[storm][R11]") {
    Gate gate = backup_of(names(10), slow_site());
    Changes page;
    page.dataset = Dataset::records;
    page.epoch = gate.heartbeat.epoch;
    page.after = {10};
    page.upto = {11};
    page.complete = true;
    page.records.push_back({aor("guard"), user("guard")});
    page.records.back().record->priority = backup::Priority::emergency;
    gate.hear(north, std::move(page));
    lose_north(gate);
    for (const std::string& name : names(10)) Phone(name).call(gate);
    CHECK(fact(gate.explain("guard"), "priority") == "emergency");
    CHECK(gate.explain("guard").admitted);
    CHECK(gate.explain("n9").rule == "paced");
    CHECK(fact(gate.explain("n9"), "turn") != "no such fact");
    Phone guard("guard");
    CHECK(guard.call(gate).status == 200);
}

TEST_CASE("own phones wait only while the site is late with its work, known ones never", "[storm][R11]") {
    Settings settings = quick();
    settings.failover.admission_rate = 20;
    Gate gate(settings);
    gate.started().with_users(names(100));
    Phone known("n0");
    CHECK(known.call(gate).status == 200);
    for (int i = 1; i < 50; ++i) CHECK(Phone("n" + std::to_string(i)).call(gate).status == 200);
    fall_behind(gate);
    int waiting = 0;
    for (int i = 50; i < 100; ++i) waiting += Phone("n" + std::to_string(i)).call(gate).status == 503 ? 1 : 0;
    CHECK(waiting > 20);
    CHECK(waiting < 50);
    CHECK(known.send(gate).status == 200);
    for (int i = 0; i < 60; ++i) {
        gate.feed(LoopLagMeasured{1ms});
        gate.pass(100ms);
    }
    CHECK(Phone("n99").call(gate).status == 200);
    CHECK(gate.status().admissions.rate == 20);
}

TEST_CASE("guests of one moment do not come back in one moment", "[storm][R11]") {
    Settings settings = quick();
    settings.failover.admission_rate = 100;
    Gate gate = backup_of(names(100), settings);
    lose_north(gate);
    std::set<std::uint32_t> leases;
    std::vector<Phone> phones;
    for (const std::string& name : names(100)) {
        phones.emplace_back(name);
        leases.insert(phones.back().call(gate).contacts.at(0).expires);
    }
    CHECK(*leases.rbegin() == 60);
    CHECK(*leases.begin() >= 48);
    CHECK(leases.size() > 8);
    CHECK(phones.back().send(gate).contacts.at(0).expires == 60);
}

TEST_CASE("what is measured of the loop is no sign of life of anybody", "[storm][R2]") {
    Gate gate = backup_of({"nora"});
    gate.beating.clear();
    for (int i = 0; i < 160; ++i) {
        gate.pass(100ms);
        gate.feed(LoopLagMeasured{});
    }
    CHECK(gate.phase_of(north) == Phase::allowed);
}

TEST_CASE("a stall is forgiven to the peers also when the measured lag wakes us first", "[storm][R2]") {
    Gate gate = backup_of({"nora"});
    gate.now += 60s;
    gate.feed(LoopLagMeasured{60s});
    gate.tick();
    CHECK(gate.health_of(north) == PeerHealth::alive);
}
