#include "core/hunt_plan.h"

#include <algorithm>

#include "base/assert.h"

namespace innkeeper::core {
namespace {

// Those who can be rung now, in the order of the strategy.
std::vector<std::size_t> order(const HuntGroup& group, const std::vector<HuntFacts>& facts, std::size_t next) {
    const std::size_t count = group.members.size();
    const std::size_t first = group.strategy == HuntStrategy::rotary && count > 0 ? next % count : 0;
    std::vector<std::size_t> ordered;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = (first + i) % count;
        if (facts[at].reachable && !facts[at].busy) ordered.push_back(at);
    }
    if (group.strategy == HuntStrategy::longest_idle)
        std::stable_sort(ordered.begin(), ordered.end(), [&](std::size_t one, std::size_t other) {
            return facts[one].idle_since < facts[other].idle_since;
        });
    return ordered;
}

}  // namespace

HuntPlan plan_hunt(const HuntGroup& group, const std::vector<HuntFacts>& facts, std::size_t next,
                   std::optional<std::uint16_t> minute_of_day) {
    INNKEEPER_ASSERT(facts.size() == group.members.size());
    HuntPlan plan;
    plan.next = next;
    if (group.is_night(minute_of_day)) {
        plan.night = true;
        plan.then = group.night_target;
        return plan;
    }
    plan.then = group.overflow;
    const bool busy = std::any_of(facts.begin(), facts.end(),
                                  [](const HuntFacts& member) { return member.reachable && member.busy; });
    if (busy) plan.status = 486;
    const std::vector<std::size_t> ordered = order(group, facts, next);
    if (ordered.empty()) return plan;
    plan.status = 480;  // somebody could have taken it
    plan.next = (ordered.front() + 1) % group.members.size();
    for (const std::size_t at : ordered) {
        const base::Duration ring_for = group.members[at].ring_for;
        if (group.strategy == HuntStrategy::ring_all && !plan.stages.empty()) {
            plan.stages.front().members.push_back(group.members[at].target);
            plan.stages.front().ring_for = std::max(plan.stages.front().ring_for, ring_for);
        } else {
            plan.stages.push_back({{group.members[at].target}, ring_for});
        }
    }
    return plan;
}

}  // namespace innkeeper::core
