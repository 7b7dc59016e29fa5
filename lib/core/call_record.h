// What is kept of one call: who called whom, when, what came of it and by which rule it went (a call detail record).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/instant.h"

namespace innkeeper::core {

struct CallRecord {
    base::Epoch epoch;         // of the life of this site that carried it
    std::uint64_t number = 0;  // counted in that life
    base::Instant began;       // its INVITE was let pass
    std::optional<base::Instant> answered;
    std::optional<base::Instant> ended;   // refused, given up or hung up; empty: under way, or its end was never seen
    std::optional<base::Duration> setup;  // until it rang or had its final answer
    std::string caller;                   // AOR, or as From said it
    std::string callee;                   // AOR, or what was dialled
    std::string call_id;
    std::uint16_t status = 0;  // the final answer; 0: none yet
    std::string route;         // the rule by which it went (core/call_plan.h)
    base::SiteName guest_of;   // home of the guest who called or was called; empty: nobody was a guest
    std::string source;        // of an emergency call: where it came from
};

}  // namespace innkeeper::core
