// What is tried for a call to a hunt group, and for one that a hunt group at another site sends to its member, by
// table.
#include <catch2/catch.hpp>
#include <functional>

#include "call_steps.h"

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;

namespace {

HuntTarget number(const std::string& user) {
    HuntTarget target;
    target.aor = base::Aor::from_parts(user, "example.test").value();
    target.number = true;
    return target;
}

HuntTarget mailbox() {
    HuntTarget target;
    target.voicemail = true;
    return target;
}

// A group with so many members who can be rung one after the other.
TargetFacts group(std::size_t stages, const std::string& name = "sales") {
    TargetFacts facts;
    facts.name = name;
    facts.known_here = true;
    facts.hunt.emplace();
    for (std::size_t i = 0; i < stages; ++i) facts.hunt->stages.push_back({{number(std::to_string(i))}, 20s});
    return facts;
}

TargetFacts member(const std::string& name = "bob") {
    TargetFacts facts;
    facts.name = name;
    facts.known_here = facts.registered_here = facts.hunted = true;
    return facts;
}

CallPlan::Beginning from_site(std::vector<std::string> before = {}) {
    CallPlan::Beginning beginning;
    beginning.origin = CallOrigin::site;
    beginning.before = std::move(before);
    return beginning;
}

}  // namespace

TEST_CASE("what a hunt group does with a call first", "[calls][groups][IP5]") {
    struct Row {
        std::string title;
        std::size_t stages;
        std::function<void(TargetFacts&)> given;
        std::string expected;
        std::string rule;
    };
    const std::vector<Row> rows = {
        {"its members ring", 2, [](TargetFacts&) {}, "members 0", "hunt_group"},
        {"whatever is set for the group as if it were a user", 1,
         [](TargetFacts& f) {
             f.features.dnd = true;
             f.features.forward_always = "eve";
         },
         "members 0", "hunt_group"},
        {"nobody can be rung", 0, [](TargetFacts&) {}, "480 No Member Registered", "hunt_group"},
        {"all are in calls", 0, [](TargetFacts& f) { f.hunt->status = 486; }, "486 All Members Busy", "hunt_group"},
        {"nobody can be rung, with overflow", 0, [](TargetFacts& f) { f.hunt->then = number("eve"); },
         "divert eve unavailable", "hunt_group"},
        {"all are in calls, with overflow", 0,
         [](TargetFacts& f) {
             f.hunt->status = 486;
             f.hunt->then = number("eve");
         },
         "divert eve user-busy", "hunt_group"},
        {"all are in calls, and the overflow is the group's mailbox", 0,
         [](TargetFacts& f) {
             f.hunt->status = 486;
             f.hunt->then = mailbox();
             f.voicemails = 2;
         },
         "voicemail 0 user-busy", "voicemail"},
        {"its mailbox, where there is no voicemail server", 0, [](TargetFacts& f) { f.hunt->then = mailbox(); },
         "480 No Member Registered", "hunt_group"},
        {"without overflow no message is left, voicemail or not", 0, [](TargetFacts& f) { f.voicemails = 1; },
         "480 No Member Registered", "hunt_group"},
        {"at night", 0,
         [](TargetFacts& f) {
             f.hunt->night = true;
             f.hunt->then = number("eve");
         },
         "divert eve time-of-day", "night_service"},
        {"at night, the mailbox", 0,
         [](TargetFacts& f) {
             f.hunt->night = true;
             f.hunt->then = mailbox();
             f.voicemails = 1;
         },
         "voicemail 0 time-of-day", "voicemail"},
    };
    for (const Row& row : rows) {
        INFO(row.title);
        TargetFacts facts = group(row.stages);
        row.given(facts);
        CallPlan plan({});
        CHECK(said(plan.next(facts, Outcome::begun)) == row.expected);
        CHECK(plan.rule() == row.rule);
    }
}

TEST_CASE("what comes after a hunt group's members", "[calls][groups][IP5]") {
    struct Row {
        Outcome outcome;
        std::string alone;
        std::string with_overflow;
    };
    const Row rows[] = {
        {Outcome::busy, "486 All Members Busy", "divert eve user-busy"},
        {Outcome::no_answer, "480 No Member Answered", "divert eve no-answer"},
        {Outcome::unavailable, "480 No Member Answered", "divert eve no-answer"},
        {Outcome::unknown, "480 No Member Answered", "divert eve no-answer"},
        {Outcome::lost, "480 No Member Answered", "divert eve no-answer"},
        {Outcome::refused, "480 No Member Answered", "divert eve no-answer"},
    };
    for (const Row& row : rows) {
        TargetFacts facts = group(1);
        CallPlan alone({});
        alone.next(facts, Outcome::begun);
        CHECK(said(alone.next(facts, row.outcome)) == row.alone);
        facts.hunt->then = number("eve");
        CallPlan with_overflow({});
        with_overflow.next(facts, Outcome::begun);
        CHECK(said(with_overflow.next(facts, row.outcome)) == row.with_overflow);
    }
}

