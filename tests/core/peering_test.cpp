// What peers say and are told, over the whole gatekeeper.
#include <map>

#include "core/fingerprint.h"
#include "core/limits.h"
#include "gate.h"

using namespace gate;

namespace {

Binding binding_of(const std::string& contact, base::Instant registered, base::Instant expires) {
    Binding binding;
    binding.contact = contact;
    binding.call_id = "there";
    binding.registered = registered;
    binding.expires = binding.promised = expires;
    return binding;
}

// One page that tells all of a peer's registrations.
Changes registrations(base::Epoch epoch, std::vector<RegistrationEntry> entries, std::uint64_t upto = 1) {
    Changes page{Dataset::registrations, epoch, {}, {upto}, true, true, std::move(entries), {}};
    return page;
}

Gate linked(std::vector<std::string> users) {
    Gate gate;
    gate.started().with_users(std::move(users));
    gate.link(west);
    gate.hear(west, Position{Dataset::registrations, {}, {}});
    gate.pass(1s);
    return gate;
}

}  // namespace

TEST_CASE("a new link is greeted, asked and told", "[peering]") {
    Gate gate;
    gate.started();
    gate.link(north);
    REQUIRE(gate.sent<Hello>(north).size() == 1);
    CHECK(gate.sent<Hello>(north)[0]->you_are_my_backup);
    CHECK(gate.sent<Hello>(north)[0]->nonce_keys.size() == 1);
    CHECK(gate.sent<Hello>(north)[0]->epoch.value == 700);
    CHECK(gate.sent<Position>(north).size() == 1);
    CHECK(gate.sent<Heartbeat>(north).size() == 1);
    gate.link(west);
    CHECK_FALSE(gate.sent<Hello>(west)[0]->you_are_my_backup);
    CHECK(gate.sent<Hello>(north).empty());
}

TEST_CASE("a new nonce key is told at once", "[peering]") {
    Gate gate;
    gate.started();
    gate.link(north);
    gate.feed(NonceKeyMade{nonce_key(2, gate.now)});
    REQUIRE(gate.sent<Hello>(north).size() == 1);
    CHECK(gate.sent<Hello>(north)[0]->nonce_keys.size() == 2);
}

TEST_CASE("whoever is no configured peer is not listened to", "[peering][IP12]") {
    Gate gate;
    gate.started();
    gate.link({"stranger"});
    CHECK(gate.happened.empty());
    Hello hello;
    hello.epoch = {999999};
    hello.epoch_heard_of_you = {999999};
    gate.hear({"stranger"}, std::move(hello));
    CHECK(gate.happened.empty());
    CHECK(gate.status().epoch.value == 700);
}

TEST_CASE("what does not match is named once, and forgotten when it matches", "[peering][IP12]") {
    Gate gate;
    gate.started();
    gate.link(north);
    const auto hear_hello = [&](auto change) {
        Hello hello;
        hello.matching.domains = {std::string(support::domain)};
        change(hello);
        gate.hear(north, std::move(hello));
        return gate.notices<PeerMismatched>().size();
    };
    const auto nothing = [](Hello&) {};
    const auto all = [](Hello& hello) {
        hello.matching.domains = {"elsewhere.test"};
        hello.matching.ipv6 = true;
        hello.matching.root_ca = "ab";
        hello.protocol = 9;
    };
    CHECK(hear_hello(nothing) == 0);
    CHECK(hear_hello(all) == 4);
    CHECK(hear_hello(all) == 0);
    CHECK(std::get<std::vector<PeerReport>>(gate.command(ShowPeers{}))[0].mismatches.size() == 4);
    CHECK(hear_hello(nothing) == 0);
    CHECK(std::get<std::vector<PeerReport>>(gate.command(ShowPeers{}))[0].mismatches.empty());
    CHECK(hear_hello(all) == 4);
}

TEST_CASE("an earlier life of a peer is not believed, and is told which one we know", "[peering]") {
    Gate gate;
    gate.started();
    gate.entrusted_by_north({"nora"});
    gate.pass(1s);
    Heartbeat old;
    old.epoch = {499};
    gate.hear(north, std::move(old));
    CHECK(std::get<std::vector<PeerReport>>(gate.command(ShowPeers{}))[0].silence == 1s);
    Hello hello;
    hello.epoch = {499};
    gate.hear(north, std::move(hello));
    REQUIRE(gate.sent<Hello>(north).size() == 1);
    CHECK(gate.sent<Hello>(north)[0]->epoch_heard_of_you.value == 500);
    CHECK(gate.explain("nora").facts[0].second == "guest");
}

