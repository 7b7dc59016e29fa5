// The timers of RFC 3261 section 17 and table 4, as one value.
#pragma once

#include "base/instant.h"

namespace innkeeper::calls {

struct TransactionTimers {
    base::Duration t1 = std::chrono::milliseconds(500);  // round trip assumed
    base::Duration t2 = std::chrono::seconds(4);         // longest interval between repetitions
    base::Duration t4 = std::chrono::seconds(5);         // longest life of a message in the network
    base::Duration d = std::chrono::seconds(32);         // how long a refused INVITE's ACK is repeated over UDP

    constexpr base::Duration whole() const { return 64 * t1; }  // B, F, H, J, L, M
};

}  // namespace innkeeper::calls
