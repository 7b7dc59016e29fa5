// Whom a hunt group rings, by table: each letter of `facts` is a member. i: idle, b: in a call, -: not registered or on
// do-not-disturb. A stage is written as its members' numbers and its seconds.
#include "core/hunt_plan.h"

#include <catch2/catch.hpp>

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;

namespace {

HuntGroup group_of(HuntStrategy strategy, std::size_t members) {
    HuntGroup group;
    group.strategy = strategy;
    for (std::size_t i = 0; i < members; ++i)
        group.members.push_back({{*base::Aor::parse("m" + std::to_string(i) + "@example.test")}, 10s + i * 1s});
    return group;
}

std::vector<HuntFacts> facts_of(const std::string& letters) {
    std::vector<HuntFacts> facts;
    for (const char letter : letters) facts.push_back({letter != '-', letter == 'b', base::Instant::min()});
    return facts;
}

std::string told(const HuntPlan& plan) {
    std::string text;
    for (const HuntStage& stage : plan.stages) {
        for (const HuntTarget& member : stage.members) text += member.aor.user().substr(1);
        text += '/' + std::to_string(stage.ring_for / 1s) + ' ';
    }
    return text + "then " + std::to_string(plan.status) + ", next " + std::to_string(plan.next);
}

}  // namespace

TEST_CASE("each strategy has its order", "[calls][groups][IP5]") {
    using enum HuntStrategy;
    struct Row {
        HuntStrategy strategy;
        std::string facts;
        std::size_t next;
        std::string expected;
    };
    const Row rows[] = {
        {ring_all, "iii", 0, "012/12 then 480, next 1"},
        {ring_all, "-ib", 0, "1/11 then 480, next 2"},
        {ring_all, "bbb", 0, "then 486, next 0"},
        {ring_all, "---", 0, "then 480, next 0"},
        {ring_all, "", 0, "then 480, next 0"},
        {sequential, "iii", 2, "0/10 1/11 2/12 then 480, next 1"},
        {sequential, "bi-", 0, "1/11 then 480, next 2"},
        {rotary, "iii", 0, "0/10 1/11 2/12 then 480, next 1"},
        {rotary, "iii", 1, "1/11 2/12 0/10 then 480, next 2"},
        {rotary, "iii", 2, "2/12 0/10 1/11 then 480, next 0"},
        {rotary, "ib-", 1, "0/10 then 480, next 1"},
        {rotary, "b-b", 2, "then 486, next 2"},
        {rotary, "iii", 7, "1/11 2/12 0/10 then 480, next 2"},  // the group was longer
    };
    for (const Row& row : rows) {
        CAPTURE(row.facts, row.next, to_text(row.strategy));
        const HuntGroup group = group_of(row.strategy, row.facts.size());
        CHECK(told(plan_hunt(group, facts_of(row.facts), row.next, std::nullopt)) == row.expected);
    }
}

TEST_CASE("whoever has been idle for longest is rung first, and who never was in a call before all others",
          "[calls][groups][IP5]") {
    const HuntGroup group = group_of(HuntStrategy::longest_idle, 4);
    auto facts = facts_of("iibi");
    facts[0].idle_since = base::Instant(300s);
    facts[1].idle_since = base::Instant(100s);
    CHECK(told(plan_hunt(group, facts, 0, std::nullopt)) == "3/13 1/11 0/10 then 480, next 0");
    facts[3].idle_since = base::Instant(100s);
    CHECK(told(plan_hunt(group, facts, 0, std::nullopt)) == "1/11 3/13 0/10 then 480, next 2");
}

TEST_CASE("a call that no member takes goes on to the overflow", "[calls][groups][IP5]") {
    HuntGroup group = group_of(HuntStrategy::sequential, 2);
    group.overflow = HuntTarget{*base::Aor::parse("desk@example.test")};
    CHECK(plan_hunt(group, facts_of("ii"), 0, std::nullopt).then == group.overflow);
    const HuntPlan busy = plan_hunt(group, facts_of("bb"), 0, std::nullopt);
    CHECK(busy.stages.empty());
    CHECK(busy.then == group.overflow);
    CHECK(busy.status == 486);
}

TEST_CASE("at night nobody is rung and the night's target has the call", "[calls][groups][IP5]") {
    HuntGroup group = group_of(HuntStrategy::rotary, 2);
    group.overflow = HuntTarget{*base::Aor::parse("desk@example.test")};
    group.night = {{18 * 60, 8 * 60}};
    group.night_target.voicemail = true;
    const HuntPlan night = plan_hunt(group, facts_of("ii"), 1, std::uint16_t{23 * 60});
    CHECK(night.stages.empty());
    CHECK(night.night);
    CHECK(night.then == group.night_target);
    CHECK(night.next == 1);
    const HuntPlan day = plan_hunt(group, facts_of("ii"), 1, std::uint16_t{9 * 60});
    CHECK(day.stages.size() == 2);
    CHECK(day.then == group.overflow);
}
