// Time as the house uses it. The core is handed the time and cannot read it: DaemonClock has no now().
// Only lib/host/clock makes an Instant from the machine's boot-time clock, which neither jumps nor stops in suspend.
#pragma once

#include <chrono>
#include <cstdint>

namespace innkeeper::base {

struct DaemonClock {
    using rep = std::int64_t;
    using period = std::micro;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<DaemonClock>;
    static constexpr bool is_steady = true;
};

using Duration = DaemonClock::duration;   // microseconds
using Instant = DaemonClock::time_point;  // since the machine booted; means nothing on another machine

}  // namespace innkeeper::base
