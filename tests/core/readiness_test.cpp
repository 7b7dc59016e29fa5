#include "core/readiness.h"

#include "gate.h"

using namespace gate;

namespace {

SiteFacts site() {
    SiteFacts made;
    made.matching = {"ca", {"example.test"}, false};
    made.protocol = 1;
    made.condition = {"1.0", 1'700'000'000, 24h * 200, true, {}};
    return made;
}

// South, the backup, is asked about north: nothing speaks against a failover.
PairFacts good() {
    PairFacts facts;
    facts.home = north;
    facts.backup = south;
    facts.link_up = true;
    facts.health = PeerHealth::alive;
    facts.ours = site();
    facts.theirs = site();
    facts.clock_lead = 1s;
    facts.records_complete = true;
    facts.records = 40;
    facts.phones = 30;
    facts.physical_phone = true;
    return facts;
}

using Names = std::vector<std::string>;
Names names(const PairFacts& facts) {
    Names found;
    for (const Finding& finding : judge_pair(facts)) {
        CHECK_FALSE(finding.text.empty());
        CHECK_FALSE(finding.advice.empty());
        found.push_back(std::string(to_text(finding.severity)) + " " + std::string(finding.name));
    }
    return found;
}

struct Case {
    std::string_view finding;
    void (*spoil)(PairFacts&);
};

constexpr Case cases[] = {
    {"blocks no_backup", [](PairFacts& f) { f.backup = {}; }},
    {"blocks link_down", [](PairFacts& f) { f.link_up = false; }},
    {"blocks not_heard", [](PairFacts& f) { f.health = PeerHealth::suspect; }},
    {"warns failover_under_way", [](PairFacts& f) { f.phase = Phase::active; }},
    {"blocks certificate_ended", [](PairFacts& f) { f.ours.condition.certificate_ends_in = -1s; }},
    {"blocks certificate_ended", [](PairFacts& f) { f.theirs->condition.certificate_ends_in = 0s; }},
    {"warns certificate_ends", [](PairFacts& f) { f.theirs->condition.certificate_ends_in = 24h * 29; }},
    {"blocks root_ca_differs", [](PairFacts& f) { f.theirs->matching.root_ca = "other"; }},
    {"blocks domains_differ", [](PairFacts& f) { f.theirs->matching.domains = {"other.test"}; }},
    {"warns ipv6_differs", [](PairFacts& f) { f.theirs->matching.ipv6 = true; }},
    {"warns protocol_differs", [](PairFacts& f) { f.theirs->protocol = 2; }},
    {"warns version_differs", [](PairFacts& f) { f.theirs->condition.version = "0.9"; }},
    {"warns clock_differs", [](PairFacts& f) { f.clock_lead = -40s; }},
    {"blocks users_not_loaded", [](PairFacts& f) { f.users_loaded = false; }},
    {"blocks records_incomplete", [](PairFacts& f) { f.records_complete = false; }},
    {"blocks no_users", [](PairFacts& f) { f.records = 0; }},
    {"warns records_behind", [](PairFacts& f) { f.records_behind = 3; }},
    {"blocks nobody_physical", [](PairFacts& f) { f.physical_phone = false; }},
    {"blocks no_room", [](PairFacts& f) { f.room = 29; }},
    {"blocks forced_serving", [](PairFacts& f) { f.forced = "serving"; }},
    {"warns forced_lost", [](PairFacts& f) { f.forced = "lost"; }},
    {"blocks backup_draining", [](PairFacts& f) { f.ours.draining = true; }},
    {"warns memory_not_locked", [](PairFacts& f) { f.ours.condition.memory_locked = false; }},
};

}  // namespace

TEST_CASE("a pair of equal sites with a link and all records is ready", "[readiness][IP12]") {
    CHECK(names(good()) == Names{});
    CHECK(PairReadiness{north, south, judge_pair(good())}.ready());
}

TEST_CASE("each thing that speaks against a failover is found, alone and by its name", "[readiness][IP12]") {
    for (const Case& one : cases) {
        PairFacts facts = good();
        one.spoil(facts);
        INFO(one.finding);
        CHECK(names(facts) == Names{std::string(one.finding)});
        CHECK(PairReadiness{north, south, judge_pair(facts)}.ready() == one.finding.starts_with("warns"));
    }
}

TEST_CASE("what blocks stands before what warns", "[readiness]") {
    PairFacts facts = good();
    facts.theirs->matching.ipv6 = true;
    facts.room = 0;
    CHECK(names(facts) == Names{"blocks no_room", "warns ipv6_differs"});
}

TEST_CASE("softphones alone are enough where any phone may begin", "[readiness][IP4]") {
    PairFacts facts = good();
    facts.physical_phone = false;
    facts.trigger = FailoverTrigger::any;
    CHECK(names(facts) == Names{});
    facts.trigger = FailoverTrigger::physical;
    facts.phones = 0;  // nobody is registered: nothing to say about them
    CHECK(names(facts) == Names{});
}

TEST_CASE("a silent home proves nothing against a failover that is under way", "[readiness]") {
    PairFacts facts = good();
    facts.phase = Phase::active;
    facts.link_up = false;
    facts.health = PeerHealth::lost;
    CHECK(names(facts) == Names{"warns failover_under_way"});
}

TEST_CASE("asked at the home, maintenance and memory of the backup count, not our own", "[readiness][IP8]") {
    PairFacts facts = good();
    facts.asked_at_home = true;
    facts.ours.draining = true;
    facts.ours.condition.memory_locked = false;
    CHECK(names(facts) == Names{});
    facts.theirs->draining = true;
    facts.theirs->condition.memory_locked = false;
    CHECK(names(facts) == Names{"blocks backup_draining", "warns memory_not_locked"});
}

TEST_CASE("a peer that has not introduced itself is judged by its link alone", "[readiness]") {
    PairFacts facts = good();
    facts.theirs.reset();
    facts.clock_lead.reset();
    facts.link_up = false;
    facts.link_detail = "untrusted: certificate expired";
    const std::vector<Finding> found = judge_pair(facts);
    REQUIRE(found.size() == 1);
    CHECK(found[0].text == "no link to north: untrusted: certificate expired");
}

TEST_CASE("a peer of an older version that says nothing of its condition is not accused", "[readiness]") {
    PairFacts facts = good();
    facts.asked_at_home = true;
    facts.theirs->condition = {};
    facts.clock_lead.reset();
    CHECK(names(facts) == Names{});
}
