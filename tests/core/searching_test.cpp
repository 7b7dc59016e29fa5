// A home is asked by its backup about a phone that knocks there: south by north, about alice.
#include "core/limits.h"
#include "gate.h"

using namespace gate;

namespace {

std::vector<ProbePhone> probes(const Gate& gate) {
    std::vector<ProbePhone> found;
    for (const Effect& effect : gate.happened)
        if (const auto* probe = std::get_if<ProbePhone>(&effect)) found.push_back(*probe);
    return found;
}

std::optional<PhoneFinding> verdict(const Gate& gate) {
    const auto sent = gate.sent<PhoneVerdict>(north);
    return sent.empty() ? std::nullopt : std::optional(sent[0]->finding);
}

// A home whose backup may ask it about its phones.
Gate asked_by_north(std::vector<std::string> users) {
    Gate gate = site_of(std::move(users));
    gate.link(north);
    gate.beating = {north};
    gate.beaten = gate.now;
    gate.beat(north);
    Position position;
    gate.hear(north, position);
    return gate;
}

PhoneQuestion about(const Phone& phone) {
    return {aor(phone.request.to_user), phone.request.contacts[0].uri, phone.request.contacts[0].instance};
}

// What the phone's contact is at its second, third device.
void at(Phone& phone, const std::string& contact) {
    phone.request.contacts[0].uri = contact;
    phone.request.call_id = contact;
}

}  // namespace

TEST_CASE("a home that is asked probes the phone where it registered from", "[stray][IP2]") {
    Gate gate = asked_by_north({"alice"});
    Phone alice("alice");
    REQUIRE(alice.call(gate).status == 200);
    gate.hear(north, about(alice));
    const auto probed = probes(gate);
    REQUIRE(probed.size() == 1);
    CHECK(probed[0].flow == alice.request.source);
    CHECK(probed[0].contact == alice.request.contacts[0].uri);
    CHECK_FALSE(verdict(gate));

    gate.hear(north, about(alice));  // again: one search for both
    CHECK(probes(gate).empty());

    gate.feed(PhoneProbed{probed[0].probe, true});
    CHECK(verdict(gate) == PhoneFinding::reachable);
    CHECK(gate.status().registrations == 1);
}

TEST_CASE("a phone that does not answer its home is let go of, and the peers hear it first", "[stray][IP2][R3]") {
    Gate gate = asked_by_north({"alice"});
    Phone alice("alice");
    alice.call(gate);
    gate.pass(1s);
    gate.hear(north, about(alice));
    gate.pass(1500ms);
    gate.feed(PhoneProbed{{1}, false});
    CHECK(verdict(gate) == PhoneFinding::let_go);
    REQUIRE(gate.notices<PhoneRemoved>().size() == 1);
    CHECK(gate.notices<PhoneRemoved>()[0].cause == RemovalCause::unreachable);
    REQUIRE(gate.rows<BindingsRow>().size() == 1);
    CHECK(gate.rows<BindingsRow>()[0].bindings.empty());
    bool told = false;
    for (const Effect& effect : gate.happened) {
        const auto* send = std::get_if<SendToPeer>(&effect);
        if (send == nullptr) continue;
        if (std::holds_alternative<Changes>(send->message)) told = true;
        if (std::holds_alternative<PhoneVerdict>(send->message)) CHECK(told);
    }
    CHECK(told);

    gate.pass(1s);
    gate.hear(north, about(alice));  // the answer may have been lost
    CHECK(verdict(gate) == PhoneFinding::let_go);
    CHECK(alice.call(gate).status == 200);  // it is heard again: its home's at once
    CHECK(gate.status().registrations == 1);
}

TEST_CASE("a phone that was let go of is heard again when an answer has reached it", "[stray][IP2][R3]") {
    Gate gate = asked_by_north({"alice"});
    Phone alice("alice");
    alice.call(gate);
    gate.pass(5s);
    gate.hear(north, about(alice));
    gate.feed(PhoneProbed{{1}, false});
    REQUIRE(verdict(gate) == PhoneFinding::let_go);
    gate.pass(5s);
    for (int i = 0; i < 3; ++i) {  // only what it says arrives: it goes on with the nonce that it had
        CHECK(alice.send(gate).status == 401);
        CHECK(gate.answer().challenge->stale);
        CHECK(gate.status().registrations == 0);
        gate.pass(5s);
    }
    CHECK(alice.call(gate).status == 200);
    gate.pass(5s);
    CHECK(alice.send(gate).status == 200);
}

