#include "store/store.h"

#include <signal.h>

#include <catch2/catch.hpp>

#include "store/migrations.h"
#include "store_edge/database.h"

using namespace innkeeper;
using namespace std::chrono_literals;
using store_edge::Database;
using store_edge::Events;

namespace {

store::StoreSettings settings_for(const Database& database) {
    store::StoreSettings settings;
    settings.conninfo = database.conninfo();
    settings.migrate = true;
    return settings;
}

core::Binding binding(const std::string& contact) {
    core::Binding made;
    made.contact = contact;
    made.call_id = "call-1";
    made.cseq = 4294967295U;
    made.instance = "<urn:uuid:00000000-0000-1000-8000-000a95a0e128>";
    made.reg_id = 1;
    made.path = "<sip:edge.test;lr>";
    made.user_agent = std::string("Odd\0phone\xff \\\"{}'; drop table users", 35);
    made.terminal = backup::TerminalKind::desk;
    made.flow.transport = base::Transport::tcp;
    made.flow.listener = 2;
    made.flow.remote = *base::Endpoint::parse("[2001:db8::7]:5061");
    made.registered = host::now() - 10s;
    made.expires = host::now() + 60s;
    made.promised = host::now() + 600s;
    return made;
}

core::BindingsRow bindings_of(const std::string& aor, std::vector<core::Binding> bindings) {
    core::BindingsRow row;
    row.aor = *base::Aor::parse(aor);
    row.bindings = std::move(bindings);
    return row;
}

bool about(base::Instant one, base::Instant other) {
    return std::chrono::abs(one - other) < 1s;
}

const char* const three_users =
    "insert into users (aor, display_name, extension, ha1_md5, ha1_sha256, terminal, settings, enabled, "
    "priority) values "
    "('alice@north.test', 'Alice', '201', decode(repeat('0a', 16), 'hex'), decode(repeat('fb', 32), 'hex'), 'desk', "
    "'{\"dnd\": true}', true, 'attendant'), "
    "('50%3@north.test', '', '', decode(repeat('0b', 16), 'hex'), null, 'unknown', '{}', true, 'normal'), "
    "('carol@north.test', '', '', decode(repeat('0c', 16), 'hex'), null, 'soft', '{}', false, 'emergency')";

}  // namespace

TEST_CASE("an empty database becomes a schema, no state and no users", "[store]") {
    const Database database;
    Events events;
    store::Store store(settings_for(database), events.post());
    const auto* state = events.wait_for<core::StateLoaded>();
    REQUIRE(state);
    CHECK(state->epoch.value == 0);
    CHECK(state->bindings.empty());
    const auto* users = events.wait_for<core::UsersLoaded>();
    REQUIRE(users);
    CHECK(users->users.empty());
    CHECK(users->restart);
    CHECK(users->complete);
    CHECK(events.wait_for_availability(true));
}

TEST_CASE("a schema that is not migrated is named, not repaired, unless asked", "[store][migrations]") {
    const Database database;
    auto settings = settings_for(database);
    settings.migrate = false;
    Events events;
    store::Store store(settings, events.post());
    const auto* availability = events.wait_for<core::StoreAvailability>();
    REQUIRE(availability);
    CHECK_FALSE(availability->available);
    CHECK_THAT(availability->detail, Catch::Contains("run innkeeperd --migrate"));
    REQUIRE(store::migrate(database.conninfo()));
    CHECK(events.wait_for_availability(true));
}

TEST_CASE("users are loaded with their HA1s", "[store]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute(three_users);
    Events events;
    store::Store store(settings_for(database), events.post());
    const auto* loaded = events.wait_for<core::UsersLoaded>();
    REQUIRE(loaded);
    REQUIRE(loaded->users.size() == 3);
    const auto& odd = loaded->users[0];
    const auto& alice = loaded->users[1];
    const auto& carol = loaded->users[2];
    CHECK(odd.aor.user() == "50%3");
    CHECK_FALSE(odd.ha1.sha256.present());
    CHECK(alice.display_name == "Alice");
    CHECK(alice.extension == "201");
    CHECK(alice.terminal == backup::TerminalKind::desk);
    CHECK(alice.settings == "{\"dnd\": true}");
    REQUIRE(alice.ha1.md5.present());
    CHECK(alice.ha1.md5.reveal()[15] == 0x0a);
    REQUIRE(alice.ha1.sha256.present());
    CHECK(alice.ha1.sha256.reveal()[31] == 0xfb);
    CHECK_FALSE(carol.enabled);
    CHECK(carol.priority == backup::Priority::emergency);
    CHECK(alice.priority == backup::Priority::attendant);
}

