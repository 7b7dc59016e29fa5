#include "store_edge/database.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

// libpqxx 6 forgets the result of a statement during which the connection broke, as a frozen server's does here.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpq";
}

namespace innkeeper::store_edge {

namespace {

pid_t parent_of(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("PPid:", 0) == 0) return std::atoi(line.c_str() + 5);
    return 0;
}

}  // namespace

std::string unprivileged_user() {
    return geteuid() == 0 ? "nobody" : "";
}

Folder::Folder() {
    // In memory where there is room: making a cluster is mostly waiting for a disk.
    std::error_code none;
    const auto room = std::filesystem::space("/dev/shm", none);
    path_ = !none && room.available > 1'000'000'000 ? "/dev/shm" : "/tmp";
    path_ += "/innkeeper-store-XXXXXX";
    REQUIRE(mkdtemp(path_.data()) != nullptr);
    chmod(path_.c_str(), 0755);  // the cluster's user has to pass through
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void Database::start() {
    auto opened = store::EmbeddedCluster::open({folder_.path(), unprivileged_user(), [](const std::string& line) {
                                                    dprintf(STDERR_FILENO, "%s\n", line.c_str());
                                                }});
    REQUIRE(opened);
    cluster_ = std::move(*opened);
    REQUIRE(store::EmbeddedCluster::wait_until_ready(folder_.path(), patience));
}

pid_t Database::postmaster() const {
    std::ifstream file(folder_.path() + "/postgresql/data/postmaster.pid");
    pid_t pid = 0;
    file >> pid;
    return pid;
}

void Database::signal_all(int number) const {
    const pid_t parent = postmaster();
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid > 0 && parent_of(pid) == parent) kill(pid, number);
    }
    kill(parent, number);
}

void Database::execute(const std::string& sql) const {
    pqxx::connection connection(conninfo());
    pqxx::work transaction(connection);
    transaction.exec(sql);
    transaction.commit();
}

std::string Database::value(const std::string& sql) const {
    pqxx::connection connection(conninfo());
    pqxx::nontransaction transaction(connection);
    const auto rows = transaction.exec(sql);
    return rows.empty() || rows[0][0].is_null() ? "" : rows[0][0].c_str();
}

std::function<void(core::Event)> Events::post() {
    return [this](core::Event event) {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
        arrived_.notify_all();
    };
}

bool Events::wait(const std::function<bool(const std::deque<core::Event>&)>& done) {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, patience, [&] { return done(events_); });
}

bool Events::wait_for_availability(bool available) {
    return wait([available](const std::deque<core::Event>& events) {
        std::optional<bool> told;
        for (const core::Event& event : events)
            if (const auto* availability = std::get_if<core::StoreAvailability>(&event)) told = availability->available;
        return told == available;
    });
}

}  // namespace innkeeper::store_edge