TEST_CASE("a phone that registers from elsewhere while it is probed is reachable, a refresh proves nothing",
          "[stray][IP2]") {
    Gate gate = asked_by_north({"alice"});
    Phone alice("alice");
    alice.call(gate);
    gate.pass(1s);
    gate.hear(north, about(alice));
    gate.pass(1s);
    const bool elsewhere = GENERATE(true, false);
    if (elsewhere) alice.request.source.remote.port = 5099;
    alice.call(gate);
    gate.feed(PhoneProbed{{1}, false});
    CHECK(verdict(gate) == (elsewhere ? PhoneFinding::reachable : PhoneFinding::let_go));
    CHECK(gate.status().registrations == (elsewhere ? 1 : 0));
}

TEST_CASE("a phone that answers a challenge while it is probed is reachable, whatever becomes of the probe",
          "[stray][IP2]") {
    Gate gate = asked_by_north({"alice"});
    Phone alice("alice"), second("alice");
    at(second, "sip:alice@10.0.0.9:5060");
    alice.call(gate);
    second.call(gate);
    gate.pass(1s);
    gate.hear(north, about(alice));
    REQUIRE(probes(gate).size() == 1);
    gate.pass(1s);
    second.session = support::DigestSession();
    second.call(gate);  // another phone of hers was not asked for
    CHECK_FALSE(verdict(gate));
    alice.session = support::DigestSession();
    alice.call(gate);
    CHECK(verdict(gate) == PhoneFinding::reachable);
    gate.feed(PhoneProbed{{1}, false});
    CHECK(gate.sent<PhoneVerdict>(north).empty());
    CHECK(gate.status().registrations == 1);
}

TEST_CASE("of a user's phones the one that knocks is sought, and a stranger among them asks for all", "[stray][IP2]") {
    Gate gate = asked_by_north({"alice"});
    Phone desk("alice"), dect("alice");
    at(dect, "sip:alice@192.0.2.99");
    desk.call(gate);
    dect.call(gate);
    REQUIRE(gate.status().registrations == 1);
    SECTION("the one that knocks") {
        gate.hear(north, about(dect));
        REQUIRE(probes(gate).size() == 1);
        CHECK(probes(gate)[0].contact == "sip:alice@192.0.2.99");
        gate.feed(PhoneProbed{probes(gate)[0].probe, false});
        CHECK(verdict(gate) == PhoneFinding::let_go);
        CHECK(gate.notices<PhoneRemoved>().empty());  // the other one stays
        CHECK(gate.status().registrations == 1);
    }
    SECTION("one that is not among them") {
        Phone unknown("alice");
        at(unknown, "sip:alice@192.0.2.100");
        gate.hear(north, about(unknown));
        const auto both = probes(gate);
        REQUIRE(both.size() == 2);
        const bool first_answers = GENERATE(true, false);
        gate.feed(PhoneProbed{both[0].probe, first_answers});
        CHECK(verdict(gate) == (first_answers ? std::optional(PhoneFinding::reachable) : std::nullopt));
        gate.feed(PhoneProbed{both[1].probe, !first_answers});
        CHECK(verdict(gate) == (first_answers ? std::nullopt : std::optional(PhoneFinding::reachable)));
    }
}

TEST_CASE("a home says of whom it does not have that he is not registered", "[stray][IP2]") {
    Gate gate = asked_by_north({"alice"});
    Phone alice("alice");
    gate.hear(north, about(alice));
    CHECK(verdict(gate) == PhoneFinding::not_registered);
}

TEST_CASE("a phone that its home has just refused is heard there, and gets no licence by way of a backup",
          "[stray][IP9][R10]") {
    Gate gate = asked_by_north({"alice"});
    gate.feed(LicencesLoaded{{{"desk", 0, {}}}});
    Phone alice("alice");
    CHECK(refused(gate, alice) == Refusal::no_licence);
    gate.hear(north, about(alice));
    CHECK(verdict(gate) == PhoneFinding::reachable);
    gate.pass(60s);
    gate.hear(north, about(alice));
    CHECK(verdict(gate) == PhoneFinding::not_registered);
}

TEST_CASE("who is no backup of this site, or asks about strangers, is not answered", "[stray][R3]") {
    Gate gate = asked_by_north({"alice"});
    gate.link(west);
    Phone alice("alice"), nobody("nobody");
    alice.call(gate);
    gate.hear(west, about(alice));
    CHECK(probes(gate).empty());
    CHECK(gate.sent<PhoneVerdict>(west).empty());
    gate.hear(north, about(nobody));
    CHECK_FALSE(verdict(gate));
}

TEST_CASE("what a home missed because it did not run is no phone's silence", "[stray][R1][R5]") {
    Gate gate = asked_by_north({"alice"});
    Phone alice("alice");
    alice.call(gate);
    gate.hear(north, about(alice));
    const auto probed = probes(gate);
    REQUIRE(probed.size() == 1);
    gate.now += 2s;  // frozen
    gate.feed(PhoneProbed{probed[0].probe, false});
    CHECK_FALSE(verdict(gate));
    CHECK(gate.status().registrations == 1);
}
