// What is tried for a call, step by step, from facts alone.
#include <catch2/catch.hpp>
#include <functional>

#include "call_steps.h"

namespace innkeeper::core {
namespace {

using namespace std::chrono_literals;

const base::SiteName north{"north"}, west{"west"};

CallPlan::Beginning from(CallOrigin origin, bool emergency = false, Right right = Right::all,
                         std::vector<std::string> before = {}) {
    CallPlan::Beginning beginning;
    beginning.origin = origin;
    beginning.emergency = emergency;
    beginning.right = right;
    beginning.before = std::move(before);
    return beginning;
}

TargetFacts registered(const std::string& name = "bob") {
    TargetFacts facts;
    facts.name = name;
    facts.known_here = facts.registered_here = true;
    return facts;
}

TargetFacts unknown(const std::string& name = "0301234") {
    TargetFacts facts;
    facts.name = name;
    facts.askable = {north, west};
    facts.pbx = true;
    return facts;
}

std::string first(const TargetFacts& facts, CallPlan::Beginning beginning = {}) {
    return said(CallPlan(std::move(beginning)).next(facts, Outcome::begun));
}

}  // namespace

TEST_CASE("where a call goes first", "[calls][IP10]") {
    struct Row {
        std::string title;
        std::function<void(TargetFacts&)> given;
        std::string expected;
    };
    const std::vector<Row> rows = {
        {"a phone registered here rings", [](TargetFacts&) {}, "ring"},
        {"one registered here and elsewhere rings here", [](TargetFacts& f) { f.registered_at = north; }, "ring"},
        {"one registered elsewhere is decided there",
         [](TargetFacts& f) {
             f.registered_here = false;
             f.registered_at = north;
             f.features.dnd = true;
         },
         "site north"},
        {"always forwarded, registered or not",
         [](TargetFacts& f) {
             f.registered_here = false;
             f.features.forward_always = "eve";
         },
         "divert eve unconditional"},
        {"always forwarded before do not disturb",
         [](TargetFacts& f) {
             f.features.dnd = true;
             f.features.forward_always = "eve";
         },
         "divert eve unconditional"},
        {"do not disturb", [](TargetFacts& f) { f.features.dnd = true; }, "480 Do Not Disturb"},
        {"do not disturb is busy",
         [](TargetFacts& f) {
             f.features.dnd = true;
             f.features.forward_busy = "eve";
         },
         "divert eve do-not-disturb"},
        {"do not disturb leaves a message",
         [](TargetFacts& f) {
             f.features.dnd = true;
             f.voicemails = 1;
         },
         "voicemail 0 do-not-disturb"},
        {"a phone rings for its time where there is voicemail", [](TargetFacts& f) { f.voicemails = 1; }, "ring 20"},
        {"not where the user wants none",
         [](TargetFacts& f) {
             f.voicemails = 1;
             f.features.voicemail = false;
         },
         "ring"},
        {"a phone rings for its time where it is forwarded then",
         [](TargetFacts& f) {
             f.features.forward_no_answer = "eve";
             f.features.no_answer_after = 7s;
         },
         "ring 7"},
        {"phones in turn ring for their time each", [](TargetFacts& f) { f.features.simultaneous = false; }, "ring 20"},
        {"not registered", [](TargetFacts& f) { f.registered_here = false; }, "480 Temporarily Unavailable"},
        {"not registered, forwarded",
         [](TargetFacts& f) {
             f.registered_here = false;
             f.features.forward_no_answer = "eve";
         },
         "divert eve unavailable"},
        {"not registered, voicemail",
         [](TargetFacts& f) {
             f.registered_here = false;
             f.voicemails = 2;
         },
         "voicemail 0 unavailable"},
    };
    for (const Row& row : rows) {
        INFO(row.title);
        TargetFacts facts = registered();
        row.given(facts);
        CHECK(first(facts) == row.expected);
    }
}

TEST_CASE("how a phone has failed decides what comes after it", "[calls][IP10]") {
    TargetFacts facts = registered();
    facts.features.forward_busy = "eve";
    facts.features.forward_no_answer = "carl";
    const auto after = [&](Outcome outcome) {
        CallPlan plan({});
        plan.next(facts, Outcome::begun);
        return said(plan.next(facts, outcome));
    };
    CHECK(after(Outcome::busy) == "divert eve user-busy");
    CHECK(after(Outcome::no_answer) == "divert carl no-answer");
    CHECK(after(Outcome::unavailable) == "divert carl unavailable");
    CHECK(after(Outcome::lost) == "divert carl unavailable");
    CHECK(after(Outcome::unknown) == "divert carl unavailable");
    CHECK(after(Outcome::refused) == "best");
    facts.features = {};
    CHECK(after(Outcome::busy) == "best");
    CHECK(after(Outcome::no_answer) == "480 No Answer");
    facts.voicemails = 2;
    CHECK(after(Outcome::busy) == "voicemail 0 user-busy");
    CHECK(after(Outcome::refused) == "best");
}

TEST_CASE("a refusal is judged by its status", "[calls]") {
    CHECK(outcome_of(486, false) == Outcome::busy);
    CHECK(outcome_of(404, false) == Outcome::unknown);
    CHECK(outcome_of(480, false) == Outcome::unavailable);
    CHECK(outcome_of(408, false) == Outcome::lost);
    CHECK(outcome_of(503, false) == Outcome::lost);
    CHECK(outcome_of(403, false) == Outcome::refused);
    CHECK(outcome_of(487, true) == Outcome::no_answer);
}

TEST_CASE("the second voicemail server is tried when the first is not there, and only then", "[calls][IP5]") {
    TargetFacts facts = registered();
    facts.registered_here = false;
    facts.voicemails = 2;
    CallPlan plan({});
    CHECK(said(plan.next(facts, Outcome::begun)) == "voicemail 0 unavailable");
    SECTION("away") {
        CHECK(said(plan.next(facts, Outcome::lost)) == "voicemail 1 unavailable");
        CHECK(said(plan.next(facts, Outcome::lost)) == "480 Temporarily Unavailable");
    }
    SECTION("it refuses") {
        CHECK(said(plan.next(facts, Outcome::busy)) == "best");
    }
}

TEST_CASE("who calls for the own messages gets to a voicemail server, registered or not", "[calls][IP5]") {
    TargetFacts facts = registered("ann");
    facts.features.forward_always = "eve";
    CallPlan::Beginning beginning;
    beginning.own_mailbox = true;
    CHECK(first(facts, beginning) == "480 No Voicemail");
    facts.voicemails = 1;
    CHECK(first(facts, beginning) == "voicemail 0");
    facts.features.voicemail = false;
    CHECK(first(facts, beginning) == "480 No Voicemail");
}

TEST_CASE("who is not known here is asked of the sites in order, and then it is the PBX's", "[calls]") {
    CallPlan plan({});
    CHECK(said(plan.next(unknown(), Outcome::begun)) == "site north");
    SECTION("a site that knows the target has the last word") {
        CHECK(said(plan.next(unknown(), Outcome::busy)) == "best");
    }
    SECTION("nobody knows it") {
        CHECK(said(plan.next(unknown(), Outcome::unknown)) == "site west");
        CHECK(said(plan.next(unknown(), Outcome::lost)) == "pbx");
        CHECK(plan.rule() == "pbx");
        CHECK(said(plan.next(unknown(), Outcome::unknown)) == "best");
    }
}

TEST_CASE("a site is left to decide for its phones, unless it has lost them", "[calls]") {
    TargetFacts facts = registered();
    facts.registered_here = false;
    facts.registered_at = north;
    facts.features.forward_no_answer = "eve";
    CallPlan plan({});
    CHECK(said(plan.next(facts, Outcome::begun)) == "site north");
    SECTION("no answer there") {
        CHECK(said(plan.next(facts, Outcome::unavailable)) == "best");
    }
    SECTION("not there any more") {
        CHECK(said(plan.next(facts, Outcome::unknown)) == "divert eve unavailable");
    }
    SECTION("the link is lost") {
        CHECK(said(plan.next(facts, Outcome::lost)) == "divert eve unavailable");
    }
}

TEST_CASE("a call from a site goes to no third one and to no PBX, unless it is diverted here", "[calls]") {
    CHECK(first(unknown(), from(CallOrigin::site)) == "404 Not Found");
    TargetFacts elsewhere = registered();
    elsewhere.registered_here = false;
    elsewhere.registered_at = west;
    CHECK(first(elsewhere, from(CallOrigin::site)) == "404 Registered At Another Site");
    TargetFacts forwarded = registered();
    forwarded.features.forward_always = "0301234";
    CallPlan plan(from(CallOrigin::site));
    CHECK(said(plan.next(forwarded, Outcome::begun)) == "divert 0301234 unconditional");
    CHECK(said(plan.next(unknown(), Outcome::begun)) == "site north");
    CHECK(said(plan.next(unknown(), Outcome::unknown)) == "site west");
    CHECK(said(plan.next(unknown(), Outcome::unknown)) == "pbx");
}

TEST_CASE("a call from the PBX goes back to it only when it is diverted", "[calls]") {
    TargetFacts facts = unknown();
    facts.askable.clear();
    CHECK(first(facts, from(CallOrigin::pbx)) == "404 Not Found");
    TargetFacts forwarded = registered();
    forwarded.features.forward_always = "0301234";
    CallPlan plan(from(CallOrigin::pbx));
    plan.next(forwarded, Outcome::begun);
    CHECK(said(plan.next(facts, Outcome::begun)) == "pbx");
}

TEST_CASE("who may not call outside does not, and diverts nobody there either", "[calls][IP10]") {
    TargetFacts outside = unknown();
    outside.askable.clear();
    CHECK(first(outside, from(CallOrigin::user, false, Right::internal)) == "403 No Right To Call Outside");
    CHECK(first(outside, from(CallOrigin::user, false, Right::national)) == "pbx");
    outside.international = true;
    CHECK(first(outside, from(CallOrigin::user, false, Right::national)) ==
          "403 No Right To Call International Numbers");
    CHECK(first(outside, from(CallOrigin::user, false, Right::all)) == "pbx");
    CHECK(first(registered(), from(CallOrigin::user, false, Right::internal)) == "ring");
    TargetFacts forwarded = registered();
    forwarded.features.forward_always = "0301234";
    forwarded.features.right = Right::internal;
    CallPlan plan({});
    plan.next(forwarded, Outcome::begun);
    CHECK(said(plan.next(outside, Outcome::begun)) == "403 No Right To Call Outside");
}

TEST_CASE("calls that are diverted in a circle, or too often, end", "[calls]") {
    TargetFacts ann = registered("ann"), bob = registered("bob");
    SECTION("a circle") {
        ann.features.forward_always = "bob";
        bob.features.forward_always = "ann";
        CallPlan plan({});
        CHECK(said(plan.next(ann, Outcome::begun)) == "divert bob unconditional");
        CHECK(said(plan.next(bob, Outcome::begun)) == "divert ann unconditional");
        CHECK(said(plan.next(ann, Outcome::begun)) == "482 Forwarded In A Circle");
    }
    SECTION("a circle of two sites, each of which sees the other's diversions") {
        ann.features.forward_always = "bob";
        CHECK(first(ann, from(CallOrigin::site, false, Right::all, {"ann", "bob"})) == "482 Forwarded In A Circle");
    }
    SECTION("both are busy: that is what the caller is told") {
        ann.features.forward_busy = "bob";
        bob.features.forward_busy = "ann";
        CallPlan plan({});
        plan.next(ann, Outcome::begun);
        plan.next(ann, Outcome::busy);
        CHECK(said(plan.next(bob, Outcome::begun)) == "ring");
        CHECK(said(plan.next(bob, Outcome::busy)) == "divert ann user-busy");
        CHECK(said(plan.next(ann, Outcome::begun)) == "best");
    }
    SECTION("too often") {
        CallPlan plan({});
        for (std::size_t i = 0; i < CallPlan::most_diversions; ++i) {
            TargetFacts one = registered("u" + std::to_string(i));
            one.features.forward_always = "u" + std::to_string(i + 1);
            CHECK(said(plan.next(one, Outcome::begun)).substr(0, 6) == "divert");
        }
        ann.features.forward_always = "bob";
        CHECK(said(plan.next(ann, Outcome::begun)) == "480 Forwarded Too Often");
    }
}

TEST_CASE("an emergency call goes to the PBX here, then to those of the other sites", "[calls]") {
    CallPlan plan(from(CallOrigin::user, true, Right::internal));
    CHECK(said(plan.next(unknown("112"), Outcome::begun)) == "pbx");
    CHECK(said(plan.next(unknown("112"), Outcome::unavailable)) == "site north");
    CHECK(said(plan.next(unknown("112"), Outcome::refused)) == "site west");
    CHECK(said(plan.next(unknown("112"), Outcome::lost)) == "best");
    CHECK(plan.rule() == "emergency");
    TargetFacts alone;
    CHECK(first(alone, from(CallOrigin::user, true)) == "503 No PBX For Emergency Calls");
    CHECK(first(unknown("112"), from(CallOrigin::site, true)) == "pbx");
    TargetFacts no_pbx = unknown("112");
    no_pbx.pbx = false;
    CHECK(first(no_pbx, from(CallOrigin::site, true)) == "503 No PBX For Emergency Calls");
}

}  // namespace innkeeper::core
