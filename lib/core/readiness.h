// Would a failover work if it had to, now? Asked of a pair, a home and one backup of it, by either of the two, long
// before it is needed (IP12). Facts in, findings out. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "core/failover_phase.h"
#include "core/peer_message.h"
#include "core/settings.h"

namespace innkeeper::core {

enum class Severity : std::uint8_t {
    blocks,  // phones would not be served
    warns,   // they would, but with a loss, or not for much longer
};
std::string_view to_text(Severity severity);

struct Finding {
    Severity severity = Severity::warns;
    std::string_view name;    // stable: "link_down"
    std::string text;         // what is wrong
    std::string_view advice;  // what to do
};

// One of the two sites, as far as the other needs it.
struct SiteFacts {
    MatchingSettings matching;
    std::uint32_t protocol = 0;
    Condition condition;
    bool draining = false;
};

struct PairFacts {
    base::SiteName home;
    base::SiteName backup;
    bool asked_at_home = false;  // else at the backup
    // The other site, seen from here.
    bool link_up = false;
    std::string link_detail;
    PeerHealth health = PeerHealth::unknown;
    std::string_view health_reason;
    SiteFacts ours;
    std::optional<SiteFacts> theirs;           // empty: it has not introduced itself since this site started
    std::optional<base::Duration> clock_lead;  // of the other site's clock over ours; empty: not known
    std::string_view forced;  // an operator's verdict about the home, at the backup: "lost", "serving"; empty: none
    // The failover, seen from the backup.
    Phase phase = Phase::normal;
    FailoverTrigger trigger = FailoverTrigger::physical;
    // What is to be protected.
    bool users_loaded = true;       // at the home, where asked there
    bool records_complete = false;  // the backup has once had all of them
    std::uint64_t records = 0;      // that the home has, or the backup holds
    std::uint64_t records_behind = 0;
    std::uint64_t phones = 0;           // registered at the home
    bool physical_phone = false;        // at least one of them is
    std::optional<std::uint64_t> room;  // guests that the backup would still take; empty: no limit
};

// In the order of their weight: what blocks first.
std::vector<Finding> judge_pair(const PairFacts& facts);

struct PairReadiness {
    base::SiteName home;
    base::SiteName backup;  // empty: this site names none
    std::vector<Finding> findings;

    bool ready() const;
};

struct ReadinessReport {
    base::SiteName site;
    std::vector<PairReadiness> pairs;

    bool ready() const;
};

}  // namespace innkeeper::core
