// Rows on their way from the loop's thread to the store's. Private to lib/store. Wakes the store's thread through a
// descriptor, because that waits for its database connection at the same time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/instant.h"
#include "store/pending_writes.h"

namespace innkeeper::store {

class Mailbox {
public:
    Mailbox();
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    void put(core::Row row);
    std::size_t size() const;  // with those taken and not yet settled
    std::uint64_t calls_dropped() const;
    bool wait_until_empty(base::Duration at_most);
    void stop();  // the store's thread is to end

    // For the store's thread.
    std::vector<core::Row> take(std::size_t at_most);
    void settle();                                // the rows last taken are written
    void put_back(std::vector<core::Row> taken);  // they are not
    bool stopped() const { return stopped_; }
    // Until a first row comes, `descriptor` (-1: none) is readable, stop() is called, or the time has passed; rows that
    // were there before are no reason to return.
    void wait(int descriptor, base::Duration at_most);
    // Until stop() is called or the time has passed.
    void pause(base::Duration at_most);

private:
    void ring();

    mutable std::mutex mutex_;
    std::condition_variable emptied_;
    PendingWrites pending_;
    std::size_t taken_ = 0;
    std::atomic<bool> stopped_ = false;
    int bell_;  // eventfd
};

}  // namespace innkeeper::store
