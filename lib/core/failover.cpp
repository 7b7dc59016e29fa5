#include "core/failover.h"

#include <algorithm>

namespace innkeeper::core {
namespace {

constexpr std::uint32_t most_doublings = 4;
constexpr base::Duration relapses_forgiven_after = std::chrono::hours(1);

bool enter(Failover& failover, Phase phase, base::Instant now, std::string cause) {
    failover.phase = phase;
    failover.since = now;
    failover.cause = std::move(cause);
    return true;
}

bool relapse(Failover& failover, base::Instant now, std::string_view reason) {
    ++failover.relapses;
    failover.last_relapse = now;
    failover.failback_requested = false;
    failover.returning.reset();
    return enter(failover, Phase::active, now, "lost again: " + std::string(reason));
}

bool settled(const Failover& failover, base::Instant now, const FailoverSettings& settings) {
    if (failover.failback_requested) return true;
    return settings.failback_mode == FailbackMode::automatic && now - failover.since >= hold_down(failover, settings);
}

bool advance_normal(Failover& failover, base::Instant now, const FailoverFacts& facts) {
    if (facts.health != PeerHealth::lost) return false;
    if (now - failover.last_relapse >= relapses_forgiven_after) failover.relapses = 0;
    ++failover.number;
    failover.allowed = now;
    failover.began.reset();
    failover.returning.reset();
    failover.first_guest.clear();
    failover.guests_served = 0;
    failover.failback_requested = false;
    return enter(failover, Phase::allowed, now, std::string(facts.health_reason));
}

bool advance_settling(Failover& failover, base::Instant now, const FailoverFacts& facts,
                      const FailoverSettings& settings) {
    if (facts.health != PeerHealth::alive && !facts.vouched_for) {
        failover.since = now;  // stability is proved from the start again
        return false;
    }
    if (facts.guests == 0) return enter(failover, Phase::grace, now, "every guest has gone home");
    if (!settled(failover, now, settings)) return false;
    failover.returning = now;
    return enter(failover, Phase::returning, now,
                 failover.failback_requested ? "failback by the operator" : "the home has proved stable");
}

}  // namespace

base::Duration hold_down(const Failover& failover, const FailoverSettings& settings) {
    return settings.failback_after * (1u << std::min(failover.relapses, most_doublings));
}

bool advance(Failover& failover, base::Instant now, const FailoverFacts& facts, const FailoverSettings& settings) {
    const bool lost = facts.health == PeerHealth::lost;
    const bool alive = facts.health == PeerHealth::alive || facts.vouched_for;
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
            if (lost) return relapse(failover, now, facts.health_reason);
            return facts.unreleased == 0 && enter(failover, Phase::grace, now, "every guest is released");
        case Phase::grace:
            if (lost) return relapse(failover, now, facts.health_reason);
            return alive && now - failover.since >= settings.homeless_grace &&
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

std::optional<base::Instant> next_change(const Failover& failover, const FailoverSettings& settings) {
    if (failover.phase == Phase::settling && settings.failback_mode == FailbackMode::automatic)
        return failover.since + hold_down(failover, settings);
    if (failover.phase == Phase::grace) return failover.since + settings.homeless_grace;
    return std::nullopt;
}

}  // namespace innkeeper::core
