// In which order a hunt group rings its members now, and what comes after them: facts in, plan out. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/instant.h"
#include "core/hunt_group.h"

namespace innkeeper::core {

// What is known of a member when a call for its group comes.
struct HuntFacts {
    bool reachable = false;  // registered somewhere and not on do-not-disturb, or a number outside
    bool busy = false;       // in a call
    base::Instant idle_since = base::Instant::min();  // the end of its last call; min: none is known
};

struct HuntStage {
    std::vector<HuntTarget> members;  // rung together, each where it is by then
    base::Duration ring_for{};
    bool operator==(const HuntStage&) const = default;
};

struct HuntPlan {
    std::vector<HuntStage> stages;
    std::optional<HuntTarget> then;  // after the last stage, or at once where there is none
    bool night = false;              // it is night service that sends the call to `then`
    std::uint16_t status = 480;      // without any of these: 486 where a member was busy
    std::size_t next = 0;            // position from which a rotary group goes on with its next call
};

// `facts`: one for each member, in order. `next`: as the plan of the group's last call said; 0 at first.
HuntPlan plan_hunt(const HuntGroup& group, const std::vector<HuntFacts>& facts, std::size_t next,
                   std::optional<std::uint16_t> minute_of_day);

}  // namespace innkeeper::core
