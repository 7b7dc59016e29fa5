#include "core/history.h"

#include "core/limits.h"
#include "gate.h"

using namespace gate;

namespace {

FailoverRow row(const base::SiteName& home, std::uint64_t number, base::Instant allowed) {
    FailoverRow row;
    row.home = home;
    row.number = number;
    row.allowed = allowed;
    row.began = allowed + 1s;
    return row;
}

HistoryReport history_of(Gate& gate, const base::SiteName& home = {}) {
    return std::get<HistoryReport>(gate.command(ShowHistory{home}));
}

}  // namespace

TEST_CASE("a failover is remembered once, as it was told last, and the latest stands first", "[history]") {
    History history;
    const base::Instant now{100h};
    history.put(row(north, 1, now - 3h));
    history.put(row(west, 1, now - 1h));
    history.put(row(north, 2, now - 2h));
    FailoverRow ended = row(north, 1, now - 3h);
    ended.ended = now - 2h - 30min;
    history.put(ended);
    const HistoryReport all = history.report({}, now);
    REQUIRE(all.failovers.size() == 3);
    CHECK(all.failovers[0].home == west);
    CHECK(all.failovers[1].number == 2);
    CHECK_FALSE(all.failovers[1].ended);
    CHECK(all.failovers[2].ended == 2h + 30min);
    CHECK(history.report(north, now).failovers.size() == 2);
    CHECK(history.report({"nowhere"}, now).failovers.empty());
}

TEST_CASE("no more failovers are remembered than the limit says, the oldest goes", "[history]") {
    History history;
    const base::Instant now{10000h};
    for (std::uint64_t number = 1; number <= Limits::failovers_remembered + 5; ++number)
        history.put(row(north, number, now - 1000h + number * 1h));
    const HistoryReport all = history.report({}, now);
    REQUIRE(all.failovers.size() == Limits::failovers_remembered);
    CHECK(all.failovers.back().number == 6);
}

TEST_CASE("evidence is told as an operator would say it", "[history][R1]") {
    HealthEvidence evidence;
    evidence.silence = 3040ms;
    evidence.port_refuses = true;
    evidence.knocking_phones = 2;
    CHECK(evidence_in_words("silent, and its port refuses", evidence) ==
          std::vector<std::string>{"silent, and its port refuses", "not heard for 3.0 s", "its port refuses",
                                   "2 of its phones knocking here"});
}

TEST_CASE("a failover counts who moved, who was turned away and the longest gap", "[history][IP3][R6]") {
    Gate gate = backup_of({"nora", "ned"});
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
    gate.beat(north);
    lose_north(gate);
    Phone soft("ned", "baresip v1.0"), desk("nora");
    refused(gate, soft);
    refused(gate, soft);
    desk.call(gate);
    soft.call(gate);
    desk.request.contacts[0].expires = 0;
    desk.send(gate);
    desk.request.contacts[0].expires.reset();
    gate.pass(5s);
    desk.call(gate);

    const HistoryReport history = history_of(gate);
    REQUIRE(history.failovers.size() == 1);
    const FailoverReport& failover = history.failovers[0];
    CHECK(failover.home == north);
    CHECK(failover.number == 1);
    CHECK(failover.first_guest == "nora@example.test");
    CHECK(failover.moved == 2);
    CHECK(failover.refused == 1);
    CHECK(failover.longest_gap >= 16s);
    CHECK(failover.longest_gap <= 22s);
    REQUIRE(failover.evidence.size() == 2);
    CHECK(failover.evidence[0] == "silent for lost-after");
    CHECK_FALSE(failover.ended);
}

TEST_CASE("failovers of earlier lives are remembered; one whose end was never written is ended", "[history][R9]") {
    Gate gate;
    gate.started();
    StateLoaded loaded;
    loaded.failovers = {row(north, 1, gate.now - 3h), row(north, 2, gate.now - 2h), row({"gone"}, 7, gate.now - 1h)};
    loaded.failovers[1].ended = gate.now - 1h;
    gate.feed(std::move(loaded));
    const auto written = gate.rows<FailoverRow>();
    REQUIRE(written.size() == 2);
    CHECK(written[0].number == 1);
    CHECK(written[0].ended == gate.now - 2h);
    CHECK(written[1].home.text == "gone");
    CHECK(written[1].ended == gate.now);
    const HistoryReport history = history_of(gate);
    REQUIRE(history.failovers.size() == 3);
    CHECK(history.failovers[2].ended == 2h);
}
