// All phones' connections over TCP and TLS together: the caps of R13 and R14, and the sweep that holds each of them to
// its deadlines.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>

#include "base/address.h"
#include "host/loop.h"
#include "sip/stream_connection.h"
#include "sip/stream_limits.h"

namespace innkeeper::sip {

// On the loop's thread; `server` must outlive it.
class StreamConnections {
public:
    StreamConnections(host::Loop& loop, RequestServer& server, const StreamLimits& limits);

    // Takes the descriptor in any case; closes it at once when a cap is reached.
    void admit(int descriptor, base::Flow flow, const TlsServer* tls);

private:
    void end(std::uint64_t connection);
    void sweep();

    host::Loop& loop_;
    RequestServer& server_;
    StreamLimits limits_;
    std::uint64_t last_connection_ = 0;
    std::unordered_map<std::uint64_t, std::unique_ptr<StreamConnection>> open_;
    std::map<base::IpAddress, std::size_t> per_source_;
    host::Timer sweep_timer_;
};

}  // namespace innkeeper::sip