TEST_CASE("many users come in pages, and bindings are written between them", "[store]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute(
        "insert into users (aor, ha1_md5) select 'u' || n || '@north.test', decode(md5(n::text), 'hex') "
        "from generate_series(1, 2500) n");
    Events events;
    store::Store store(settings_for(database), events.post());
    const auto* last = events.wait_for<core::UsersLoaded>(3);
    REQUIRE(last);
    CHECK(last->complete);
    CHECK_FALSE(last->restart);
    CHECK(last->users.size() == 500);
    CHECK_FALSE(events.wait_for<core::UsersLoaded>(2)->complete);
}

TEST_CASE("what was written is there after a restart", "[store][R7]") {
    const Database database;
    const auto alice = binding("sip:alice@192.0.2.1;line=1");
    const auto guest = binding("sip:bob@192.0.2.2");
    {
        Events events;
        store::Store store(settings_for(database), events.post());
        auto own = bindings_of("alice@north.test", {alice, binding("sip:alice@192.0.2.9")});
        own.licence_pool = "desk";
        own.licences = 2;
        store.write(own);
        auto leased = bindings_of("bob@west.test", {guest});
        leased.guest_of.text = "west";
        store.write(leased);
        store.write(bindings_of("gone@north.test", {binding("sip:gone@192.0.2.3")}));
        core::FailoverRow failover;
        failover.home.text = "west";
        failover.allowed = host::now() - 5s;
        failover.number = 1;
        failover.ended = host::now() - 4s;
        store.write(failover);
        failover.number = 2;
        failover.ended.reset();
        failover.began = host::now() - 3s;
        failover.cause = "heartbeats lost; \x01";
        failover.first_guest = "bob@west.test";
        failover.guests = 9;
        failover.evidence = {"silent, and its port refuses", "not heard for 3.0 s"};
        failover.refused = 4;
        failover.longest_gap = 6300ms;
        failover.released = 7;
        failover.stops = 1;
        failover.relapses = 2;
        store.write(failover);
        store.write(core::EpochRow{{18446744073709551615U}});
        REQUIRE(store.flush(store_edge::patience));
        store.write(bindings_of("gone@north.test", {}));
        REQUIRE(store.flush(store_edge::patience));
        CHECK(store.backlog() == 0);
    }
    Events events;
    store::Store store(settings_for(database), events.post());
    const auto* state = events.wait_for<core::StateLoaded>();
    REQUIRE(state);
    CHECK(state->epoch.value == 18446744073709551615U);
    REQUIRE(state->bindings.size() == 2);
    const auto& own = state->bindings[0];
    CHECK(own.aor.text() == "alice@north.test");
    CHECK(own.guest_of.text.empty());
    CHECK(own.licence_pool == "desk");
    CHECK(own.licences == 2);
    REQUIRE(own.bindings.size() == 2);
    const auto& kept = own.bindings[own.bindings[0].contact == alice.contact ? 0 : 1];
    CHECK(kept.contact == alice.contact);
    CHECK(kept.call_id == alice.call_id);
    CHECK(kept.cseq == alice.cseq);
    CHECK(kept.instance == alice.instance);
    CHECK(kept.reg_id == alice.reg_id);
    CHECK(kept.q == alice.q);
    CHECK(kept.path == alice.path);
    CHECK(kept.user_agent == alice.user_agent);
    CHECK(kept.terminal == alice.terminal);
    CHECK(kept.flow == alice.flow);
    CHECK(about(kept.registered, alice.registered));
    CHECK(about(kept.promised, alice.promised));
    CHECK(kept.expires == kept.promised);
    CHECK(state->bindings[1].guest_of.text == "west");
    CHECK(state->bindings[1].licence_pool.empty());
    REQUIRE(state->failovers.size() == 2);
    CHECK(state->failovers[1].number == 2);
    CHECK(state->failovers[1].guests == 9);
    CHECK(state->failovers[1].cause == "heartbeats lost; \x01");
    REQUIRE(state->failovers[1].began);
    CHECK(about(*state->failovers[1].began, host::now() - 3s));
    CHECK_FALSE(state->failovers[1].ended);
    CHECK(state->failovers[0].number == 1);
    CHECK(state->failovers[1].evidence ==
          std::vector<std::string>{"silent, and its port refuses", "not heard for 3.0 s"});
    CHECK(state->failovers[1].refused == 4);
    CHECK(state->failovers[1].longest_gap == 6300ms);
    CHECK(state->failovers[1].released == 7);
    CHECK(state->failovers[1].stops == 1);
    CHECK(state->failovers[1].relapses == 2);
}

