// What PostgreSQL brings, over the whole gatekeeper: users, licences, and what an earlier life kept.
#include "gate.h"

using namespace gate;

namespace {

Binding kept_binding(const std::string& contact, base::Instant registered, base::Instant promised) {
    Binding binding;
    binding.contact = contact;
    binding.call_id = "earlier life";
    binding.terminal = backup::TerminalKind::desk;
    binding.registered = registered;
    binding.expires = binding.promised = promised;
    return binding;
}

StateLoaded kept(std::vector<BindingsRow> bindings, std::vector<FailoverRow> failovers = {}) {
    StateLoaded state;
    state.bindings = std::move(bindings);
    state.failovers = std::move(failovers);
    return state;
}

FailoverRow failover_row(std::uint64_t number, base::Instant now, bool ended) {
    FailoverRow row;
    row.home = north;
    row.number = number;
    row.allowed = now - 10min;
    row.began = now - 9min;
    row.first_guest = "first@example.test";
    row.guests = 4;
    if (ended) row.ended = now - 1min;
    return row;
}

UsersChanged changed_to(backup::UserRecord record) {
    UsersChanged change;
    change.changed.push_back(std::move(record));
    return change;
}

LicencesLoaded pool(std::string name, std::uint64_t capacity, std::optional<base::Instant> ends = {}) {
    LicencesLoaded licences;
    licences.pools.push_back({std::move(name), capacity, ends});
    return licences;
}

std::uint64_t used(Gate& gate) {
    return std::get<std::vector<LicenceReport>>(gate.command(ShowLicences{}))[0].used;
}

}  // namespace

TEST_CASE("a restarted home serves its phones' bindings before they register again", "[keeping][R7]") {
    Gate gate;
    gate.started();
    gate.feed(kept({{aor("alice"), {}, {kept_binding("sip:alice@h", gate.now - 100s, gate.now + 200s)}, "desk", 1},
                    {aor("bob"), {}, {kept_binding("sip:bob@h", gate.now - 900s, gate.now)}, "desk", 1}}));
    CHECK(gate.status().registrations == 1);
    gate.with_users({"alice", "bob"});
    gate.feed(pool("desk", 5));
    CHECK(used(gate) == 1);
    gate.pass(200s);
    CHECK(gate.status().registrations == 0);
    CHECK(used(gate) == 0);
}

TEST_CASE("a second load of what was kept changes nothing", "[keeping]") {
    Gate gate;
    gate.started();
    gate.feed(kept({}));
    gate.feed(kept({{aor("alice"), {}, {kept_binding("sip:alice@h", gate.now, gate.now + 200s)}, "desk", 1}}));
    CHECK(gate.status().registrations == 0);
}

TEST_CASE("a phone quicker than the database keeps its binding, and its user's others come back", "[keeping][R7]") {
    Gate gate;
    gate.started().with_users({"alice"});
    Phone alice("alice");
    alice.call(gate);
    gate.feed(kept({{aor("alice"),
                     {},
                     {kept_binding("sip:alice@192.0.2.1:5060", gate.now - 100s, gate.now + 200s),
                      kept_binding("sip:alice@cordless", gate.now - 100s, gate.now + 200s)},
                     "desk",
                     2}}));
    REQUIRE(gate.rows<BindingsRow>().size() == 1);
    const auto bindings = gate.rows<BindingsRow>()[0].bindings;
    REQUIRE(bindings.size() == 2);
    CHECK(bindings[0].call_id == "alice-call");
    CHECK(bindings[1].contact == "sip:alice@cordless");
    CHECK(gate.rows<BindingsRow>()[0].licences == 2);
}

TEST_CASE("guests from before a restart make the failover go on, under its number", "[keeping][R9]") {
    Gate gate;
    gate.started();
    BindingsRow guest{aor("nora"), north, {kept_binding("sip:nora@h", gate.now - 10s, gate.now + 50s)}, {}, 0};
    SECTION("which the history knows") {
        gate.feed(kept({std::move(guest)}, {failover_row(7, gate.now, false)}));
        REQUIRE_FALSE(gate.rows<FailoverRow>().empty());
        CHECK(gate.rows<FailoverRow>().back().number == 7);
        CHECK(gate.rows<FailoverRow>().back().began == gate.now - 9min);
        CHECK(gate.rows<FailoverRow>().back().first_guest == "first@example.test");
        CHECK(gate.rows<FailoverRow>().back().guests == 4);
    }
    SECTION("which the history does not know") {
        gate.feed(kept({std::move(guest)}, {failover_row(7, gate.now, true)}));
        REQUIRE_FALSE(gate.rows<FailoverRow>().empty());
        CHECK(gate.rows<FailoverRow>().back().number == 8);
        CHECK(gate.rows<FailoverRow>().back().began == gate.now);
    }
    CHECK_FALSE(gate.rows<FailoverRow>().back().ended);
    CHECK(gate.phase_of(north) == Phase::active);
    CHECK(gate.guests() == 1);
}

