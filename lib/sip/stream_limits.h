// What connections over TCP and TLS may take (R13, R14).
#pragma once

#include <chrono>
#include <cstddef>

#include "base/instant.h"

namespace innkeeper::sip {

struct StreamDeadlines {
    base::Duration handshake = std::chrono::seconds(5);      // from the connection to the end of the TLS handshake
    base::Duration message = std::chrono::seconds(10);       // from the first octet of a message to its last
    base::Duration unregistered = std::chrono::seconds(30);  // without a registration made over this connection
};

struct StreamLimits {
    std::size_t per_source = 64;  // connections of one address
    std::size_t in_all = 0;       // 0: what the process may open, less a reserve for everything else
    StreamDeadlines deadlines;
};

}  // namespace innkeeper::sip
