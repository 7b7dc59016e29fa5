// The views of sql/adapters over tables as the PBXs have them, read as
// operators read them: psql, and the import.
#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>
#include <sstream>

#include "store/migrations.h"
#include "store/user_transfer.h"
#include "store_edge/database.h"

using namespace innkeeper;
using store_edge::Database;

namespace {

std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    REQUIRE(pipe);
    std::string text;
    char part[4096];
    for (std::size_t got = 0; (got = std::fread(part, 1, sizeof part, pipe.get())) > 0;) text.append(part, got);
    return text;
}

std::string psql(const Database& database, const std::string& words) {
    return output_of("psql -X -q -v ON_ERROR_STOP=1 -d \"" + database.conninfo() + "\" " + words + " 2>&1");
}

// What --import-users makes of the adapter's view.
base::Expected<store::ImportSummary> import_through(const Database& database, const std::string& adapter) {
    CHECK(psql(database, "-v domain=example.com -f " INNKEEPER_SOURCE_DIR "/sql/adapters/" + adapter).empty());
    std::istringstream rows(psql(database, "--csv -c 'table innkeeper_users'"));
    return store::import_users(database.conninfo(), rows, adapter);
}

std::string hashes_of(const Database& database, const std::string& aor) {
    return database.value(
        "select encode(ha1_md5, 'hex') || ' ' || coalesce(encode(ha1_sha256, "
        "'hex'), '-') from users where aor = '" +
        aor + "'");
}

// Both HA1s of password "secret".
std::string both(const Database& database, const std::string& user) {
    const std::string a1 = user + ":example.com:secret";
    return database.value("select md5('" + a1 + "') || ' ' || encode(sha256('" + a1 + "'), 'hex')");
}

}  // namespace

TEST_CASE("Kamailio's subscribers are imported, with stored hashes or passwords", "[store][csv][pbx]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute(
        "create table subscriber (id serial primary key, username varchar(64) "
        "not null default '', domain varchar(64) "
        "not null default '', password varchar(64) not null default '', ha1 "
        "varchar(128) not null default '', ha1b "
        "varchar(128) not null default '', unique (username, domain))");
    database.execute(
        "insert into subscriber (username, domain, password, ha1) values "
        "('1001', 'example.com', 'secret', ''), ('1002', 'example.com', '', "
        "upper(md5('1002:example.com:x'))), "
        "('1003', '', 'secret', '')");
    const auto imported = import_through(database, "kamailio.sql");
    REQUIRE(imported);
    CHECK(imported->added == 3);
    CHECK(hashes_of(database, "1001@example.com") == both(database, "1001"));
    CHECK(hashes_of(database, "1002@example.com") == database.value("select md5('1002:example.com:x') || ' -'"));
    CHECK(hashes_of(database, "1003@example.com") == both(database, "1003"));

    database.execute(
        "insert into subscriber (username, domain) values ('1004', "
        "'example.com')");
    const auto refused = import_through(database, "kamailio.sql");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text == "kamailio.sql:5: ha1_md5: not 32 hexadecimal digits");
}

TEST_CASE(
    "Asterisk's PJSIP endpoints are imported with their names and "
    "numbers, and trunks are not",
    "[store][csv][pbx]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute(
        "create table ps_auths (id varchar(40) unique, auth_type varchar(8), "
        "nonce_lifetime integer, md5_cred "
        "varchar(40), password varchar(80), realm varchar(40), username "
        "varchar(40)); "
        "create table ps_endpoints (id varchar(40) unique, transport "
        "varchar(40), aors varchar(200), auth varchar(40), "
        "context varchar(40), callerid varchar(40))");
    database.execute(
        "insert into ps_auths (id, auth_type, username, password, "
        "md5_cred, realm) values "
        "('a1001', 'userpass', '1001', 'secret', null, null), "
        "('a1002', 'md5', '1002', null, md5('1002:example.com:x'), "
        "'example.com')");
    database.execute(
        "insert into ps_endpoints (id, auth, callerid) values "
        "('1001', 'a1001', '\"Ann Lee\" <201>'), "
        "('1002', 'a1002', null), ('trunk', null, null)");
    const auto imported = import_through(database, "asterisk.sql");
    REQUIRE(imported);
    CHECK(imported->added == 2);
    CHECK(hashes_of(database, "1001@example.com") == both(database, "1001"));
    CHECK(hashes_of(database, "1002@example.com") == database.value("select md5('1002:example.com:x') || ' -'"));
    CHECK(database.value("select display_name || '/' || extension from users "
                         "where aor = '1001@example.com'") == "Ann Lee/201");
    database.execute("update ps_auths set realm = 'asterisk' where id = 'a1002'");
    CHECK_FALSE(import_through(database, "asterisk.sql"));
}

TEST_CASE("FreeSWITCH's directory in SQL is imported, with passwords or a1-hashes", "[store][csv][pbx]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute(
        "create table directory (id serial primary key, username "
        "varchar(255) not null, domain_id integer not null); "
        "create table directory_domains (id serial primary key, "
        "domain_name varchar(128) not null); "
        "create table directory_params (id serial primary key, "
        "directory_id integer, param_name varchar(255), "
        "param_value varchar(255)); create table directory_vars (id "
        "serial primary key, directory_id integer, var_name "
        "varchar(255), var_value varchar(255))");
    database.execute(
        "insert into directory_domains (domain_name) values ('example.com'); "
        "insert into directory (username, domain_id) values ('1001', 1), "
        "('1002', 1); "
        "insert into directory_params (directory_id, param_name, param_value) "
        "values "
        "(1, 'password', 'secret'), (1, 'vm-password', '1'), (2, 'a1-hash', "
        "md5('1002:example.com:x')); "
        "insert into directory_vars (directory_id, var_name, var_value) values "
        "(1, 'effective_caller_id_name', 'Ann Lee'), (1, "
        "'effective_caller_id_number', '201')");
    const auto imported = import_through(database, "freeswitch.sql");
    REQUIRE(imported);
    CHECK(imported->added == 2);
    CHECK(hashes_of(database, "1001@example.com") == both(database, "1001"));
    CHECK(hashes_of(database, "1002@example.com") == database.value("select md5('1002:example.com:x') || ' -'"));
    CHECK(database.value("select display_name || '/' || extension from users "
                         "where aor = '1001@example.com'") == "Ann Lee/201");
}
