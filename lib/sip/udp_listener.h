// One `listen = udp:...`: datagrams in batches, each answered to where it came from (design decision 14, R19).
#pragma once

#include <memory>

#include "base/address.h"
#include "host/loop.h"
#include "sip/request_server.h"

namespace innkeeper::sip {

// Owns its socket; on the loop's thread. `server` must outlive it. The constructor throws std::runtime_error when the
// port cannot be had.
class UdpListener {
public:
    UdpListener(host::Loop& loop, RequestServer& server, const base::Listener& listener, std::uint8_t index);
    ~UdpListener();
    UdpListener(const UdpListener&) = delete;
    UdpListener& operator=(const UdpListener&) = delete;

    base::Endpoint local() const;

    // One datagram of our own accord; lost datagrams are the sender's to repeat.
    void send_to(const base::Endpoint& remote, std::string_view octets);

private:
    struct Batch;
    void receive();
    void serve_one(unsigned i);
    void send(unsigned answers);

    RequestServer& server_;
    std::uint8_t index_;
    int socket_;
    std::unique_ptr<Batch> batch_;
    std::unique_ptr<host::Watch> watch_;
};

}  // namespace innkeeper::sip
