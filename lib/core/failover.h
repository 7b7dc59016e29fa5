// The failover of one home at this backup: a value and what signals make of it (table in design section 4). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/instant.h"
#include "core/failover_phase.h"
#include "core/peer_message.h"
#include "core/settings.h"

namespace innkeeper::core {

struct Failover {
    Phase phase = Phase::normal;
    base::Instant since;         // of the phase
    std::string cause;           // of the last change of phase, in words
    std::uint32_t relapses = 0;  // times the home was lost again before its phones were back; doubles the hold-down
    base::Instant last_relapse;
    bool failback_requested = false;  // manual: the operator said go
    // For the history row; counted across the backup's lives.
    std::uint64_t number = 0;
    base::Instant allowed;
    std::optional<base::Instant> began;
    std::optional<base::Instant> returning;
    std::string first_guest;
    std::uint64_t guests_served = 0;
};

// What a failover looks at when time passes or evidence changes.
struct FailoverFacts {
    PeerHealth health = PeerHealth::unknown;
    std::string_view health_reason;
    std::uint64_t guests = 0;      // phones of that home registered here
    std::uint64_t unreleased = 0;  // of these, not yet sent home
    bool vouched_for = false;      // silent here, but a third peer hears it: as good as alive for going home (R3)
};

// How long the home must prove itself: failback_after, doubled by each relapse up to 16 times.
base::Duration hold_down(const Failover& failover, const FailoverSettings& settings);

// Moves on if the facts say so; true when the phase changed. To be called until it is false.
bool advance(Failover& failover, base::Instant now, const FailoverFacts& facts, const FailoverSettings& settings);

// The first physical phone was admitted as a guest (IP4, IP5): allowed becomes active.
void begin(Failover& failover, base::Instant now, std::string first_guest);

// Guests found in the database after a restart of this backup: the failover goes on, as a new one where the history
// does not know it.
void resume(Failover& failover, base::Instant now);

// When `advance` may have something to do without any new evidence.
std::optional<base::Instant> next_change(const Failover& failover, const FailoverSettings& settings);

}  // namespace innkeeper::core
