// Not a test: figures for 100,000 users. Run with: innkeeper_store_edge_tests '[bench]'
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "store/migrations.h"
#include "store/store.h"
#include "store/user_transfer.h"
#include "store_edge/database.h"

using namespace innkeeper;

namespace {

constexpr int users = 100'000;

class Stopwatch {
public:
    explicit Stopwatch(std::string what) : what_(std::move(what)) {}
    ~Stopwatch() {
        const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(host::now() - began_);
        std::cout << what_ << ": " << spent.count() << " ms\n";
    }

private:
    std::string what_;
    base::Instant began_ = host::now();
};

std::string name_of(int user) {
    return "user" + std::to_string(user) + "@north.test";
}

bool all_users_loaded(const std::deque<core::Event>& events) {
    for (const core::Event& event : events)
        if (const auto* page = std::get_if<core::UsersLoaded>(&event); page && page->complete) return true;
    return false;
}

}  // namespace

TEST_CASE("figures of the store for 100,000 users", "[.][bench]") {
    const store_edge::Database database;
    REQUIRE(store::migrate(database.conninfo()));
    std::string text = "aor,password,display_name,terminal\n";
    for (int user = 0; user < users; ++user)
        text += name_of(user) + ",password" + std::to_string(user) + ",Name,desk\n";
    for (const char* what : {"import of new users", "import of the same users again"}) {
        const Stopwatch stopwatch(what);
        std::istringstream in(text);
        REQUIRE(store::import_users(database.conninfo(), in, "users.csv"));
    }
    store::StoreSettings settings;
    settings.conninfo = database.conninfo();
    {
        store_edge::Events events;
        Stopwatch start("start to all users loaded, no bindings");
        store::Store store(settings, events.post());
        REQUIRE(events.wait(all_users_loaded));
    }
    {
        store_edge::Events events;
        store::Store store(settings, events.post());
        REQUIRE(events.wait(all_users_loaded));
        const Stopwatch stopwatch("bindings of all users written");
        for (int user = 0; user < users; ++user) {
            core::BindingsRow row;
            row.aor = *base::Aor::parse(name_of(user));
            row.licence_pool = "desk";
            row.licences = 1;
            row.bindings.resize(1);
            row.bindings[0].contact = "sip:" + name_of(user) + ";transport=udp";
            row.bindings[0].call_id = "1234567890abcdef@192.0.2.1";
            row.bindings[0].registered = row.bindings[0].promised = host::now();
            store.write(std::move(row));
        }
        REQUIRE(store.flush(std::chrono::minutes(2)));
    }
    {
        store_edge::Events events;
        const Stopwatch stopwatch("start to all users and bindings loaded");
        store::Store store(settings, events.post());
        REQUIRE(events.wait(all_users_loaded));
        CHECK(events.wait_for<core::StateLoaded>()->bindings.size() == users);
    }
}
