// Drains with an end, drills and readiness through the gatekeeper.
#include "core/admission.h"
#include "core/limits.h"
#include "gate.h"

using namespace gate;

namespace {

std::string declined(const Report& report) {
    REQUIRE(std::holds_alternative<Declined>(report));
    return std::get<Declined>(report).text;
}

DrillReport drill(Gate& gate, const base::SiteName& home) {
    return std::get<DrillReport>(gate.command(Drill{home}));
}

std::vector<std::string> findings(Gate& gate, const base::SiteName& home, const base::SiteName& backup) {
    const Report report = gate.command(ShowReadiness{});
    for (const PairReadiness& pair : std::get<ReadinessReport>(report).pairs) {
        if (pair.home != home || pair.backup != backup) continue;
        std::vector<std::string> names;
        for (const Finding& finding : pair.findings) names.emplace_back(finding.name);
        return names;
    }
    return {"no such pair"};
}

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("a drain with an end ends by itself, at its time and not before", "[drain][IP3]") {
    Gate gate = site_of({"100"});
    gate.command(Drain{"kernel update", 30min});
    CHECK(gate.status().draining);
    CHECK(gate.status().drain_ends_in == base::Duration(30min));
    gate.pass(30min - 1s);
    CHECK(gate.status().draining);
    gate.pass(2s);
    CHECK_FALSE(gate.status().draining);
    REQUIRE(gate.notices<DrainEnded>().size() == 1);
    CHECK(gate.notices<DrainEnded>()[0].by_itself);
}

TEST_CASE("the end of a drain is a deadline, also where nothing else happens", "[drain]") {
    Gate gate(support::settings_of("south", {}, {}));
    gate.started();
    const base::Instant end = gate.now + 1200ms;  // between two heartbeats
    gate.command(Drain{"work", 1200ms});
    gate.pass(1100ms);
    CHECK(gate.keeper.next_deadline() <= end);
}

TEST_CASE("a drain is resumed before its end, and does not end twice", "[drain]") {
    Gate gate = site_of({"100"});
    gate.command(Drain{"work", 10s});
    gate.command(Resume{});
    REQUIRE(gate.notices<DrainEnded>().size() == 1);
    CHECK_FALSE(gate.notices<DrainEnded>()[0].by_itself);
    gate.pass(20s);
    CHECK(gate.notices<DrainEnded>().empty());
}

TEST_CASE("a second drain replaces the end of the first", "[drain]") {
    Gate gate = site_of({"100"});
    gate.command(Drain{"work", 10s});
    gate.command(Drain{"more work"});
    gate.pass(20s);
    CHECK(gate.status().draining);
    CHECK(gate.status().drain_reason == "more work");
    CHECK_FALSE(gate.status().drain_ends_in);
}

TEST_CASE("a drain whose end is past or absurd, or whose reason is a novel, is declined", "[drain]") {
    Gate gate = site_of({"100"});
    for (const base::Duration lasts : {base::Duration(-5s), base::Duration(0s), base::Duration(24h * 8)})
        CHECK(declined(gate.command(Drain{"x", lasts})).find("from 1 s to 7 d") != std::string::npos);
    CHECK_FALSE(declined(gate.command(Drain{std::string(Limits::reason_octets + 1, 'x')})).empty());
    CHECK_FALSE(gate.status().draining);
}

TEST_CASE("a peer that leaves says why and how long, and that is shown counting down", "[drain][IP3]") {
    Gate gate = backup_of({"100"});
    Heartbeat beat = gate.heartbeat;
    beat.leaving = true;
    beat.leaving_reason = "kernel update";
    beat.back_in = 12min;
    gate.beating.clear();
    gate.hear(north, beat);
    const auto why = [&] {
        for (const HomeStatus& home : gate.status().homes)
            if (home.home == north) return home.why;
        return std::string();
    };
    gate.command(ShowStatus{});
    CHECK(why() == "it is leaving: kernel update, back in 12 min");
    gate.pass(2min);
    CHECK(why() == "it is leaving: kernel update, back in 10 min");
    gate.pass(11min);
    CHECK(why() == "it is leaving: kernel update, should be back by now");
}

TEST_CASE("a drill changes nothing and says the truth", "[drill][IP3]") {
    Gate gate = backup_of({"100", "101"});
    Changes page;
    page.epoch = gate.heartbeat.epoch;
    page.upto = {2};
    page.restart = page.complete = true;
    for (const std::string name : {"100", "999"}) {
        Binding binding;
        binding.contact = "sip:" + name + "@192.0.2.1";
        binding.flow.remote = base::Endpoint::parse("192.0.2.1:5060").value();
        binding.terminal = backup::TerminalKind::desk;
        binding.expires = gate.now + 60s;
        page.registrations.push_back({aor(name), {}, {binding}});
    }
    gate.hear(north, std::move(page));
    const DrillReport report = drill(gate, north);
    CHECK(gate.happened.size() == 1);  // the answer, and nothing else
    CHECK(report.phones == 2);
    CHECK(report.covered == 1);
    REQUIRE(report.not_covered.size() == 1);
    CHECK(report.not_covered[0].reason == NotCovered::no_record);
    CHECK(report.not_covered[0].first == std::vector<base::Aor>{aor("999")});
    CHECK(gate.phase_of(north) == Phase::normal);
}

TEST_CASE("a drill of this site or of a stranger is declined with a hint", "[drill]") {
    Gate gate = backup_of({"100"});
    CHECK(declined(gate.command(Drill{south})).find("ask --drill south at north") != std::string::npos);
    CHECK(declined(gate.command(Drill{{"moon"}})).find("--peers") != std::string::npos);
}

TEST_CASE("a site without a backup is not ready, and says so", "[readiness]") {
    Gate gate(support::settings_of("south", {"north"}, {}));
    gate.started();
    CHECK(findings(gate, south, {}) == std::vector<std::string>{"no_backup"});
}

TEST_CASE("both pairs of a site are judged: as home and as backup", "[readiness][IP12]") {
    Gate gate = backup_of({"100"});
    CHECK_FALSE(has(findings(gate, north, south), "no such pair"));
    CHECK_FALSE(has(findings(gate, north, south), "link_down"));
    CHECK_FALSE(has(findings(gate, north, south), "records_incomplete"));
    gate.link(north, LinkState::untrusted);
    CHECK(has(findings(gate, north, south), "link_down"));
    CHECK(has(findings(gate, south, north), "link_down"));
}

TEST_CASE("a backup has our records when it says that it is as far as we are", "[readiness][IP8][IP12]") {
    Gate gate = backup_of({"100"});
    gate.with_users({"alice"});
    gate.hear(north, Position{Dataset::records, {}, {}});
    Position there{Dataset::records, {}, {}};
    for (const Changes* page : gate.sent<Changes>(north))
        if (page->dataset == Dataset::records) there = {Dataset::records, page->epoch, page->upto};
    REQUIRE(there.sequence != base::Sequence{});
    CHECK(has(findings(gate, south, north), "records_incomplete"));
    gate.hear(north, there);
    CHECK_FALSE(has(findings(gate, south, north), "records_incomplete"));
}

TEST_CASE("the clock and the certificate of a peer are judged from what it says", "[readiness][R21]") {
    Gate gate = backup_of({"100"});
    gate.feed(SelfObserved{"1.0", 1'700'000'000, 24h * 100, true});
    Heartbeat beat = gate.heartbeat;
    beat.condition = {"1.0", 1'700'000'000, 24h * 100, true, {}};
    gate.hear(north, beat);
    CHECK_FALSE(has(findings(gate, north, south), "clock_differs"));
    CHECK_FALSE(has(findings(gate, north, south), "certificate_ends"));
    beat.condition.wall_seconds += 40;
    beat.condition.certificate_ends_in = 24h * 3;
    gate.hear(north, beat);
    CHECK(has(findings(gate, north, south), "clock_differs"));
    CHECK(has(findings(gate, north, south), "certificate_ends"));
}

TEST_CASE("guest-capacity turns newcomers away, never who is here", "[guests]") {
    Settings settings = quick();
    settings.failover.guest_capacity = 1;
    Gate gate = backup_of({"100", "101"}, settings);
    lose_north(gate);
    Phone first("100");
    Phone second("101");
    CHECK(first.call(gate).status == 200);
    CHECK(refused(gate, second) == Refusal::no_room);
    CHECK(first.call(gate).status == 200);
}

TEST_CASE("explain remembers what a phone was last refused for", "[explain]") {
    Gate gate = backup_of({"100"});
    Phone phone("100");
    CHECK(refused(gate, phone) == Refusal::home_is_asked);
    gate.pass(3s);
    CHECK(fact(gate.explain("100"), "last refused here") == "home_is_asked, 3 s ago");
    CHECK(gate.explain("100").advice == advice(Refusal::home_is_asked));
}

TEST_CASE("every rule that admits is explained", "[explain]") {
    for (const Phase phase : every_phase)
        for (const Standing standing : {Standing::own, Standing::guest})
            for (int bits = 0; bits < 128; ++bits) {
                AdmissionFacts facts;
                facts.standing = standing;
                facts.phase = phase;
                facts.physical = (bits & 1) != 0;
                facts.guest_here = (bits & 2) != 0;
                facts.released = (bits & 4) != 0;
                facts.registered_at_home = (bits & 8) != 0;
                facts.homeless = (bits & 16) != 0;
                facts.removes_only = (bits & 32) != 0;
                facts.stray_here = (bits & 64) != 0;
                const Judgement judgement = judge_admission(facts);
                INFO(judgement.rule);
                CHECK((judgement.refusal || !explanation_of(judgement.rule).empty()));
            }
}