TEST_CASE("what expired long ago is swept at start, with its licences", "[store][R10]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    auto old = binding("sip:old@192.0.2.1");
    old.promised = host::now() - 48h;
    auto late = binding("sip:late@192.0.2.1");
    late.promised = host::now() - 1h;
    {
        Events events;
        store::Store store(settings_for(database), events.post());
        for (const auto& [aor, of_aor] : {std::pair("old@north.test", old), {"late@north.test", late}}) {
            auto row = bindings_of(aor, {of_aor});
            row.licence_pool = "desk";
            row.licences = 1;
            store.write(row);
        }
        REQUIRE(store.flush(store_edge::patience));
    }
    Events events;
    store::Store store(settings_for(database), events.post());
    const auto* state = events.wait_for<core::StateLoaded>();
    REQUIRE(state);
    REQUIRE(state->bindings.size() == 1);
    CHECK(state->bindings[0].aor.user() == "late");
    CHECK(database.value("select string_agg(aor, ' ') from licence_draws") == "late@north.test");
}

TEST_CASE("a guest draws no licence and has no row among own users", "[store][IP9][IP8]") {
    const Database database;
    Events events;
    store::Store store(settings_for(database), events.post());
    auto leased = bindings_of("bob@west.test", {binding("sip:bob@192.0.2.2")});
    leased.guest_of.text = "west";
    store.write(leased);
    REQUIRE(store.flush(store_edge::patience));
    CHECK(database.value("select count(*) from licence_draws") == "0");
    CHECK(database.value("select count(*) from bindings") == "0");
    CHECK(database.value("select count(*) from users") == "0");
    CHECK(database.value("select home from guest_leases") == "west");

    leased.stray = true;  // and is known as one after a restart
    store.write(leased);
    REQUIRE(store.flush(store_edge::patience));
    store::Store reborn(settings_for(database), events.post());
    const auto* state = events.wait_for<core::StateLoaded>(2);
    CHECK((state != nullptr && state->bindings.size() == 1 && state->bindings[0].stray));
}

TEST_CASE("a database that is stopped and comes back has every row", "[store][R8]") {
    Database database;
    Events events;
    store::Store store(settings_for(database), events.post());
    REQUIRE(events.wait_for_availability(true));
    store.write(bindings_of("before@north.test", {binding("sip:before@192.0.2.1")}));
    REQUIRE(store.flush(store_edge::patience));

    database.stop();
    for (int phone = 0; phone < 3000; ++phone)
        for (int refresh = 0; refresh < 2; ++refresh)
            store.write(bindings_of("u" + std::to_string(phone) + "@north.test",
                                    {binding("sip:" + std::to_string(refresh) + "@192.0.2.1")}));
    CHECK(events.wait_for_availability(false));
    CHECK(store.backlog() == 3000);
    CHECK_FALSE(store.flush(50ms));

    database.start();
    REQUIRE(store.flush(store_edge::patience));
    CHECK(events.wait_for_availability(true));
    CHECK(database.value("select count(*) from bindings where contact = 'sip:1@192.0.2.1'") == "3000");
    CHECK(database.value("select count(*) from bindings") == "3001");
    // Users may have changed meanwhile; the state of an earlier life has not.
    const auto* users = events.wait_for<core::UsersLoaded>(2);
    REQUIRE(users);
    CHECK(users->restart);
}

