// How much a home that is back has proved: a score, not the time since it came back, so that a home that is up but
// shaky waits longer than one that is merely young (IP13). It rises while the home is heard and serves, from nothing to
// full in failback-after; a doubt, a dropped link and a restart each cost a part of it, its loss all. Failback begins
// when the score is full and the hold-down has passed (core/failover.h). A value of the home's peer. Pure.
#pragma once

#include <optional>

#include "base/instant.h"

namespace innkeeper::core {

class Stability {
public:
    explicit Stability(base::Instant now) : counted_(now) {}

    enum class Incident : std::uint8_t {
        doubted,    // silent for longer than suspect-after: half
        link_down,  // our connection to it broke: a quarter
        restarted,  // a new epoch: all
        lost,       // all
    };

    // Until now the home was, and from now on it is, as `good` says: heard and serving, or not.
    void observe(base::Instant now, bool good, base::Duration full);
    void suffer(Incident incident, base::Duration full);
    // We did not run for so long: nothing was proved meanwhile.
    void skip(base::Duration asleep) { counted_ += asleep; }

    bool is_full(base::Duration full) const { return proved_ >= full; }
    std::uint32_t percent(base::Duration full) const;
    // When it will be full if nothing happens; nothing: it is, or the home proves nothing now.
    std::optional<base::Instant> full_at(base::Duration full) const;

private:
    base::Duration proved_{};
    base::Instant counted_;  // until when
    bool good_ = false;
};

}  // namespace innkeeper::core