TEST_CASE("a failover whose guests are all gone after a restart is over", "[keeping]") {
    Gate gate;
    gate.started();
    BindingsRow guest{aor("nora"), north, {kept_binding("sip:nora@h", gate.now - 100s, gate.now - 50s)}, {}, 0};
    gate.feed(kept({std::move(guest)}, {failover_row(7, gate.now, false)}));
    REQUIRE(gate.rows<FailoverRow>().size() == 1);
    CHECK(gate.rows<FailoverRow>()[0].number == 7);
    CHECK(gate.rows<FailoverRow>()[0].ended == gate.now);
    CHECK(gate.phase_of(north) == Phase::normal);
}

TEST_CASE("a failover begun before the database was reached overwrites no earlier one", "[keeping]") {
    Gate gate;
    gate.started();
    gate.entrusted_by_north({"nora"});
    gate.pass(16s);
    Phone nora("nora");
    CHECK(nora.call(gate).status == 200);
    CHECK(gate.rows<FailoverRow>().empty());
    gate.feed(kept({}, {failover_row(7, gate.now, true)}));
    REQUIRE(gate.rows<FailoverRow>().size() == 1);
    CHECK(gate.rows<FailoverRow>()[0].number == 8);
    CHECK(gate.rows<FailoverRow>()[0].first_guest == "nora@example.test");
}

TEST_CASE("guests of a site that is no peer any more are not kept", "[keeping]") {
    Gate gate;
    gate.started();
    gate.feed(kept({{aor("nora"), {"gone"}, {kept_binding("sip:nora@h", gate.now, gate.now + 50s)}, {}, 0}}));
    CHECK(gate.guests() == 0);
    REQUIRE(gate.rows<BindingsRow>().size() == 1);
    CHECK(gate.rows<BindingsRow>()[0].bindings.empty());
}

TEST_CASE("a user that is removed or disabled loses its bindings at once", "[keeping]") {
    Gate gate;
    gate.started().with_users({"alice", "bob"});
    Phone alice("alice");
    alice.call(gate);
    SECTION("removed") {
        UsersChanged change;
        change.removed = {aor("alice")};
        gate.feed(std::move(change));
    }
    SECTION("removed, found by a full load") {
        gate.with_users({"bob"});
    }
    SECTION("disabled") {
        auto record = user("alice");
        record.enabled = false;
        gate.feed(changed_to(std::move(record)));
    }
    SECTION("disabled, found by a full load") {
        UsersLoaded page;
        page.users.push_back(user("alice"));
        page.users.back().enabled = false;
        page.restart = page.complete = true;
        gate.feed(std::move(page));
    }
    REQUIRE(gate.notices<PhoneRemoved>().size() == 1);
    CHECK(gate.notices<PhoneRemoved>()[0].cause == RemovalCause::user_removed);
    CHECK(gate.status().registrations == 0);
    CHECK(alice.call(gate).status != 200);
}

TEST_CASE("a changed password counts from now on, and keeps the binding", "[keeping]") {
    Gate gate;
    gate.started().with_users({"alice"});
    Phone alice("alice");
    alice.call(gate);
    auto record = user("alice");
    record.ha1 = auth::make_ha1("alice", support::domain, "new");
    gate.feed(changed_to(std::move(record)));
    CHECK(gate.status().registrations == 1);
    CHECK(alice.call(gate).status == 401);
    alice.ha1 = auth::make_ha1("alice", support::domain, "new");
    CHECK(alice.call(gate).status == 200);
}

