// May this authenticated phone register here? Facts in, verdict out (design section 4). Pure.
#pragma once

#include <optional>

#include "core/failover_phase.h"
#include "core/notice.h"
#include "core/peer_message.h"
#include "core/phone_profile.h"
#include "core/settings.h"
#include "core/stray.h"

namespace innkeeper::core {

struct AdmissionFacts {
    Standing standing = Standing::stranger;
    bool draining = false;
    bool just_woken = false;        // our own view may be older than our leases
    bool pbx_lost = false;          // nobody could call or be called here
    bool enabled = true;            // the user, in its record
    bool removes_only = false;      // a log-out or a fetch: takes no service
    bool licence_available = true;  // for what the plan adds
    bool may_enter = true;          // registered here already, or the queue lets it in now
    bool served_by_backup = false;  // an own user whose phone a backup serves until it releases it (R6)
    // For guests:
    Phase phase = Phase::normal;
    PeerHealth home_health = PeerHealth::unknown;
    bool home_link_up = true;
    bool physical = false;
    FailoverTrigger trigger = FailoverTrigger::physical;
    bool guest_here = false;                    // is served here already
    bool better_backup_serves = false;          // a standby of ours, that one which its home names before us serves it
    bool standby_here = false;                  // has nothing here but a standby binding (SR4)
    Concurrent concurrent = Concurrent::block;  // what its model gets that registers with home and backup at once
    bool released = false;                      // failback has sent it home
    bool registered_at_home = false;            // its home reports a binding
    bool homeless = false;             // was sent home, is served nowhere, and knocks again after the patience below
    bool stray_here = false;           // is served here although its home serves
    Straying straying = Straying::no;  // what its home says of it
    bool room_left = true;             // guest-capacity is not used up
    bool in_call = false;              // it moves when the call has ended (IP7)
};

// A phone that was told to go home and did not get in there knocks again; after this long it is taken for homeless
// (R6).
inline constexpr base::Duration homeless_patience = std::chrono::seconds(5);

struct Judgement {
    std::optional<Refusal> refusal;  // empty: admitted
    std::string_view rule;           // name of the rule that decided, for --explain
    bool standby = false;            // admitted, without service
};

Judgement judge_admission(const AdmissionFacts& facts);
// The same for whoever only asks: a standby is no service.
Judgement judge_service(const AdmissionFacts& facts);

// A sentence for operators about a rule that admits; empty where there is no such rule.
std::string_view explanation_of(std::string_view rule);

// Seconds after which a refused phone should ask again, spread by `salt` so that phones do not come back together. Who
// is `paced` is told its turn instead (core/admission_queue.h).
std::uint32_t retry_after(Refusal refusal, std::uint64_t salt);

}  // namespace innkeeper::core
