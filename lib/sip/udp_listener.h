// One `listen = udp:...`: datagrams in batches, each answered to where it came from (design decision 14, R19).
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

    // One datagram of our own accord; lost datagrams are the sender's to repeat. What a datagram gives rise to leaves
    // after its answer: a phone hears that it is registered before it hears anything else.
    void send_to(const base::Endpoint& remote, std::string_view octets);

    // From now on `on_unreachable` is told when ICMP says that nothing sent to `remote` arrives there (SR2); not from
    // inside send_to(). Only for addresses that the operator has named: anybody can make phones' addresses unreachable.
    using OnUnreachable = std::function<void(const base::Endpoint&)>;
    void report_unreachable(const base::Endpoint& remote, OnUnreachable on_unreachable);

private:
    struct Batch;
    void receive();
    void serve_one(unsigned i);
    void send(unsigned answers);
    void send_now(const base::Endpoint& remote, std::string_view octets);
    void send_what_follows();
    void read_errors();

    RequestServer& server_;
    std::uint8_t index_;
    int socket_;
    std::set<base::Endpoint> reported_;
    OnUnreachable on_unreachable_;
    std::unique_ptr<Batch> batch_;
    bool serving_ = false;                                           // a batch
    std::vector<std::pair<base::Endpoint, std::string>> to_follow_;  // its answers
    std::unique_ptr<host::Watch> watch_;
};

}  // namespace innkeeper::sip