TEST_CASE("a frozen database is given up after the deadline, and used again when it thaws", "[store][R8]") {
    const Database database;
    auto settings = settings_for(database);
    settings.deadline = 300ms;
    Events events;
    store::Store store(settings, events.post());
    REQUIRE(events.wait_for<core::UsersLoaded>());
    database.signal_all(SIGSTOP);
    store.write(bindings_of("alice@north.test", {binding("sip:alice@192.0.2.1")}));
    CHECK(events.wait_for_availability(false));
    CHECK(store.backlog() == 1);
    database.signal_all(SIGCONT);
    REQUIRE(store.flush(store_edge::patience));
    CHECK(events.wait_for_availability(true));
    CHECK(database.value("select count(*) from bindings") == "1");
}

TEST_CASE("a frozen database does not hold up the end of the daemon", "[store][R8]") {
    const Database database;
    auto settings = settings_for(database);
    settings.deadline = 1h;
    Events events;
    auto store = std::make_unique<store::Store>(settings, events.post());
    REQUIRE(events.wait_for<core::UsersLoaded>());
    database.signal_all(SIGSTOP);
    store->write(bindings_of("alice@north.test", {binding("sip:alice@192.0.2.1")}));
    CHECK_FALSE(store->flush(200ms));
    store.reset();
    database.signal_all(SIGCONT);
}

TEST_CASE("a change of users reaches the daemon", "[store]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute(three_users);
    Events events;
    store::Store store(settings_for(database), events.post());
    REQUIRE(events.wait_for<core::UsersLoaded>());

    database.execute("update users set enabled = false where aor = 'alice@north.test'");
    const auto* disabled = events.wait_for<core::UsersChanged>();
    REQUIRE(disabled);
    REQUIRE(disabled->changed.size() == 1);
    CHECK_FALSE(disabled->changed[0].enabled);
    CHECK(disabled->removed.empty());

    database.execute("delete from users where aor in ('alice@north.test', '50%3@north.test')");
    const auto* deleted = events.wait_for<core::UsersChanged>(2);
    REQUIRE(deleted);
    CHECK(deleted->changed.empty());
    REQUIRE(deleted->removed.size() == 2);
    CHECK(deleted->removed[0].user() == "50%3");

    database.execute("update users set aor = 'caroline@north.test' where aor = 'carol@north.test'");
    const auto* renamed = events.wait_for<core::UsersChanged>(3);
    REQUIRE(renamed);
    CHECK(renamed->changed.size() == 1);
    CHECK(renamed->removed.size() == 1);
}

TEST_CASE("a change of many users at once is read as a whole", "[store]") {
    const Database database;
    Events events;
    store::Store store(settings_for(database), events.post());
    REQUIRE(events.wait_for<core::UsersLoaded>());
    database.execute(
        "insert into users (aor, ha1_md5) select 'u' || n || '@north.test', decode(md5(n::text), 'hex') "
        "from generate_series(1, 101) n");
    const auto* all = events.wait_for<core::UsersLoaded>(2);
    REQUIRE(all);
    CHECK(all->restart);
    CHECK(all->users.size() == 101);
    database.execute("truncate users");
    const auto* none = events.wait_for<core::UsersLoaded>(3);
    REQUIRE(none);
    CHECK(none->users.empty());
}

TEST_CASE("a row that is no user is left out and named", "[store]") {
    const Database database;
    REQUIRE(store::migrate(database.conninfo()));
    database.execute(
        "insert into users (aor, ha1_md5) values ('tab' || chr(160) || ' x@north.test', "
        "decode(md5(''), 'hex')), ('good@north.test', decode(md5(''), 'hex'))");
    Events events;
    store::Store store(settings_for(database), events.post());
    const auto* loaded = events.wait_for<core::UsersLoaded>();
    REQUIRE(loaded);
    CHECK(loaded->users.size() == 1);
    const auto* named = events.wait_for<core::StoreAvailability>();
    REQUIRE(named);
    CHECK(named->available);
    CHECK_THAT(named->detail, Catch::Contains("1 users"));
}
