// Phones that register with home and backup at once (SR4), over the whole gatekeeper: south backs up north.
#include "core/standby.h"

#include "core/fingerprint.h"

#include "gate.h"

using namespace gate;

namespace {

constexpr const char* yealink = "Yealink SIP-T46S";

Binding at_home(const std::string& user, base::Instant registered) {
    Binding binding;
    binding.contact = "sip:" + user + "@192.0.2.1:5060";
    binding.call_id = "home";
    binding.flow.remote = base::Endpoint::parse("192.0.2.1:5060").value();
    binding.registered = registered;
    binding.expires = binding.promised = registered + 1h;
    return binding;
}

// North says that these, and nobody else, are registered there.
void north_has(Gate& gate, const std::vector<std::string>& users) {
    Changes page;
    page.epoch = gate.heartbeat.epoch;
    page.restart = page.complete = true;
    for (const std::string& user : users) page.registrations.push_back({aor(user), {}, {at_home(user, gate.now)}});
    page.upto = {users.size()};
    gate.heartbeat.registrations = {page.upto, 0};
    for (const RegistrationEntry& entry : page.registrations)
        gate.heartbeat.registrations.digest += fingerprint(entry.aor, entry.guest_of, entry.bindings);
    gate.hear(north, std::move(page));
}

// South with these users of north, all of them registered there.
Gate backup_with(const std::vector<std::string>& users) {
    Gate gate = backup_of(users);
    north_has(gate, users);
    return gate;
}

std::uint64_t standbys(Gate& gate) {
    return gate.status().standbys;
}

}  // namespace

TEST_CASE("a phone that registers with both stands by while its home serves", "[standby][SR4][IP2]") {
    Gate gate = backup_with({"nora"});
    Phone nora("nora", yealink);
    const Response& answer = nora.call(gate);
    CHECK(answer.status == 200);
    CHECK(answer.warning == "standby: no service here while your home serves");
    REQUIRE(answer.contacts.size() == 1);
    CHECK(answer.contacts[0].expires > 0);
    REQUIRE(gate.notices<PhoneStandsBy>().size() == 1);
    CHECK(gate.notices<PhoneRegistered>().empty());
    CHECK(standbys(gate) == 1);
    CHECK(gate.guests() == 0);
    CHECK(gate.phase_of(north) == Phase::normal);
    CHECK(nora.repeat(gate).warning == "standby: no service here while your home serves");
}

TEST_CASE("a standby binding draws no licence and is told to peers and database as what it is", "[standby][IP9][SR4]") {
    Gate gate = backup_with({"nora"});
    gate.feed(LicencesLoaded{{{"desk", 0, {}}}});
    Phone nora("nora", yealink);
    CHECK(nora.call(gate).status == 200);
    REQUIRE(gate.rows<BindingsRow>().size() == 1);
    const BindingsRow row = gate.rows<BindingsRow>()[0];
    CHECK(row.licences == 0);
    REQUIRE(row.bindings.size() == 1);
    CHECK(row.bindings[0].role == Role::standby);
}

TEST_CASE("a model whose profile says block is refused as ever", "[standby][SR4][IP2]") {
    Gate gate = backup_with({"nora"});
    Phone nora("nora");
    CHECK(refused(gate, nora) == Refusal::home_is_asked);
    CHECK(standbys(gate) == 0);
}

TEST_CASE("a phone that is not registered at home may have lost it, and stands by nowhere", "[standby][SR4]") {
    Gate gate = backup_of({"nora"});
    Phone nora("nora", yealink);
    CHECK(refused(gate, nora) == Refusal::home_is_asked);
    CHECK(standbys(gate) == 0);
}

TEST_CASE("at failover a standby is in service without another REGISTER", "[standby][SR4][IP3][IP5]") {
    Gate gate = backup_with({"nora", "ned"});
    Phone nora("nora", yealink), ned("ned", yealink);
    nora.call(gate);
    ned.call(gate);
    gate.beating.clear();
    gate.pass(16s);
    CHECK(gate.phase_of(north) == Phase::active);
    REQUIRE(gate.notices<FailoverBegan>().size() == 1);
    CHECK(gate.notices<PhoneRegistered>().size() == 2);
    REQUIRE(gate.notices<StandbysServed>().size() == 1);
    CHECK(gate.notices<StandbysServed>()[0].phones == 2);
    CHECK(gate.guests() == 2);
    CHECK(standbys(gate) == 0);
    CHECK(nora.send(gate).warning == "guest: your home is out of service");
}

