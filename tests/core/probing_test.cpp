// Probes: OPTIONS, and REGISTERs with Expires 0 that are no log-outs, over the whole gatekeeper.
#include "gate.h"

using namespace gate;

namespace {

OptionsRequest probe(const std::string& user, const std::string& from, const char* user_agent = "Grandstream") {
    static std::string kept;  // the event carries views
    kept = user;
    OptionsRequest request;
    request.id.value = 1;
    request.source.remote = base::Endpoint::parse(from).value();
    request.from_user = kept;
    request.from_domain = support::domain;
    request.user_agent = user_agent;
    return request;
}

const Response& ask(Gate& gate, const std::string& user, const std::string& from = "192.0.2.1:5060",
                    const char* user_agent = "Grandstream") {
    gate.feed(probe(user, from, user_agent));
    return gate.answer();
}

// South with nora of north, who is registered there from 192.0.2.1.
Gate backup_with_nora() {
    Gate gate = backup_of({"nora"});
    Changes page;
    page.epoch = gate.heartbeat.epoch;
    page.restart = page.complete = true;
    Binding binding;
    binding.contact = "sip:nora@192.0.2.1:5060";
    binding.flow.remote = base::Endpoint::parse("192.0.2.1:5060").value();
    binding.registered = gate.now;
    binding.expires = gate.now + 1h;
    page.registrations.push_back({aor("nora"), {}, {binding}});
    gate.hear(north, std::move(page));
    return gate;
}

}  // namespace

TEST_CASE("a phone that asks its backup by OPTIONS hears that its place is at home", "[probe][IP2]") {
    Gate gate = backup_with_nora();
    const Response& answer = ask(gate, "nora");
    CHECK(answer.status == 503);
    CHECK(answer.phrase == "Register At Home");
    CHECK(answer.retry_after.value_or(0) > 0);
    CHECK(ask(gate, "nora", "192.0.2.1:49152").status == 503);  // another port of the same phone
}

TEST_CASE("OPTIONS is answered as the profile of the phone says", "[probe][profile]") {
    Gate gate = backup_with_nora();
    const Response& answer = ask(gate, "nora", "192.0.2.1:5060", "snomD785/10.1");
    CHECK(answer.phrase == "Please Failover");
    CHECK(answer.retry_after.value_or(99) <= 20);
}

TEST_CASE("in failover the same phone hears that it is welcome", "[probe][IP3]") {
    Gate gate = backup_with_nora();
    lose_north(gate);
    CHECK(ask(gate, "nora").status == 200);
    north_returns(gate);
    CHECK(ask(gate, "nora").status == 503);
}

TEST_CASE("who asks for somebody else, or for nobody, hears of this server alone", "[probe][R16]") {
    Gate gate = backup_with_nora();
    CHECK(ask(gate, "nora", "203.0.113.9:5060").status == 200);
    CHECK(ask(gate, "nobody", "203.0.113.9:5060").status == 200);
    CHECK(ask(gate, "alice", "203.0.113.9:5060").status == 200);
    CHECK(ask(gate, "nobody").status == 200);
    gate.command(Drain{"works"});
    for (const char* user : {"nora", "nobody", "alice"}) {
        const Response& answer = ask(gate, user, "203.0.113.9:5060");
        CHECK(answer.status == 503);
        CHECK(answer.phrase == "In Maintenance");
    }
}

TEST_CASE("a site without its users says that it is not ready", "[probe]") {
    Gate gate;
    gate.started();
    CHECK(ask(gate, "alice").status == 503);
    gate.with_users({"alice"});
    CHECK(ask(gate, "alice").status == 200);
}

TEST_CASE("OPTIONS changes nothing: it is no knock and begins no failover", "[probe][IP4]") {
    Gate gate = backup_with_nora();
    lose_north(gate);
    CHECK(ask(gate, "nora").status == 200);
    CHECK(gate.phase_of(north) == Phase::allowed);
    CHECK(gate.guests() == 0);
}

TEST_CASE("a marked keepalive removes nothing", "[probe][SR4]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice", "Cisco-CP-8851-3PCC/11.3.1");
    REQUIRE(alice.call(gate).status == 200);
    alice.request.contacts[0].expires = 0;
    alice.request.contacts[0].keep_alive = true;
    CHECK(alice.call(gate).status == 200);
    CHECK(gate.answer().contacts.size() == 1);
    CHECK(gate.rows<BindingsRow>().empty());
    CHECK(gate.status().registrations == 1);
    alice.request.contacts[0].keep_alive = false;
    CHECK(alice.call(gate).status == 200);
    CHECK(gate.status().registrations == 0);  // without the mark it is a log-out
}

TEST_CASE("a keepalive at the backup hears whether it would be served there", "[probe][IP2][IP3]") {
    Gate gate = backup_with_nora();
    Phone nora("nora", "baresip v4.1.0");
    nora.request.contacts[0].expires = 0;
    CHECK(refused(gate, nora) == Refusal::registered_at_home);
    CHECK(gate.status().homes.front().phase == Phase::normal);
    gate.beating.clear();
    gate.pass(2s);
    CHECK(refused(gate, nora) == Refusal::home_not_lost_yet);
    gate.pass(5s);
    CHECK(gate.phase_of(north) == Phase::normal);  // a probe is no witness
    gate.pass(10s);
    CHECK(nora.call(gate).status == 503);  // of unknown terminal, so a softphone
    CHECK(gate.phase_of(north) == Phase::allowed);
}

TEST_CASE("a keepalive of a standby hears that there is no service here", "[probe][SR4]") {
    Gate gate = backup_with_nora();
    Phone nora("nora", "Yealink SIP-T46S");
    CHECK(nora.call(gate).status == 200);
    nora.request.contacts[0].expires = 0;
    nora.request.contacts[0].keep_alive = true;
    CHECK(refused(gate, nora) == Refusal::home_is_asked);
    CHECK(gate.status().standbys == 1);
    gate.beating.clear();
    gate.pass(16s);
    CHECK(nora.call(gate).status == 200);
    CHECK(gate.guests() == 1);  // and is still registered
}

TEST_CASE("a phone that logs out where it is not registered is told so, unless its model probes that way", "[probe]") {
    Gate gate = backup_with_nora();
    Phone plain("nora", "Grandstream");
    plain.request.contacts[0].expires = 0;
    CHECK(refused(gate, plain) == Refusal::registered_at_home);
    Gate own = site_of({"alice"});
    own.command(Drain{"works"});
    Phone alice("alice", "Grandstream"), prober("alice", "baresip v4.1.0");
    alice.request.contacts[0].expires = prober.request.contacts[0].expires = 0;
    CHECK(alice.call(own).status == 200);
    CHECK(refused(own, prober) == Refusal::draining);
}
