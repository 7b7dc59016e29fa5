#include "store/migrations.h"

#include <catch2/catch.hpp>

#include "store_edge/database.h"

using namespace innkeeper;

TEST_CASE("migrations run once, and again without effect", "[store][migrations]") {
    const store_edge::Database database;
    const auto first = store::migrate(database.conninfo());
    REQUIRE(first);
    CHECK(first->applied == store::embedded_migrations().size());
    const auto second = store::migrate(database.conninfo());
    REQUIRE(second);
    CHECK(second->applied == 0);
    CHECK(second->version == first->version);
    CHECK(database.value("select count(*) from schema_migrations") == std::to_string(first->applied));
}

TEST_CASE("a database newer than the daemon is refused with a clear line", "[store][migrations]") {
    const store_edge::Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute("insert into schema_migrations (number, name, checksum) values (999, '999_later', 'x')");
    const auto refused = store::migrate(database.conninfo());
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, Catch::Contains("the database is newer (version 999)"));
    CHECK(refused.error().text.find('\n') == std::string::npos);
}

TEST_CASE("a database made by other migrations is refused", "[store][migrations]") {
    const store_edge::Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute("update schema_migrations set checksum = 'edited' where number = 1");
    const auto refused = store::migrate(database.conninfo());
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, Catch::Contains("migration 1 differs"));
}

TEST_CASE("migration numbers have no gaps", "[store][migrations]") {
    unsigned expected = 1;
    for (const auto& migration : store::embedded_migrations()) CHECK(migration.number == expected++);
    CHECK(expected > 1);
}

TEST_CASE("no table has room for a backup record", "[store][IP8]") {
    const store_edge::Database database;
    REQUIRE(store::migrate(database.conninfo()));
    CHECK(database.value("select string_agg(table_name || '.' || column_name, ' ' order by column_name) "
                         "from information_schema.columns where table_schema = 'public' "
                         "and (data_type = 'bytea' or column_name like '%ha1%' or column_name like '%password%')") ==
          "users.ha1_md5 users.ha1_sha256");
}
