// A listening TCP socket and the thread that accepts from it. The library's own acceptor shares its port with whoever
// else asks (SO_REUSEPORT) and ends for good when the machine is short of descriptors; this one does neither (R14).
#pragma once

#include <functional>
#include <thread>

#include "base/address.h"

namespace innkeeper::web {

class Listener {
public:
    // Port 0 takes a free one. Throws std::runtime_error with one line.
    explicit Listener(const base::Endpoint& local);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    base::Endpoint local() const { return local_; }

    // Hands each new connection's descriptor to `accepted`, which owns it from then on, on the acceptor's thread.
    void start(std::function<void(int)> accepted);
    void stop();                              // no `accepted` after this
    int stopped() const { return stopped_; }  // a descriptor that becomes readable at stop()

private:
    void accept_until_stopped(const std::function<void(int)>& accepted) const;

    base::Endpoint local_;
    int descriptor_;
    int stopped_;
    std::thread acceptor_;
};

}  // namespace innkeeper::web
