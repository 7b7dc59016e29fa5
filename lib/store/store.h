// The store: what the core wants kept goes into PostgreSQL, and what is kept there becomes events. One thread of its
// own does all that may block; the caller never waits. The database may be away at any time, for any time, frozen too:
// rows wait, the latest of each key, and are all written when it is back (promises R7, R8).
//
// Events, on the store's thread, through `post`: StateLoaded once; then after every connect LicencesLoaded (before the
// users, so that nobody is admitted past a pool not known yet) and all users in pages; then UsersChanged and
// LicencesLoaded as PostgreSQL notifies; StoreAvailability whenever it or its reason changes.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "core/event.h"
#include "core/row.h"

namespace innkeeper::store {

struct StoreSettings {
    std::string conninfo;                                            // as for libpq; several hosts allowed
    bool migrate = false;                                            // apply missing migrations by itself (embedded)
    base::Duration deadline = std::chrono::seconds(5);               // for one transaction; then the database is frozen
    base::Duration gathering = std::chrono::milliseconds(20);        // rows wait so long for company
    base::Duration longest_pause = std::chrono::milliseconds(1000);  // between attempts to connect
    base::Duration keep_calls = std::chrono::hours(90 * 24);
};

class Store {
public:
    // `post` is called on the store's thread until the destructor returns, and must not block.
    Store(StoreSettings settings, std::function<void(core::Event)> post);
    // Drops what is not written: flush first. Waits for the thread; at most for a connect in progress.
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    void write(core::Row row);            // any thread; in the database within 100 ms if that is well
    std::size_t backlog() const;          // any thread: rows not known to be written
    std::uint64_t calls_dropped() const;  // any thread: records of calls given up, because too many waited
    // Any thread: waits until all rows are written, at most so long; false: some are not.
    bool flush(base::Duration at_most);

private:
    class Worker;
    std::unique_ptr<Worker> worker_;
};

}  // namespace innkeeper::store
