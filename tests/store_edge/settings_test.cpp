#include <catch2/catch.hpp>

#include "store/migrations.h"
#include "store/store.h"
#include "store_edge/database.h"

using namespace innkeeper;
using store_edge::Database;
using store_edge::Events;

TEST_CASE("settings that were changed here are in the users table, unless a later import changed them",
          "[store][calls]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    for (const char* name : {"alice", "bob"})
        database.execute("insert into users (aor, ha1_md5) values ('" + std::string(name) +
                         "@north.test', decode(repeat('0a', 16), 'hex'))");
    Events events;
    store::StoreSettings settings;
    settings.conninfo = database.conninfo();
    store::Store store(settings, events.post());
    REQUIRE(events.wait_for<core::UsersLoaded>());
    const base::Aor alice = *base::Aor::parse("alice@north.test"), bob = *base::Aor::parse("bob@north.test");
    store.write(core::SettingsRow{alice, R"({"dnd":true})", host::now()});
    const auto* changed = events.wait_for<core::UsersChanged>();
    REQUIRE(changed);
    CHECK(changed->changed.at(0).settings == R"({"dnd": true})");
    store.write(core::SettingsRow{alice, R"({"dnd":false})", host::now() - std::chrono::hours(1)});
    store.write(core::SettingsRow{bob, R"({"dnd":true})", host::now()});
    const auto* after = events.wait_for<core::UsersChanged>(2);
    REQUIRE(after);
    REQUIRE(after->changed.size() == 1);
    CHECK(after->changed[0].aor == bob);
}