TEST_CASE("a softphone that stands by begins no failover, and is served as soon as a desk phone has begun it",
          "[standby][IP4]") {
    Gate gate = backup_of({"softy", "nora"});
    Changes records;
    records.dataset = Dataset::records;
    records.epoch = gate.heartbeat.epoch;
    records.after = {2};
    records.upto = {3};
    records.complete = true;
    records.records.push_back({aor("softy"), user("softy", backup::TerminalKind::soft)});
    gate.hear(north, std::move(records));
    north_has(gate, {"softy", "nora"});
    Phone softy("softy", yealink), nora("nora");
    CHECK(softy.call(gate).warning == standby_warning());
    lose_north(gate);
    CHECK(standbys(gate) == 1);
    CHECK(softy.send(gate).warning == standby_warning());
    CHECK(nora.call(gate).status == 200);
    CHECK(gate.phase_of(north) == Phase::active);
    gate.pass(100ms);
    CHECK(standbys(gate) == 0);
    CHECK(gate.guests() == 2);
}

TEST_CASE("who stood in for its home stands by again as soon as the home has it", "[standby][SR4][IP7]") {
    Gate gate = backup_with({"nora", "ned"});
    Phone nora("nora", yealink), ned("ned", yealink);
    nora.call(gate);
    ned.call(gate);
    gate.beating.clear();
    gate.pass(16s);
    REQUIRE(gate.guests() == 2);
    gate.heartbeat.epoch = {501};
    gate.heartbeat.registrations = {};
    Hello hello;
    hello.epoch = {501};
    hello.matching = support::settings_of("north", {}, {}).matching;
    hello.you_are_my_backup = true;
    gate.hear(north, std::move(hello));
    gate.happened.clear();
    north_returns(gate);
    CHECK(gate.phase_of(north) == Phase::settling);
    CHECK(gate.guests() == 2);  // until the home says more
    north_has(gate, {"nora"});
    CHECK(gate.guests() == 1);
    CHECK(standbys(gate) == 1);
    CHECK(gate.notices<PhoneRemoved>().empty());
    REQUIRE(gate.notices<PhoneStandsBy>().size() == 1);
    CHECK(nora.send(gate).warning == standby_warning());
    CHECK(ned.send(gate).warning == "guest: your home is coming back");
}

TEST_CASE("while its home is lost a stand-in stays, whatever the home's table says", "[standby][SR4]") {
    Gate gate = backup_with({"nora"});
    Phone nora("nora", yealink);
    nora.call(gate);
    gate.heartbeat.leaving = true;
    gate.beat(north);
    gate.pass(100ms);
    REQUIRE(gate.guests() == 1);
    north_has(gate, {"nora"});
    CHECK(gate.guests() == 1);
    gate.heartbeat.leaving = false;
    gate.beat(north);
    CHECK(gate.guests() == 0);
    CHECK(standbys(gate) == 1);
}

TEST_CASE("a home leaves its phone to the backup that began to serve it later, and only then", "[standby][SR4][R6]") {
    Gate gate = site_of({"alice"});
    gate.feed(StateLoaded{});
    gate.entrusted_by_north({});
    Phone alice("alice", yealink);
    CHECK(alice.call(gate).status == 200);
    const auto north_says = [&](Role role, base::Instant since) {
        Changes page;
        page.epoch = gate.heartbeat.epoch;
        page.restart = page.complete = true;
        Binding there = at_home("alice", since);
        there.role = role;
        page.registrations.push_back({aor("alice"), south, {there}});
        page.upto = {1};
        gate.hear(north, std::move(page));
    };
    north_says(Role::standby, gate.now + 10s);  // says nothing about where the phone is
    CHECK(gate.rows<BindingsRow>().empty());
    CHECK(gate.status().registrations == 1);
    north_says(Role::stand_in, gate.now - 10s);
    CHECK(gate.rows<BindingsRow>().size() == 1);  // told again, so that it stands down
    CHECK(gate.status().registrations == 1);
    north_says(Role::stand_in, gate.now + 10s);
    CHECK(gate.status().registrations == 0);
}