TEST_CASE("each terminal of an own user draws a licence, until there is none", "[keeping][R10]") {
    Gate gate;
    gate.started().with_users({"alice", "bob"});
    gate.feed(pool("desk", 2));
    Phone alice("alice"), second("alice"), bob("bob");
    second.request.contacts[0].uri = "sip:alice@192.0.2.2";
    second.request.source.remote = base::Endpoint::parse("192.0.2.2:5060").value();
    second.request.call_id = "second";
    CHECK(alice.call(gate).status == 200);
    CHECK(gate.rows<BindingsRow>()[0].licence_pool == "desk");
    CHECK(gate.rows<BindingsRow>()[0].licences == 1);
    CHECK(second.call(gate).status == 200);
    CHECK(used(gate) == 2);
    CHECK(refused(gate, bob) == Refusal::no_licence);
    CHECK(gate.explain("alice").admitted);
    CHECK(alice.send(gate).status == 200);

    second.request.contacts[0].expires = 0;
    CHECK(second.send(gate).status == 200);
    CHECK(used(gate) == 1);
    CHECK(bob.call(gate).status == 200);
    CHECK(used(gate) == 2);
    gate.pass(300s);
    CHECK(used(gate) == 0);
}

TEST_CASE("a pool that has ended keeps who is in, and takes nobody", "[keeping][R10]") {
    Gate gate;
    gate.started().with_users({"alice", "bob"});
    gate.feed(pool("desk", 2, gate.now + 100s));
    Phone alice("alice"), bob("bob");
    CHECK(alice.call(gate).status == 200);
    gate.pass(101s);
    CHECK(alice.send(gate).status == 200);
    CHECK(refused(gate, bob) == Refusal::no_licence);
}

TEST_CASE("a user whose kind of terminal changed draws from the pool of the new kind, if it can", "[keeping][R10]") {
    Gate gate;
    gate.started();
    gate.feed(changed_to(user("alice", backup::TerminalKind::desk)));
    gate.feed(changed_to(user("bob", backup::TerminalKind::soft)));
    LicencesLoaded pools = pool("desk", 1);
    pools.pools.push_back({"soft", 1, {}});
    gate.feed(std::move(pools));
    Phone alice("alice"), bob("bob");
    CHECK(alice.call(gate).status == 200);
    gate.feed(changed_to(user("alice", backup::TerminalKind::soft)));
    SECTION("there is one") {
        CHECK(alice.call(gate).status == 200);
        CHECK(used(gate) == 0);
    }
    SECTION("there is none") {
        CHECK(bob.call(gate).status == 200);
        CHECK(refused(gate, alice) == Refusal::no_licence);
        CHECK(used(gate) == 1);
    }
}

TEST_CASE("terminals of different kinds under one AOR draw from the pool of the first", "[keeping][R10]") {
    Gate gate;
    gate.started().with_users({"alice"});
    LicencesLoaded pools = pool("desk", 2);
    pools.pools.push_back({"soft", 0, {}});
    gate.feed(std::move(pools));
    Phone desk("alice"), soft("alice", "baresip v1.0");
    soft.request.contacts[0].uri = "sip:alice@192.0.2.2";
    soft.request.source.remote = base::Endpoint::parse("192.0.2.2:5060").value();
    soft.request.call_id = "soft";
    CHECK(desk.call(gate).status == 200);
    CHECK(soft.call(gate).status == 200);
    CHECK(used(gate) == 2);
    CHECK(desk.send(gate).status == 200);
    CHECK(used(gate) == 2);
}

TEST_CASE("whether the database answers is told when it changes", "[keeping]") {
    Gate gate;
    gate.started();
    gate.feed(StoreAvailability{true, {}});
    CHECK(gate.notices<StoreReported>().size() == 1);
    gate.feed(kept({}));
    gate.feed(StoreAvailability{true, {}});
    CHECK(gate.notices<StoreReported>().empty());
    gate.feed(StoreAvailability{false, "connection refused"});
    CHECK(gate.notices<StoreReported>().size() == 1);
    CHECK_FALSE(gate.status().database_available);
    CHECK(gate.status().serving == false);
}

TEST_CASE("what registered later at another site is not restored here", "[keeping][R7]") {
    Gate gate;
    gate.started().with_users({"alice", "anna"});
    gate.link(west);
    gate.beat(west);
    Changes page;
    page.epoch = gate.heartbeat.epoch;
    page.restart = page.complete = true;
    page.upto = {1};
    page.registrations.push_back(
        {aor("alice"), south, {kept_binding("sip:alice@192.0.2.1:5060", gate.now - 10s, gate.now + 1h)}});
    gate.hear(west, std::move(page));
    BindingsRow alice, anna;
    alice.aor = aor("alice");
    alice.bindings = {kept_binding("sip:alice@192.0.2.1:5060", gate.now - 5min, gate.now + 1h)};
    anna.aor = aor("anna");
    anna.bindings = {kept_binding("sip:anna@192.0.2.2:5060", gate.now - 5min, gate.now + 1h)};
    gate.feed(kept({std::move(alice), std::move(anna)}));
    CHECK(gate.status().registrations == 1);
}
