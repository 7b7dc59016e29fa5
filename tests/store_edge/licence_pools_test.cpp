#include <catch2/catch.hpp>

#include "store/migrations.h"
#include "store/store.h"
#include "store_edge/database.h"

using namespace innkeeper;
using namespace std::chrono_literals;
using store_edge::Database;
using store_edge::Events;

TEST_CASE("licence pools are loaded, and again when they change", "[store][R10]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute("insert into licence_pools values ('desk', 100, now() + interval '1 hour')");
    Events events;
    store::StoreSettings settings;
    settings.conninfo = database.conninfo();
    store::Store store(std::move(settings), events.post());
    const auto* loaded = events.wait_for<core::LicencesLoaded>();
    REQUIRE(loaded);
    REQUIRE(loaded->pools.size() == 1);
    CHECK(loaded->pools[0].name == "desk");
    CHECK(loaded->pools[0].capacity == 100);
    REQUIRE(loaded->pools[0].ends);
    CHECK(std::chrono::abs(*loaded->pools[0].ends - (host::now() + 1h)) < 1s);
    REQUIRE(events.wait_for<core::UsersLoaded>());
    database.execute("delete from licence_pools");
    const auto* changed = events.wait_for<core::LicencesLoaded>(2);
    REQUIRE(changed);
    CHECK(changed->pools.empty());
}