TEST_CASE("of two backups the one that the home names first serves the phone, until it is lost", "[standby][SR4][R3]") {
    Gate gate = backup_with({"nora"});
    gate.link(west);
    gate.beat(west);
    Phone nora("nora", yealink);
    nora.call(gate);
    gate.heartbeat.leaving = true;
    gate.beat(north);
    gate.pass(100ms);
    REQUIRE(gate.guests() == 1);
    Hello hello;
    hello.epoch = gate.heartbeat.epoch;
    hello.matching = support::settings_of("north", {}, {}).matching;
    hello.you_are_my_backup = true;
    hello.backups = {west, south};
    gate.hear(north, std::move(hello));
    gate.heartbeat = Heartbeat{};
    gate.heartbeat.epoch = {500};
    gate.beating = {west};
    gate.beat(west);
    Changes page;
    page.epoch = {500};
    page.restart = page.complete = true;
    Binding there = at_home("nora", gate.now);
    there.role = Role::stand_in;
    page.registrations.push_back({aor("nora"), north, {there}});
    page.upto = {1};
    gate.hear(west, std::move(page));
    CHECK(gate.guests() == 0);
    CHECK(standbys(gate) == 1);
    CHECK(nora.send(gate).warning == standby_warning());  // its refreshes do not move it
    CHECK(gate.guests() == 0);
    gate.beating.clear();
    gate.pass(20s);
    CHECK(gate.guests() == 1);
}

TEST_CASE("a restarted backup still has its standbys", "[standby][IP8]") {
    Gate gate;
    gate.started().with_users({"alice"});
    StateLoaded state;
    Binding kept = at_home("nora", gate.now);
    kept.role = Role::standby;
    kept.terminal = backup::TerminalKind::desk;
    state.bindings.push_back({aor("nora"), north, {kept}, {}, 0});
    gate.feed(std::move(state));
    CHECK(standbys(gate) == 1);
    CHECK(gate.phase_of(north) == Phase::normal);
    gate.entrusted_by_north({"nora"});
    gate.pass(16s);
    CHECK(gate.phase_of(north) == Phase::active);
    CHECK(gate.guests() == 1);
}

TEST_CASE("many standbys are served in portions, so that others are answered in between", "[standby][R11]") {
    std::vector<std::string> names;
    for (int i = 0; i < 2500; ++i) names.push_back("n" + std::to_string(i));
    Gate gate;
    gate.started().with_users({"alice"});
    StateLoaded state;
    for (const std::string& name : names) {
        Binding kept = at_home(name, gate.now);
        kept.role = Role::standby;
        kept.terminal = backup::TerminalKind::desk;
        state.bindings.push_back({aor(name), north, {kept}, {}, 0});
    }
    gate.feed(std::move(state));
    gate.entrusted_by_north(names);
    while (gate.phase_of(north) != Phase::active) {
        gate.now = gate.keeper.next_deadline();
        gate.tick();
    }
    CHECK(gate.guests() <= 1000);
    gate.pass(10ms);
    CHECK(gate.guests() == 2500);
}

TEST_CASE("explain names the profile of the phone and that it would stand by", "[standby][SR4]") {
    Gate gate = backup_with({"nora"});
    Phone nora("nora", yealink);
    nora.call(gate);
    const ExplainReport report = gate.explain("nora");
    CHECK(report.admitted);
    CHECK(report.rule == "standby");
    CHECK(fact(report, "phone profile") == "yealink");
    CHECK(fact(report, "standing by here") == "yes");
}

TEST_CASE("only a refusal that says where the phone belongs is softened to a standby", "[standby][SR4]") {
    AdmissionFacts facts;
    facts.concurrent = Concurrent::standby;
    facts.registered_at_home = true;
    for (const Refusal refusal : every_refusal) {
        const bool belongs_home = refusal == Refusal::registered_at_home || refusal == Refusal::home_is_asked ||
                                  refusal == Refusal::awaiting_physical || refusal == Refusal::home_is_settling ||
                                  refusal == Refusal::home_is_back;
        INFO(to_text(refusal));
        CHECK(may_stand_by(facts, refusal) == belongs_home);
    }
    CHECK_FALSE(may_stand_by(facts, Refusal::home_not_lost_yet));  // a newcomer's knock is evidence
    facts.standby_here = true;
    CHECK(may_stand_by(facts, Refusal::home_not_lost_yet));
    facts.registered_at_home = false;
    CHECK_FALSE(may_stand_by(facts, Refusal::registered_at_home));
}