TEST_CASE("a site that learns of a later life of its own goes above it", "[peering]") {
    Gate gate = linked({"alice"});
    Phone alice("alice");
    alice.call(gate);
    Hello hello;
    hello.epoch = {500};
    hello.epoch_heard_of_you = {900};
    gate.hear(west, std::move(hello));
    CHECK(gate.status().epoch.value == 901);
    REQUIRE(gate.rows<EpochRow>().size() == 1);
    CHECK(gate.rows<EpochRow>()[0].epoch.value == 901);
    REQUIRE(gate.sent<Hello>(west).size() == 1);
    CHECK(gate.sent<Hello>(west)[0]->epoch.value == 901);
    gate.hear(west, Position{Dataset::registrations, {700}, {1}});
    REQUIRE(gate.sent<Changes>(west).size() == 1);
    CHECK(gate.sent<Changes>(west)[0]->restart);
    CHECK(gate.sent<Changes>(west)[0]->epoch.value == 901);
    CHECK(gate.sent<Changes>(west)[0]->registrations.size() == 1);
}

TEST_CASE("an epoch of the database is gone above, a lower one is not", "[peering]") {
    Gate gate;
    gate.started();
    StateLoaded kept;
    kept.epoch = {699};
    SECTION("lower") {
        gate.feed(std::move(kept));
        CHECK(gate.status().epoch.value == 700);
    }
    SECTION("the clock went back") {
        kept.epoch = {5000};
        gate.feed(std::move(kept));
        CHECK(gate.status().epoch.value == 5001);
    }
}

TEST_CASE("only a named backup is told the users' records", "[peering][IP8]") {
    Gate gate;
    gate.started().with_users({"alice", "bob"});
    for (const base::SiteName& peer : {north, west}) {
        gate.link(peer);
        gate.hear(peer, Position{Dataset::records, {}, {}});
        std::size_t told = 0;
        for (const Changes* page : gate.sent<Changes>(peer)) told += page->records.size();
        CHECK(told == (peer == north ? 2 : 0));
    }
}

TEST_CASE("records are taken only from who named us, and wiped when it no longer does", "[peering][IP8]") {
    Gate gate;
    gate.started();
    const auto offer = [&](const base::SiteName& from) {
        Changes page;
        page.dataset = Dataset::records;
        page.epoch = {500};
        page.restart = page.complete = true;
        page.upto = {1};
        page.records.push_back({aor("nora"), user("nora")});
        gate.hear(from, std::move(page));
    };
    gate.link(west);
    offer(west);
    CHECK(gate.explain("nora").facts[0].second == "stranger");
    gate.entrusted_by_north({});
    offer(north);
    CHECK(gate.explain("nora").facts[0].second == "guest");
    Hello hello;
    hello.epoch = {500};
    gate.hear(north, std::move(hello));
    CHECK(gate.explain("nora").facts[0].second == "stranger");
}

TEST_CASE("a copy that differs at equal position is made anew, and said so", "[peering]") {
    Gate gate = linked({});
    Hello hello;
    hello.epoch = {500};
    gate.hear(west, std::move(hello));
    const std::vector<Binding> bindings = {binding_of("sip:w@h", gate.now, gate.now + 1h)};
    gate.hear(west, registrations({500}, {{aor("wendy"), {}, bindings}}));
    Heartbeat heartbeat;
    heartbeat.epoch = {500};
    heartbeat.registrations = {{1}, fingerprint(aor("wendy"), {}, bindings)};
    gate.hear(west, heartbeat);
    CHECK(gate.notices<ReplicaRepaired>().empty());
    heartbeat.registrations.digest += 1;
    gate.hear(west, heartbeat);
    REQUIRE(gate.notices<ReplicaRepaired>().size() == 1);
    REQUIRE(gate.sent<Position>(west).size() == 1);
    CHECK(gate.sent<Position>(west)[0]->epoch.value == 0);
    gate.hear(west, heartbeat);
    CHECK(gate.notices<ReplicaRepaired>().empty());
}

