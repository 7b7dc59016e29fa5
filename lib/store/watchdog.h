// Ends a wait for a database that does not answer (design decision 13): libpq's own settings let a query to a frozen
// server wait for ever, so a thread of ours shuts the connection's socket down when the deadline has passed. The
// blocked call then fails like any broken connection.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/instant.h"

namespace innkeeper::store {

// Armed and disarmed by one thread, for one descriptor at a time, which must stay open while it is armed.
class Watchdog {
public:
    Watchdog();
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    void arm(int descriptor, base::Duration patience);  // replaces an earlier arm
    void disarm();
    void end_all(base::Duration patience);  // any thread: no wait, of now or later, lasts longer than that from now

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    int descriptor_ = -1;  // -1: not armed
    base::Instant due_;
    base::Instant last_ = base::Instant::max();
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace innkeeper::store
