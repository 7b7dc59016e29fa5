// The numbers behind the gauges, taken about once a second.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/operator_command.h"

namespace innkeeper::core {

struct Census {
    StatusReport status;
    std::vector<PeerReport> peers;
    std::vector<LicenceReport> licences;
    std::vector<PairReadiness> pairs;
    std::uint64_t bindings = 0;  // all Contacts held here
    std::uint64_t replica_registrations = 0;
    std::uint64_t calls_in_progress = 0;  // answered and not hung up
    std::uint64_t call_requests = 0;      // held by the proxy
    std::uint64_t dialogs = 0;            // remembered: calls and subscriptions
};

}  // namespace innkeeper::core