TEST_CASE("what a group does was settled when the call came, also when its definition changes", "[calls][groups]") {
    TargetFacts facts = group(1);
    facts.hunt->then = number("eve");
    CallPlan plan({});
    plan.next(facts, Outcome::begun);
    facts.hunt.reset();  // removed meanwhile
    CHECK(said(plan.next(facts, Outcome::busy)) == "divert eve user-busy");
}

TEST_CASE("a call enters each group once, and groups count as diversions do", "[calls][groups]") {
    SECTION("a circle of two groups ends with what the last one said") {
        TargetFacts sales = group(1, "sales"), help = group(1, "help");
        sales.hunt->then = number("help");
        help.hunt->then = number("sales");
        CallPlan plan({});
        plan.next(sales, Outcome::begun);
        CHECK(said(plan.next(sales, Outcome::no_answer)) == "divert help no-answer");
        CHECK(said(plan.next(help, Outcome::begun)) == "members 0");
        CHECK(said(plan.next(help, Outcome::no_answer)) == "divert sales no-answer");
        CHECK(said(plan.next(sales, Outcome::begun)) == "480 No Answer");
    }
    SECTION("a circle over another site") {
        CHECK(said(CallPlan(from_site({"sales", "help"})).next(group(1), Outcome::begun)) ==
              "482 Forwarded In A Circle");
    }
    SECTION("too many") {
        CallPlan plan({});
        for (std::size_t i = 0; i < CallPlan::most_diversions; ++i) {
            TargetFacts one = group(0, "g" + std::to_string(i));
            one.hunt->then = number("g" + std::to_string(i + 1));
            CHECK(said(plan.next(one, Outcome::begun)).substr(0, 6) == "divert");
        }
        TargetFacts last = group(0);
        last.hunt->then = number("eve");
        CHECK(said(plan.next(last, Outcome::begun)) == "480 Forwarded Too Often");
    }
}

TEST_CASE("a call for a group whose home is another site goes there, from here only", "[calls][groups][IP5]") {
    TargetFacts facts;
    facts.name = "desk";
    facts.known_here = true;
    facts.registered_at = base::SiteName{"north"};
    CHECK(said(CallPlan({}).next(facts, Outcome::begun)) == "site north");
    CHECK(said(CallPlan(from_site()).next(facts, Outcome::begun)) == "404 Registered At Another Site");
}

TEST_CASE("a member that another site's group rings", "[calls][groups][IP5][IP10]") {
    struct Row {
        std::string title;
        std::function<void(TargetFacts&)> given;
        std::string expected;
    };
    const std::vector<Row> rows = {
        {"rings for as long as the group wants", [](TargetFacts& f) { f.voicemails = 1; }, "ring"},
        {"rings whatever is set for its own calls",
         [](TargetFacts& f) {
             f.features.forward_always = "eve";
             f.features.simultaneous = false;
         },
         "ring"},
        {"does not ring on do not disturb, and the group goes on",
         [](TargetFacts& f) {
             f.features.dnd = true;
             f.features.forward_busy = "eve";
             f.voicemails = 1;
         },
         "480 Temporarily Unavailable"},
        {"is busy in a call", [](TargetFacts& f) { f.in_call = true; }, "486 In A Call"},
        {"is a group itself, which nobody knew who asked",
         [](TargetFacts& f) {
             f.registered_here = false;
             f.hunt = group(1).hunt;
         },
         "480 Temporarily Unavailable"},
        {"has gone", [](TargetFacts& f) { f.registered_here = false; }, "480 Temporarily Unavailable"},
    };
    for (const Row& row : rows) {
        INFO(row.title);
        TargetFacts facts = member();
        row.given(facts);
        CHECK(said(CallPlan(from_site()).next(facts, Outcome::begun)) == row.expected);
    }
    TargetFacts facts = member();
    facts.features.forward_busy = facts.features.forward_no_answer = "eve";
    for (const Outcome outcome : {Outcome::busy, Outcome::no_answer, Outcome::unavailable, Outcome::refused}) {
        CallPlan plan(from_site());
        plan.next(facts, Outcome::begun);
        CHECK(said(plan.next(facts, outcome)) == "best");
    }
}

TEST_CASE("members are asked for a stage at a time, and what came of all of them counts", "[calls][groups][IP5]") {
    struct Row {
        Outcome first;
        Outcome second;
        std::string expected;
    };
    const Row rows[] = {
        {Outcome::busy, Outcome::busy, "486 All Members Busy"},
        {Outcome::busy, Outcome::no_answer, "480 No Member Answered"},
        {Outcome::busy, Outcome::unavailable, "486 All Members Busy"},
        {Outcome::no_answer, Outcome::unavailable, "480 No Member Answered"},
        {Outcome::refused, Outcome::lost, "480 No Member Answered"},
    };
    for (Row row : rows)
        for (int order = 0; order < 2; ++order, std::swap(row.first, row.second)) {
            CallPlan plan({});
            const TargetFacts facts = group(2);
            CHECK(said(plan.next(facts, Outcome::begun)) == "members 0");
            CHECK(said(plan.next(facts, row.first)) == "members 1");
            CHECK(said(plan.next(facts, row.second)) == row.expected);
        }
}
