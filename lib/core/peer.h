// What the gatekeeper knows of one other site: its link, what it said, the verdict, its data here and our data there.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/failover.h"
#include "core/homecoming.h"
#include "core/limits.h"
#include "core/location.h"
#include "core/pace.h"
#include "core/peer_health.h"
#include "core/replica.h"
#include "core/replication.h"
#include "core/stability.h"

namespace innkeeper::core {

// Everything known of one other site.
struct Peer {
    base::SiteName name;
    // Its link and its heartbeats.
    LinkState link = LinkState::unreachable;
    std::string link_detail;
    base::Instant heard;                          // last heartbeat, or our start; moved on by our own stalls
    std::optional<base::Instant> seen_elsewhere;  // when a third peer last heard it, on our clock
    bool dialled = false;                         // it is known whether it can be reached
    bool ever_heard = false;
    bool redialled = false;  // in this silence
    base::Epoch epoch;       // highest heard of
    bool serving = false;
    std::string why_not_serving;
    bool leaving = false;
    std::string leaving_reason;
    std::optional<base::Instant> back_at;  // with leaving
    base::Instant serving_until;           // when it last said that it serves
    std::set<base::Aor> knocking;          // its phones that asked here in this silence, as many as make a witness
    std::vector<View> views;
    std::vector<std::string> mismatches;  // IP12, in words
    // For readiness (rehearsing.cpp).
    bool introduced = false;  // its Hello was heard
    MatchingSettings matching;
    std::uint32_t protocol = 0;
    Condition condition;
    base::Instant condition_at;
    std::optional<base::Duration> clock_lead;         // of its clock over ours
    bool has_our_records = false;                     // has once acknowledged all of them
    std::optional<VoicemailServer> voicemail;         // of its users, as it said
    std::optional<VoicemailServer> voicemail_backup;  // the same
    bool physical_phone = false;                      // one of its users has one registered there
    // The verdict.
    ForcedVerdict forced = ForcedVerdict::automatic;
    PeerHealth health = PeerHealth::unknown;
    bool vouched_for = false;  // suspect, but a third peer hears it
    std::string health_reason;
    Failover failover;
    bool failover_recovered = false;      // its number is known from memory that outlived a crash
    bool backed_up_here = false;          // it named us in its Hello, or did so before a restart of ours
    std::vector<base::SiteName> backups;  // whom it named
    bool records_whole = false;           // what the vault holds of it is a complete copy, if perhaps not its latest
    // Its data here, our data there.
    Replica registrations;
    Subscription registrations_from;
    Subscription records_from;
    Version registrations_there;  // as its last heartbeat said
    Version records_there;
    Outbox registrations_to;
    Outbox records_to;
    // Failback to it.
    Stability stability;
    Homecoming homecoming;
    struct Told {
        LocationEntry* guest;
        base::Instant at;
    };
    std::deque<Told> told;                // guests that were told to go home, the earliest first
    std::vector<base::SiteName> holding;  // homes whose phones it serves until it releases them
    Pace release;
    Pace questions{Limits::phone_questions};            // about its phones
    Pace renewal_questions{Limits::renewal_questions};  // about those that stand by here
    std::vector<LocationEntry*> standbys_to_serve;      // last one next; standbys of it when its failover began
    std::uint64_t standbys_served = 0;                  // of those
    bool stand_ins_here = false;                        // it may have come back with phones that stood in for it

    Peer(base::SiteName site, base::Instant now, std::uint32_t release_rate)
        : name(std::move(site)), heard(now), serving_until(now), stability(now), release(release_rate) {
        failover.since = now;
    }
};

// Hunt groups are in service at the backup from the loss of their home until failback begins (IP5). A home that cannot
// be reached from here cannot be handed a call either.
inline bool serves_groups_of(const Peer& home) {
    const Phase phase = home.failover.phase;
    return phase == Phase::allowed || phase == Phase::active || phase == Phase::settling || home.link != LinkState::up;
}

}  // namespace innkeeper::core
