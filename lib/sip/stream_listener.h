// One `listen = tcp:...` or `listen = tls:...`: accepts connections and hands them over.
#pragma once

#include <memory>

#include "base/address.h"
#include "host/loop.h"
#include "sip/edge_counters.h"
#include "sip/stream_connections.h"

namespace innkeeper::sip {

// Owns the listening socket; on the loop's thread. The others must outlive it. The constructor throws
// std::runtime_error when the port cannot be had.
class StreamListener {
public:
    StreamListener(host::Loop& loop, StreamConnections& connections, EdgeCounters& counters, const TlsServer* tls,
                   const base::Listener& listener, std::uint8_t index);
    ~StreamListener();
    StreamListener(const StreamListener&) = delete;
    StreamListener& operator=(const StreamListener&) = delete;

    base::Endpoint local() const;

private:
    void accept_some();

    StreamConnections& connections_;
    EdgeCounters& counters_;
    const TlsServer* tls_;
    base::Transport transport_;
    std::uint8_t index_;
    int socket_;
    host::Timer retry_;
    std::unique_ptr<host::Watch> watch_;
};

}  // namespace innkeeper::sip
