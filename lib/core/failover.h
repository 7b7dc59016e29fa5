// The failover of one home at this backup: a value and what signals make of it (table in design section 4). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "core/failover_phase.h"
#include "core/peer_message.h"
#include "core/settings.h"

namespace innkeeper::core {

// For the history alone (core/history.h).
struct FailoverCounts {
    std::vector<std::string> evidence;
    std::uint64_t refused = 0;
    base::Duration longest_gap{};
    std::uint64_t released = 0;
    std::uint64_t stops = 0;
    std::uint64_t relapses = 0;
    base::Instant home_gone;  // when the home was last known to serve
};

struct Failover {
    Phase phase = Phase::normal;
    base::Instant since;  // of the phase
    std::string cause;    // of the last change of phase, in words
    // Times the home was lost again before or soon after its phones were back, or did not take them: each doubles the
    // hold-down, and each quiet_period without one takes a doubling back.
    std::uint32_t relapses = 0;
    base::Instant last_relapse;
    std::optional<base::Instant> last_end;  // of a failover of this home
    bool failback_requested = false;        // the operator said go: neither hold-down nor mode nor window counts
    // For the history row; counted across the backup's lives.
    std::uint64_t number = 0;
    base::Instant allowed;
    std::optional<base::Instant> began;
    std::optional<base::Instant> returning;
    std::string first_guest;
    std::uint64_t guests_served = 0;
    FailoverCounts counts;
};

// What a failover looks at when time passes or evidence changes.
struct FailoverFacts {
    PeerHealth health = PeerHealth::unknown;
    std::string_view health_reason;
    std::uint64_t guests = 0;      // phones of that home registered here
    std::uint64_t unreleased = 0;  // of these, not yet sent home
    bool vouched_for = false;      // silent here, but a third peer hears it: as good as alive for going home (R3)
    bool stable = true;            // its score is full (core/stability.h)
    bool window_open = true;       // failback-window
    std::uint64_t busy = 0;        // guests in a call (IP7)
    std::string stop;              // why phones that were sent home do not get in there; empty: they do
};

// A relapse is forgiven after so long without another.
inline constexpr base::Duration quiet_period = std::chrono::hours(1);

// How long the home must prove itself: failback_after, doubled by each relapse up to 16 times.
base::Duration hold_down(const Failover& failover, const FailoverSettings& settings);

// Moves on if the facts say so; true when the phase changed. To be called until it is false.
bool advance(Failover& failover, base::Instant now, const FailoverFacts& facts, const FailoverSettings& settings);

// The first physical phone was admitted as a guest (IP4, IP5): allowed becomes active.
void begin(Failover& failover, base::Instant now, std::string first_guest);

// Guests found in the database after a restart of this backup: the failover goes on, as a new one where the history
// does not know it.
void resume(Failover& failover, base::Instant now);

// When `advance` may have something to do without any new evidence. `stable_at`: when the score will be full.
std::optional<base::Instant> next_change(const Failover& failover, const FailoverSettings& settings,
                                         std::optional<base::Instant> stable_at = std::nullopt);

// Why failback does not begin in phase settling, for operators: "the home proves itself, 40 s to go".
std::string what_failback_waits_for(const Failover& failover, base::Instant now, const FailoverFacts& facts,
                                    std::uint32_t stability_percent, const FailoverSettings& settings);

}  // namespace innkeeper::core
