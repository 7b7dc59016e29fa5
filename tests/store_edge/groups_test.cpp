// Hunt groups in a real PostgreSQL: what is imported, what the core is told of them, what the tables refuse.
#include <catch2/catch.hpp>
#include <sstream>

#include "core/hunt_group.h"
#include "store/group_transfer.h"
#include "store/migrations.h"
#include "store/store.h"
#include "store_edge/database.h"

using namespace innkeeper;
using store_edge::Database;
using store_edge::Events;

namespace {

base::Expected<store::ImportSummary> import(const Database& database, const std::string& text) {
    std::istringstream in(text);
    return store::import_groups(database.conninfo(), in, "groups.csv");
}

std::string trouble(const Database& database, const std::string& statement) {
    try {
        database.execute(statement);
    } catch (const std::exception& problem) {
        return problem.what();
    }
    return "";
}

store::StoreSettings settings_for(const Database& database) {
    store::StoreSettings settings;
    settings.conninfo = database.conninfo();
    return settings;
}

const std::string two_groups =
    "aor,members,strategy,ring_for,overflow,night,night_target,display_name,extension,enabled\n"
    "help@north.test,,ring_all,20,,,,,,false\n"
    "sales@north.test,ann@north.test bob@north.test/30 0049301234,rotary,15,voicemail,12:00-13:00 18:00-08:00,"
    "help@north.test,\"Sales, Berlin\",300,true\n";

}  // namespace

TEST_CASE("a hunt group reaches the core as a record without a password", "[store][calls][groups][IP5]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute("insert into users (aor, ha1_md5) values ('nora@north.test', decode(repeat('0a', 16), 'hex'))");
    REQUIRE(import(database, two_groups));
    Events events;
    store::Store store(settings_for(database), events.post());
    const auto* loaded = events.wait_for<core::UsersLoaded>();
    REQUIRE(loaded);
    REQUIRE(loaded->users.size() == 3);
    CHECK_FALSE(loaded->users[0].enabled);
    CHECK(loaded->users[1].terminal == backup::TerminalKind::unknown);
    const backup::UserRecord& sales = loaded->users[2];
    CHECK(sales.aor.text() == "sales@north.test");
    CHECK(sales.terminal == backup::TerminalKind::group);
    CHECK(sales.display_name == "Sales, Berlin");
    CHECK(sales.extension == "300");
    CHECK_FALSE(sales.ha1.md5.present());
    CHECK_FALSE(sales.ha1.sha256.present());
    const auto group = core::parse_hunt_group(sales.aor, sales.settings);
    REQUIRE(group);
    CHECK(group->strategy == core::HuntStrategy::rotary);
    REQUIRE(group->members.size() == 3);
    CHECK(core::to_text(group->members[1].target) == "bob@north.test");
    CHECK(group->members[0].ring_for == std::chrono::seconds(15));
    CHECK(group->members[1].ring_for == std::chrono::seconds(30));
    CHECK(group->overflow->voicemail);
    CHECK(group->night.size() == 2);
    CHECK(core::to_text(group->night_target) == "help@north.test");
    CHECK(core::parse_hunt_group(loaded->users[0].aor, loaded->users[0].settings));
}

TEST_CASE("a running daemon hears of a group that is added, changed or removed", "[store][calls][groups]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    Events events;
    store::Store store(settings_for(database), events.post());
    REQUIRE(events.wait_for<core::UsersLoaded>());
    REQUIRE(import(database, two_groups));
    const auto* added = events.wait_for<core::UsersChanged>();
    REQUIRE(added);
    CHECK(added->changed.size() == 2);
    database.execute("update hunt_group_members set target = 'eve@north.test' where position = 1");
    const auto* changed = events.wait_for<core::UsersChanged>(2);
    REQUIRE(changed);
    REQUIRE(changed->changed.size() == 1);
    CHECK(changed->changed[0].settings.find("eve@north.test") != std::string::npos);
    database.execute("delete from hunt_groups where aor = 'sales@north.test'");
    const auto* removed = events.wait_for<core::UsersChanged>(3);
    REQUIRE(removed);
    REQUIRE(removed->removed.size() == 1);
    CHECK(removed->removed[0].text() == "sales@north.test");
}

