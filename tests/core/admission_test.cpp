#include "core/admission.h"

#include <set>

#include "support/catch_print.h"

using namespace innkeeper;
using namespace innkeeper::core;

namespace {

AdmissionFacts own() {
    AdmissionFacts facts;
    facts.standing = Standing::own;
    return facts;
}

// A desk phone of another site, asking for the first time.
AdmissionFacts guest(Phase phase, PeerHealth health = PeerHealth::lost) {
    AdmissionFacts facts;
    facts.standing = Standing::guest;
    facts.phase = phase;
    facts.home_health = health;
    facts.physical = true;
    return facts;
}

// One row of the table: facts, and what is decided by which rule.
struct Case {
    const char* story;
    AdmissionFacts facts;
    std::optional<Refusal> refusal;
    std::string_view rule;
};

template <class Change>
AdmissionFacts changed(AdmissionFacts facts, Change change) {
    change(facts);
    return facts;
}

using Facts = AdmissionFacts;

std::vector<Case> rows_for_own_users() {
    return {
        {"an own user", own(), {}, "own_user"},
        {"in maintenance", changed(own(), [](Facts& f) { f.draining = true; }), Refusal::draining, "draining"},
        {"late with its work and many at the door", changed(own(), [](Facts& f) { f.may_enter = false; }),
         Refusal::paced, "paced"},
        {"no licence left", changed(own(), [](Facts& f) { f.licence_available = false; }), Refusal::no_licence,
         "no_licence"},
        {"a disabled user", changed(own(), [](Facts& f) { f.enabled = false; }), Refusal::user_disabled,
         "user_disabled"},
        {"a disabled user logs out", changed(own(), [](Facts& f) { f.enabled = false, f.removes_only = true; }),
         Refusal::user_disabled, "user_disabled"},
        {"a log-out in maintenance",
         changed(own(), [](Facts& f) { f.draining = true, f.removes_only = true; }),
         {},
         "log_out_or_fetch"},
        {"a fetch without a licence",
         changed(own(), [](Facts& f) { f.licence_available = false, f.removes_only = true; }),
         {},
         "log_out_or_fetch"},
    };
}

std::vector<Case> rows_for_guests() {
    const auto soft = [](Facts& f) { f.physical = false; };
    return {
        {"home serves", guest(Phase::normal, PeerHealth::alive), Refusal::registered_at_home, "registered_at_home"},
        {"home is silent", guest(Phase::normal, PeerHealth::suspect), Refusal::home_not_lost_yet, "home_not_lost_yet"},
        {"home was never heard", guest(Phase::normal, PeerHealth::unknown), Refusal::home_not_lost_yet,
         "home_not_lost_yet"},
        {"the first desk phone", guest(Phase::allowed), {}, "failover"},
        {"a softphone first", changed(guest(Phase::allowed), soft), Refusal::awaiting_physical, "awaiting_physical"},
        {"a softphone first, trigger any",
         changed(guest(Phase::allowed), [](Facts& f) { f.physical = false, f.trigger = FailoverTrigger::any; }),
         {},
         "failover"},
        {"the first desk phone, out of turn", changed(guest(Phase::allowed), [](Facts& f) { f.may_enter = false; }),
         Refusal::paced, "paced"},
        {"a softphone after the first", changed(guest(Phase::active), soft), {}, "failover"},
        {"a newcomer out of turn", changed(guest(Phase::active), [](Facts& f) { f.may_enter = false; }), Refusal::paced,
         "paced"},
        {"a guest's refresh is not paced",
         changed(guest(Phase::active), [](Facts& f) { f.may_enter = false, f.guest_here = true; }),
         {},
         "guest"},
        {"a guest of a site in maintenance",
         changed(guest(Phase::active), [](Facts& f) { f.draining = true, f.guest_here = true; }), Refusal::draining,
         "draining"},
        {"a guest logs out in maintenance",
         changed(guest(Phase::active), [](Facts& f) { f.draining = true, f.guest_here = true, f.removes_only = true; }),
         {},
         "log_out_or_fetch"},
        {"who is no guest has nothing to log out",
         changed(guest(Phase::normal, PeerHealth::alive), [](Facts& f) { f.removes_only = true; }),
         Refusal::registered_at_home, "registered_at_home"},
        {"a disabled guest", changed(guest(Phase::active), [](Facts& f) { f.enabled = false; }), Refusal::user_disabled,
         "user_disabled"},
        {"a guest takes no licence",
         changed(guest(Phase::active), [](Facts& f) { f.licence_available = false; }),
         {},
         "failover"},
    };
}

void check(const Case& row) {
    CAPTURE(row.story);
    const Judgement judgement = judge_admission(row.facts);
    CHECK(judgement.refusal == row.refusal);
    CHECK(judgement.rule == row.rule);
}

}  // namespace

