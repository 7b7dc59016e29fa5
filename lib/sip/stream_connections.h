// All connections over TCP and TLS together, those of phones and those that we dialled: the caps of R13 and R14, which
// are for phones, and the sweep that holds each to its deadlines.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/address.h"
#include "host/loop.h"
#include "sip/stream_connection.h"
#include "sip/stream_limits.h"

namespace innkeeper::sip {

// On the loop's thread; `server` must outlive it.
class StreamConnections {
public:
    // `on_lost` is told of every connection that has ended, not from inside send().
    using OnLost = std::function<void(const base::Flow&)>;
    StreamConnections(host::Loop& loop, RequestServer& server, const StreamLimits& limits, OnLost on_lost);

    // Takes the descriptor in any case; closes it at once when a cap is reached.
    void admit(int descriptor, base::Flow flow, const TlsServer* tls);
    // Dials `flow.remote`; from `source` where that is given. What is sent meanwhile waits. Empty: there is no way
    // there.
    std::optional<std::uint64_t> dial(base::Flow flow, const std::optional<base::IpAddress>& source,
                                      const TlsClient* tls);
    // False: no such connection.
    bool send(std::uint64_t connection, std::string_view octets);

    std::optional<base::Endpoint> local_end(std::uint64_t connection) const;  // empty: it has ended

private:
    void open(const base::Flow& flow, std::unique_ptr<StreamSocket> socket, StreamConnection::Opened opened);
    void end(std::uint64_t connection);
    void sweep();

    host::Loop& loop_;
    RequestServer& server_;
    StreamLimits limits_;
    OnLost on_lost_;
    std::uint64_t last_connection_ = 0;
    std::unordered_map<std::uint64_t, std::unique_ptr<StreamConnection>> open_;
    std::map<base::IpAddress, std::size_t> per_source_;
    host::Timer sweep_timer_;
};

}  // namespace innkeeper::sip
