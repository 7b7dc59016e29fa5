#include "store/user_transfer.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "store/licences.h"
#include "store/migrations.h"
#include "store/store.h"
#include "store_edge/database.h"

using namespace innkeeper;
using store_edge::Database;

namespace {

base::Expected<store::ImportSummary> import(const Database& database, const std::string& text) {
    std::istringstream in(text);
    return store::import_users(database.conninfo(), in, "users.csv");
}

std::string ten_thousand_users() {
    std::string text = "aor,password,display_name,settings\n";
    for (int user = 0; user < 10'000; ++user) {
        const std::string name = "u" + std::to_string(user);
        text += name + "@north.test,pass" + name + ",Name " + name + ",\"{\"\"n\"\": 1}\"\n";
    }
    return text;
}

}  // namespace

TEST_CASE("ten thousand users are imported at once, or none of them", "[store][csv]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    const std::string good = ten_thousand_users();

    const auto refused = import(database, good + "last@north.test,x,Last,\"[1]\"\nodd@north.test,x,Odd,{\n");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text ==
          "users.csv:10002: settings: not a JSON object\nusers.csv:10003: settings: not a JSON object");
    CHECK(database.value("select count(*) from users") == "0");

    const auto imported = import(database, good);
    REQUIRE(imported);
    CHECK(imported->rows == 10'000);
    CHECK(imported->added == 10'000);
    CHECK(database.value("select count(*) from users") == "10000");
    CHECK(database.value("select encode(ha1_md5, 'hex') = md5('u7:north.test:passu7') and encode(ha1_sha256, 'hex') = "
                         "encode(sha256('u7:north.test:passu7'), 'hex') from users where aor = 'u7@north.test'") ==
          "t");
    CHECK(database.value("select count(*) from users u where u::text like '%passu%'") == "0");

    const auto again = import(database, good);
    REQUIRE(again);
    CHECK(again->added + again->changed == 0);
}

TEST_CASE("an import that fails half way leaves nothing", "[store][csv]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute("alter table users add check (aor <> 'u9999@north.test')");
    const auto refused = import(database, ten_thousand_users());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.find("\\x") == std::string::npos);
    CHECK(database.value("select count(*) from users") == "0");
}

TEST_CASE("an import changes what the file names and keeps the rest", "[store][csv]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    REQUIRE(
        import(database, "aor,password,extension,terminal\nalice@north.test,x,201,desk\nbob@north.test,x,202,soft\n"));
    const auto changed = import(database, "aor,password,terminal\nalice@north.test,x,dect\ncarol@north.test,x,\n");
    REQUIRE(changed);
    CHECK(changed->added == 1);
    CHECK(changed->changed == 1);
    CHECK(database.value("select extension || terminal from users where aor = 'alice@north.test'") == "201dect");
    CHECK(database.value("select count(*) from users") == "3");
}

TEST_CASE("an import reaches a running daemon", "[store][csv]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    store_edge::Events events;
    store::StoreSettings settings;
    settings.conninfo = database.conninfo();
    store::Store running(settings, events.post());
    REQUIRE(events.wait_for<core::UsersLoaded>());
    REQUIRE(import(database, "aor,password\nalice@north.test,x\n"));
    const auto* alice = events.wait_for<core::UsersChanged>();
    REQUIRE(alice);
    REQUIRE(alice->changed.size() == 1);
    CHECK(alice->changed[0].aor.text() == "alice@north.test");
    REQUIRE(import(database, ten_thousand_users()));
    const auto* last = events.wait_for<core::UsersLoaded>(12);
    REQUIRE(last);
    CHECK(last->complete);
}

TEST_CASE("an export has every user and no secret", "[store][csv][R22]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    REQUIRE(import(database,
                   "aor,password,display_name,terminal,settings,enabled,priority\n"
                   "alice@north.test,wonderland,\"Liddell, \"\"Alice\"\"\",desk,\"{\"\"dnd\"\": true}\",no,attendant\n"
                   "bob@north.test,x,,,,,\n"));
    std::ostringstream out;
    const auto count = store::export_users(database.conninfo(), out);
    REQUIRE(count);
    CHECK(*count == 2);
    CHECK(out.str() ==
          "aor,display_name,extension,terminal,settings,enabled,priority\n"
          "alice@north.test,\"Liddell, \"\"Alice\"\"\",,desk,\"{\"\"dnd\"\": true}\",false,attendant\n"
          "bob@north.test,,,unknown,{},true,normal\n");
}

TEST_CASE("a database that is not there or not migrated is named in one line", "[store][csv]") {
    std::istringstream in("aor,password\nalice@north.test,x\n");
    const auto nowhere = store::import_users("host=/nonexistent", in, "users.csv");
    REQUIRE_FALSE(nowhere);
    CHECK_THAT(nowhere.error().text, Catch::StartsWith("database: "));
    CHECK(nowhere.error().text.find('\n') == std::string::npos);
    const Database database;
    const auto bare = import(database, "aor,password\nalice@north.test,x\n");
    REQUIRE_FALSE(bare);
    CHECK_THAT(bare.error().text, Catch::Contains("--migrate"));
}

TEST_CASE("a licence pool is set, changed and taken away", "[store][licences]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    REQUIRE(store::set_licence(database.conninfo(), "desk=100,until=2027-12-31"));
    CHECK(database.value("select capacity || ' ' || (ends at time zone 'UTC')::text from licence_pools") ==
          "100 2028-01-01 00:00:00");
    REQUIRE(store::set_licence(database.conninfo(), "desk=50"));
    CHECK(database.value("select capacity || ' ' || coalesce(ends::text, 'never') from licence_pools") == "50 never");
    REQUIRE(store::set_licence(database.conninfo(), "desk=unlimited"));
    CHECK(database.value("select count(*) from licence_pools") == "0");
}
