// What is remembered of failovers: the latest ones of all homes, as in the table `failovers`, so that --history answers
// also while PostgreSQL is away. Owned by the gatekeeper. Pure.
//
// How a failover is counted (IP3, R6):
// moved: users whose phone was let in here, each once.
// refused: users with the right password whom this site turned away while the home was lost, each once.
// longest_gap: the longest time for which a phone that was registered at home had no service, as this site can know it:
// from the moment at which the home was last known to serve until the phone was let in here; and on the way back from
// the moment at which the phone was told to go home until its home, or this site, had it again. A phone learns of an
// outage later than it begins, so this counts time in which nobody may have missed anything; it is too short by at most
// one heartbeat. Phones that came to no site at all are not in it.
#pragma once

#include <deque>
#include <vector>

#include "core/operator_command.h"
#include "core/peer_health.h"
#include "core/row.h"

namespace innkeeper::core {

// What spoke for the loss of a home, a line each: the verdict's own reason first, then each witness.
std::vector<std::string> evidence_in_words(const std::string& reason, const HealthEvidence& evidence);

class History {
public:
    void put(FailoverRow row);  // in place of what is known of that home and number

    // Of one home, or of all (empty), the latest first.
    HistoryReport report(const base::SiteName& home, base::Instant now) const;

private:
    std::deque<FailoverRow> failovers_;  // in the order in which they became known; bounded by Limits
};

}  // namespace innkeeper::core
