#include "core/failover.h"

#include <algorithm>

namespace innkeeper::core {
namespace {

constexpr std::uint32_t most_doublings = 4;
constexpr std::size_t most_evidence = 16;  // lines; a home that flaps all day adds no more

bool enter(Failover& failover, Phase phase, base::Instant now, std::string cause) {
    failover.phase = phase;
    failover.since = now;
    failover.cause = std::move(cause);
    return true;
}

void count_relapse(Failover& failover, base::Instant now) {
    failover.relapses = std::min(failover.relapses + 1, most_doublings);
    failover.last_relapse = now;
    failover.failback_requested = false;
    failover.returning.reset();
}

void forgive_old_relapses(Failover& failover, base::Instant now) {
    while (failover.relapses > 0 && now - failover.last_relapse >= quiet_period) {
        --failover.relapses;
        failover.last_relapse += quiet_period;
    }
}

bool relapse(Failover& failover, base::Instant now, std::string_view reason) {
    count_relapse(failover, now);
    ++failover.counts.relapses;
    std::string cause = "lost again: " + std::string(reason);
    if (failover.counts.evidence.size() < most_evidence) failover.counts.evidence.push_back(cause);
    return enter(failover, Phase::active, now, std::move(cause));
}

// Those that were sent home did not get in: a home that is only seemingly back.
bool stop(Failover& failover, base::Instant now, const std::string& reason) {
    count_relapse(failover, now);
    ++failover.counts.stops;
    return enter(failover, Phase::settling, now, "failback stopped: " + reason);
}

bool may_begin(const Failover& failover, base::Instant now, const FailoverFacts& facts,
               const FailoverSettings& settings) {
    if (failover.failback_requested) return true;
    return settings.failback_mode == FailbackMode::automatic && facts.window_open && facts.stable &&
           now - failover.since >= hold_down(failover, settings);
}

bool advance_normal(Failover& failover, base::Instant now, const FailoverFacts& facts) {
    if (facts.health != PeerHealth::lost) return false;
    if (failover.last_end && now - *failover.last_end < quiet_period) count_relapse(failover, now);
    ++failover.number;
    failover.allowed = now;
    failover.began.reset();
    failover.returning.reset();
    failover.first_guest.clear();
    failover.guests_served = 0;
    failover.counts = {};
    failover.failback_requested = false;
    return enter(failover, Phase::allowed, now, std::string(facts.health_reason));
}

bool advance_settling(Failover& failover, base::Instant now, const FailoverFacts& facts,
                      const FailoverSettings& settings) {
    if (facts.health != PeerHealth::alive && !facts.vouched_for) return false;
    if (facts.guests == 0) return enter(failover, Phase::grace, now, "every guest has gone home");
    if (!may_begin(failover, now, facts, settings)) return false;
    failover.returning = now;
    return enter(failover, Phase::returning, now,
                 failover.failback_requested ? "failback by the operator" : "the home has proved stable");
}

bool advance_returning(Failover& failover, base::Instant now, const FailoverFacts& facts) {
    if (!facts.stop.empty()) return stop(failover, now, facts.stop);
    if (facts.unreleased == 0) return enter(failover, Phase::grace, now, "every guest is released");
    if (facts.window_open || failover.failback_requested) return false;
    return enter(failover, Phase::settling, now, "failback-window has closed; the others go home when it opens again");
}

}  // namespace

base::Duration hold_down(const Failover& failover, const FailoverSettings& settings) {
    return settings.failback_after * (1u << std::min(failover.relapses, most_doublings));
}

bool advance(Failover& failover, base::Instant now, const FailoverFacts& facts, const FailoverSettings& settings) {
    const bool lost = facts.health == PeerHealth::lost;
    const bool alive = facts.health == PeerHealth::alive || facts.vouched_for;
    forgive_old_relapses(failover, now);
    switch (failover.phase) {
        case Phase::normal:
            return advance_normal(failover, now, facts);
        case Phase::allowed:
            return !lost && enter(failover, Phase::normal, now, "the home is back before any guest");
        case Phase::active:
            return alive && enter(failover, Phase::settling, now, "the home is back");
        case Phase::settling:
            return lost ? relapse(failover, now, facts.health_reason)
                        : advance_settling(failover, now, facts, settings);
        case Phase::returning:
            return lost ? relapse(failover, now, facts.health_reason) : advance_returning(failover, now, facts);
        case Phase::grace:
            if (lost) return relapse(failover, now, facts.health_reason);
            if (!facts.stop.empty()) return stop(failover, now, facts.stop);
            return alive && facts.busy == 0 && now - failover.since >= settings.homeless_grace &&
                   enter(failover, Phase::normal, now, "failback is complete");
    }
    return false;
}

void begin(Failover& failover, base::Instant now, std::string first_guest) {
    failover.began = now;
    failover.first_guest = std::move(first_guest);
    enter(failover, Phase::active, now, "first guest " + failover.first_guest);
}

void resume(Failover& failover, base::Instant now) {
    if (!failover.began) {
        ++failover.number;
        failover.began = failover.allowed = now;
    }
    if (failover.phase == Phase::normal || failover.phase == Phase::allowed)
        enter(failover, Phase::active, now, "guests from before this site's restart");
}

std::optional<base::Instant> next_change(const Failover& failover, const FailoverSettings& settings,
                                         std::optional<base::Instant> stable_at) {
    if (failover.phase == Phase::settling && settings.failback_mode == FailbackMode::automatic) {
        const base::Instant held_until = failover.since + hold_down(failover, settings);
        return stable_at ? std::max(held_until, *stable_at) : held_until;
    }
    if (failover.phase == Phase::grace) return failover.since + settings.homeless_grace;
    return std::nullopt;
}

std::string what_failback_waits_for(const Failover& failover, base::Instant now, const FailoverFacts& facts,
                                    std::uint32_t stability_percent, const FailoverSettings& settings) {
    if (settings.failback_mode == FailbackMode::manual) return "--failback by the operator";
    const base::Duration left = failover.since + hold_down(failover, settings) - now;
    if (left > base::Duration{}) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
        return "the hold-down, " + std::to_string(seconds) + " s to go" +
               (failover.relapses > 0 ? ", doubled " + std::to_string(failover.relapses) + " times" : "");
    }
    if (!facts.stable) return "the home to prove stable, " + std::to_string(stability_percent) + " % by now";
    return facts.window_open ? "nothing" : "failback-window to open";
}

}  // namespace innkeeper::core
