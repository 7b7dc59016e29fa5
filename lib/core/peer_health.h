// Is another site alive? Judged from evidence, never from one timer (design section 4, R1 to R3). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/instant.h"
#include "core/operator_command.h"
#include "core/peer_message.h"
#include "core/settings.h"

namespace innkeeper::core {

struct HealthEvidence {
    base::Duration silence{};  // since the last heartbeat, or since we started; our own stalls do not count
    base::Duration testimony_age = base::Duration::max();  // since a third peer last heard it, as that peer told us
    ForcedVerdict forced = ForcedVerdict::automatic;       // the operator's; outweighs everything that is seen
    bool ever_heard = false;
    bool leaving = false;          // the last heartbeat said so: planned maintenance, effective at once
    base::Duration not_serving{};  // how long its heartbeats have said that it cannot serve; zero: it can
    // Witnesses of its death:
    bool port_refuses = false;
    std::uint32_t knocking_phones = 0;  // authenticated ones of that site that asked here in this silence
    bool third_peer_misses = false;
    // A witness of its life: while a third peer hears it, only our link is broken (R3).
    bool third_peer_hears = false;
};

struct HealthJudgement {
    PeerHealth health = PeerHealth::unknown;
    std::string_view reason;            // in words, for notices and reports
    bool names_its_own_reason = false;  // the home said why: that belongs to it
};

HealthJudgement judge_health(const HealthSettings& settings, const HealthEvidence& evidence);

// Silence at which the judgement may change next, so that the verdict falls on time and not at the next heartbeat;
// nothing: no further threshold.
std::optional<base::Duration> next_threshold(const HealthSettings& settings, base::Duration silence);

}  // namespace innkeeper::core