TEST_CASE("an import of groups tells what it changed, and again changes nothing", "[store][csv][calls][groups]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    const auto first = import(database, two_groups);
    REQUIRE(first);
    CHECK(first->rows == 2);
    CHECK(first->added == 2);
    const std::string before = database.value("select max(xmin::text::bigint) from hunt_group_members");
    const auto again = import(database, two_groups);
    REQUIRE(again);
    CHECK(again->added + again->changed == 0);
    CHECK(database.value("select max(xmin::text::bigint) from hunt_group_members") == before);
    const auto shorter = import(database, "aor,members\nsales@north.test,bob@north.test 7\n");
    REQUIRE(shorter);
    CHECK(shorter->changed == 1);
    CHECK(database.value("select string_agg(target, ' ' order by position) from hunt_group_members") ==
          "bob@north.test 7");
    CHECK(database.value("select count(*) from hunt_groups") == "2");
}

TEST_CASE("an export of groups is a file that the import reads", "[store][csv][calls][groups]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    REQUIRE(import(database, two_groups));
    std::ostringstream out;
    const auto count = store::export_groups(database.conninfo(), out);
    REQUIRE(count);
    CHECK(*count == 2);
    CHECK(out.str() == two_groups);
}

TEST_CASE("tables refuse a group that could not work, whoever writes it", "[store][calls][groups]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    REQUIRE(import(database, two_groups));
    database.execute("insert into users (aor, ha1_md5) values ('nora@north.test', decode(repeat('0a', 16), 'hex'))");
    const std::string member = "insert into hunt_group_members (aor, position, target) values ";
    CHECK_THAT(trouble(database, member + "('help@north.test', 1, 'sales@north.test')"),
               Catch::Contains("only overflow and night_target may be groups"));
    CHECK_THAT(trouble(database, member + "('help@north.test', 1, 'sales')"), Catch::Contains("may be groups"));
    CHECK_THAT(trouble(database, "insert into hunt_groups (aor) values ('nora@north.test')"),
               Catch::Contains("a user has this address"));
    CHECK_THAT(trouble(database,
                       "insert into users (aor, ha1_md5) values ('help@north.test', decode(repeat('0a', 16), 'hex'))"),
               Catch::Contains("a hunt group has this address"));
    CHECK_THAT(trouble(database, member + "('help@north.test', 65, 'ann')"), Catch::Contains("position"));
    CHECK_THAT(trouble(database, "update hunt_groups set ring_for = 1"), Catch::Contains("ring_for"));
    CHECK_THAT(trouble(database, "update hunt_groups set night_target = 'ann', night = '{18:00-24:00}'"),
               Catch::Contains("night"));
    CHECK_THAT(trouble(database, "update hunt_groups set night_target = null"), Catch::Contains("check"));
    CHECK_THAT(trouble(database,
                       "insert into hunt_group_members select 'help@north.test', n, repeat('x', 200) || n "
                       "from generate_series(1, 30) n"),
               Catch::Contains("more than 4096; name fewer members"));
    const auto taken = import(database, "aor,members\nnora@north.test,ann\n");
    REQUIRE_FALSE(taken);
    CHECK_THAT(taken.error().text, Catch::Contains("nora@north.test: a user has this address"));
}

TEST_CASE("hunt groups stand among the users of a page", "[store][calls][groups]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute(
        "insert into users (aor, ha1_md5) select 'u' || n || '@north.test', decode(md5(n::text), 'hex') "
        "from generate_series(1, 2500) n");
    REQUIRE(import(database, "aor,members\nu15@north.test.example,ann\nzz@north.test,ann\n"));
    Events events;
    store::Store store(settings_for(database), events.post());
    const auto* last = events.wait_for<core::UsersLoaded>(3);
    REQUIRE(last);
    CHECK(last->complete);
    CHECK(last->users.size() == 502);
    CHECK(last->users.back().aor.text() == "zz@north.test");
}
