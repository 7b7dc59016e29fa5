// A real PostgreSQL for each test: our own embedded cluster in a folder of its own.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "core/event.h"
#include "host/clock.h"
#include "store/embedded_cluster.h"

namespace innkeeper::store_edge {

inline constexpr std::chrono::seconds patience{20};  // what a broken test may take

// Whom a cluster of a test runs as: nobody where the tests run as root.
std::string unprivileged_user();

class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

class Database {
public:
    Database() { start(); }
    void start();  // returns when it answers
    void stop() { cluster_.reset(); }
    std::string conninfo() const { return store::EmbeddedCluster::conninfo(folder_.path()); }
    const std::string& state_directory() const { return folder_.path(); }
    pid_t postmaster() const;
    void signal_all(int number) const;  // the postmaster and its processes

    void execute(const std::string& sql) const;
    std::string value(const std::string& sql) const;  // first column of the first row; empty: no row or null

private:
    Folder folder_;
    std::unique_ptr<store::EmbeddedCluster> cluster_;
};

// What a store posts, collected for the test's thread.
class Events {
public:
    std::function<void(core::Event)> post();
    // Waits until `done` holds for all events so far; false: it never did.
    bool wait(const std::function<bool(const std::deque<core::Event>&)>& done);
    // The `nth` event of its kind, when it has come.
    template <class Kind>
    const Kind* wait_for(std::size_t nth = 1) {
        const Kind* found = nullptr;
        wait([&](const std::deque<core::Event>& events) {
            std::size_t count = 0;
            for (const core::Event& event : events)
                if (const auto* of_kind = std::get_if<Kind>(&event); of_kind && ++count == nth) found = of_kind;
            return found != nullptr;
        });
        return found;
    }
    bool wait_for_availability(bool available);  // as told last

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<core::Event> events_;  // whose elements stay where they are
};

}  // namespace innkeeper::store_edge