TEST_CASE("a phone is where it registered last", "[peering][R4]") {
    Gate gate = linked({"alice"});
    Phone alice("alice");
    alice.call(gate);
    const base::Instant here = gate.now;
    const auto there = [&](base::Duration later, const base::SiteName& guest_of = south) {
        gate.hear(
            west,
            registrations({500},
                          {{aor("alice"), guest_of, {binding_of("sip:alice@198.51.100.1", here + later, here + 1h)}}}));
    };
    SECTION("later there") {
        there(2s);
        REQUIRE(gate.notices<PhoneRemoved>().size() == 1);
        CHECK(gate.notices<PhoneRemoved>()[0].cause == RemovalCause::moved);
        CHECK(gate.notices<PhoneRemoved>()[0].moved_to == west);
        CHECK(gate.rows<BindingsRow>()[0].bindings.empty());
    }
    SECTION("later here: they are told again") {
        gate.pass(1s);
        there(-2s);
        CHECK(gate.notices<PhoneRemoved>().empty());
        gate.pass(20ms);
        CHECK(gate.sent<Changes>(west).size() == 1);
    }
    SECTION("at the same time, and home is here") {
        there(500ms);
        CHECK(gate.notices<PhoneRemoved>().empty());
        CHECK(gate.status().registrations == 1);
    }
}

TEST_CASE("of several phones of one user only the one that moved goes", "[peering]") {
    Gate gate = linked({"alice"});
    Phone desk("alice"), cordless("alice");
    desk.request.contacts[0].instance = "<urn:uuid:desk>";
    cordless.request.contacts[0] = {"sip:alice@192.0.2.2", "<urn:uuid:cordless>", 0, 1000, {}};
    cordless.request.call_id = "cordless";
    desk.call(gate);
    gate.pass(1s);
    cordless.call(gate);
    Binding moved = binding_of("sip:alice@198.51.100.1", gate.now + 5s, gate.now + 1h);
    moved.instance = "<urn:uuid:desk>";
    gate.hear(west, registrations({500}, {{aor("alice"), south, {moved}}}));
    CHECK(gate.notices<PhoneRemoved>().empty());
    REQUIRE(gate.rows<BindingsRow>().size() == 1);
    REQUIRE(gate.rows<BindingsRow>()[0].bindings.size() == 1);
    CHECK(gate.rows<BindingsRow>()[0].bindings[0].instance == "<urn:uuid:cordless>");
}

TEST_CASE("peers testify about others, but not about the one they talk to", "[peering][R3]") {
    Gate gate;
    gate.started();
    gate.link(north);
    gate.link(west);
    gate.beat(north);
    gate.pass(600ms);
    const auto beats = gate.sent<Heartbeat>(west);
    REQUIRE_FALSE(beats.empty());
    REQUIRE(beats.back()->views.size() == 1);
    CHECK(beats.back()->views[0].site == north);
    CHECK(beats.back()->views[0].health == PeerHealth::alive);
    CHECK(beats.back()->views[0].silence <= 600ms);
    CHECK(gate.sent<Heartbeat>(north).back()->views.empty());
}

TEST_CASE("a link that is silent for long is dialled anew, once", "[peering][R2]") {
    Gate gate;
    gate.started();
    gate.link(north);
    gate.beat(north);
    gate.pass(20s);
    int redials = 0;
    for (const Effect& effect : gate.happened)
        if (const auto* redial = std::get_if<RedialPeer>(&effect)) redials += redial->site == north ? 1 : 0;
    CHECK(redials == 1);
}

TEST_CASE("all registrations of all sites are shown page by page", "[peering]") {
    Gate gate = linked({});
    constexpr int users = 1200;
    UsersLoaded page;
    for (int i = 0; i < users; ++i) page.users.push_back(user("u" + std::to_string(i)));
    page.restart = page.complete = true;
    gate.feed(std::move(page));
    for (int i = 0; i < users; ++i) {
        Phone phone("u" + std::to_string(i));
        phone.call(gate);
    }
    std::vector<RegistrationEntry> there;
    for (int i = 0; i < users; ++i)
        there.push_back({aor("w" + std::to_string(i)), {}, {binding_of("sip:w@h", gate.now, gate.now + 1h)}});
    gate.hear(west, registrations({500}, std::move(there)));

    std::map<std::string, int> seen;
    std::optional<base::Sequence> next = base::Sequence{};
    int pages = 0;
    while (next) {
        auto shown = std::get<RegistrationsReport>(gate.command(ShowRegistrations{*next}));
        CHECK(shown.rows.size() <= Limits::report_rows);
        for (const RegistrationReport& row : shown.rows) {
            ++seen[row.site.text];
            CHECK(row.remaining > 0s);
        }
        next = shown.next;
        REQUIRE(++pages < 10);
    }
    CHECK(seen["south"] == users);
    CHECK(seen["west"] == users);
    CHECK(std::get<RegistrationsReport>(gate.command(ShowRegistrations{{}, true})).rows.empty());
}