TEST_CASE("own users are let in unless something of this site speaks against it", "[admission][R10]") {
    for (const Case& row : rows_for_own_users()) check(row);
}

TEST_CASE("guests are let in when their home is lost, and a desk phone came first", "[admission][IP2][IP3][IP4][IP9]") {
    for (const Case& row : rows_for_guests()) check(row);
}

TEST_CASE("while a home returns its guests stay until released, and no phone is left homeless",
          "[admission][IP13][R6]") {
    const Phase phase = GENERATE(Phase::settling, Phase::returning, Phase::grace);
    CAPTURE(to_text(phase));
    const Facts base = guest(phase, PeerHealth::alive);
    const Case rows[] = {
        {"a newcomer", base, Refusal::home_is_settling, "home_is_settling"},
        {"a newcomer that is registered at home", changed(base, [](Facts& f) { f.registered_at_home = true; }),
         Refusal::registered_at_home, "registered_at_home"},
        {"registered at home, but knocking here for long",
         changed(base, [](Facts& f) { f.registered_at_home = true, f.homeless = true; }), Refusal::registered_at_home,
         "registered_at_home"},
        {"a guest", changed(base, [](Facts& f) { f.guest_here = true; }), {}, "guest_until_released"},
        {"a guest whose old binding at home is not yet gone",
         changed(base, [](Facts& f) { f.guest_here = true, f.registered_at_home = true; }),
         {},
         "guest_until_released"},
        {"a released guest", changed(base, [](Facts& f) { f.guest_here = true, f.released = true; }),
         Refusal::home_is_back, "home_is_back"},
        {"a released guest that did not get in at home",
         changed(base, [](Facts& f) { f.guest_here = true, f.released = true, f.homeless = true; }),
         {},
         "homeless"},
        {"a newcomer that did not get in at home", changed(base, [](Facts& f) { f.homeless = true; }), {}, "homeless"},
        {"a released guest logs out",
         changed(base, [](Facts& f) { f.guest_here = true, f.released = true, f.removes_only = true; }),
         {},
         "log_out_or_fetch"},
        {"a homeless phone in maintenance", changed(base, [](Facts& f) { f.homeless = true, f.draining = true; }),
         Refusal::draining, "draining"},
    };
    for (const Case& row : rows) check(row);
}

TEST_CASE("strangers are told nothing but that their credentials are wrong", "[admission][R16]") {
    Facts facts;
    facts.phase = GENERATE(from_range(std::begin(every_phase), std::end(every_phase)));
    facts.draining = GENERATE(true, false);
    facts.enabled = GENERATE(true, false);
    facts.removes_only = GENERATE(true, false);
    CHECK(judge_admission(facts).refusal == Refusal::wrong_credentials);
}

TEST_CASE("a refused phone is told when to ask again, within bounds and spread", "[admission][R11]") {
    struct Bounds {
        Refusal refusal;
        std::uint32_t least, most;
    };
    const Bounds bounds = GENERATE(Bounds{Refusal::home_not_lost_yet, 2, 3}, Bounds{Refusal::awaiting_physical, 5, 9},
                                   Bounds{Refusal::home_is_settling, 5, 9}, Bounds{Refusal::home_is_back, 5, 9},
                                   Bounds{Refusal::registered_at_home, 30, 59}, Bounds{Refusal::users_not_loaded, 3, 5},
                                   Bounds{Refusal::no_licence, 30, 59}, Bounds{Refusal::draining, 30, 59},
                                   Bounds{Refusal::too_many_bindings, 30, 59});
    CAPTURE(to_text(bounds.refusal));
    std::set<std::uint32_t> told;
    for (std::uint64_t salt = 0; salt < 1000; ++salt) told.insert(retry_after(bounds.refusal, salt));
    CHECK(*told.begin() == bounds.least);
    CHECK(*told.rbegin() == bounds.most);
    CHECK(told.size() == bounds.most - bounds.least + 1);
}

TEST_CASE("every refusal has a name of its own, a sentence and an answer", "[admission]") {
    std::set<std::string_view> names;
    for (const Refusal refusal : every_refusal) {
        CHECK(names.insert(to_text(refusal)).second);
        CHECK(explanation(refusal).size() > 20);
        CHECK(answer_for(refusal).status >= 400);
        CHECK_FALSE(answer_for(refusal).phrase.empty());
    }
}

TEST_CASE("what may be right later is never forbidden", "[admission]") {
    for (const Refusal refusal : every_refusal)
        CHECK((answer_for(refusal).status == 403) == (refusal == Refusal::user_disabled));
}
