// The store's thread: connects, loads, writes, listens, and begins anew when anything fails. Private to lib/store.
#pragma once

#include <optional>
#include <set>
#include <thread>

#include "store/connection.h"
#include "store/mailbox.h"
#include "store/store.h"

namespace innkeeper::store {

class Store::Worker {
public:
    Worker(StoreSettings settings, std::function<void(core::Event)> post);
    ~Worker();

    Mailbox mailbox;

private:
    void run();
    void serve();  // one connection, until stop or an exception
    void load(Connection& connection);
    void load_all_users(Connection& connection);
    void take_notifications(Connection& connection);
    void write_batch(Connection& connection);
    void tell(bool available, const std::string& detail);

    const StoreSettings settings_;
    const std::function<void(core::Event)> post_;
    Watchdog watchdog_;
    bool state_loaded_ = false;
    bool reached_ = false;  // by the current attempt
    std::optional<core::StoreAvailability> told_;
    std::jthread thread_;
};

}  // namespace innkeeper::store
