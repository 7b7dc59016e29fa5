// A phone of a living home knocks at its backup: south asks north about nora, and is asked about alice.
#include "core/limits.h"
#include "core/stray.h"
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

// nora knocked and north has let go of her.
Gate let_go_by_north(Phone& nora, std::vector<std::string> names = {"nora"}) {
    Gate gate = backup_of(std::move(names));
    CHECK(refused(gate, nora) == Refusal::home_is_asked);
    gate.hear(north, PhoneVerdict{aor(nora.request.to_user), PhoneFinding::let_go});
    return gate;
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

// ---- the backup's end

TEST_CASE("a phone that knocks while its home serves is asked about, and told to come back soon", "[stray][IP2]") {
    Gate gate = backup_of({"nora"});
    Phone nora("nora");
    CHECK(refused(gate, nora) == Refusal::home_is_asked);
    CHECK(gate.answer().retry_after == 2);
    const auto questions = gate.sent<PhoneQuestion>(north);
    REQUIRE(questions.size() == 1);
    CHECK(questions[0]->aor == aor("nora"));
    CHECK(questions[0]->contact == nora.request.contacts[0].uri);
    CHECK(refused(gate, nora) == Refusal::home_is_asked);
    CHECK(gate.sent<PhoneQuestion>(north).empty());
}

TEST_CASE("a stranger's knock asks nobody", "[stray][R16]") {
    Gate gate = backup_of({"nora"});
    Phone thief("nora");
    thief.ha1 = auth::make_ha1("nora", support::domain, "guessed");
    thief.call(gate);
    CHECK(gate.sent<PhoneQuestion>(north).empty());
}

TEST_CASE("a phone that its home lets go of is a stray, and nothing else changes", "[stray][IP2][IP9]") {
    Phone nora("nora");
    Gate gate = let_go_by_north(nora);
    gate.pass(2s);
    const Response& ok = nora.call(gate);
    CHECK(ok.status == 200);
    CHECK(ok.contacts[0].expires == 60);
    CHECK(ok.warning.substr(0, 5) == "stray");
    REQUIRE(gate.notices<PhoneRegistered>().size() == 1);
    CHECK(gate.notices<PhoneRegistered>()[0].stray);
    CHECK(gate.notices<FailoverBegan>().empty());
    REQUIRE(gate.rows<BindingsRow>().size() == 1);
    CHECK(gate.rows<BindingsRow>()[0].stray);
    CHECK(gate.rows<BindingsRow>()[0].licences == 0);
    CHECK(gate.phase_of(north) == Phase::normal);
    CHECK(gate.status().strays == 1);
    CHECK(gate.status().homes[0].strays == 1);
    const ExplainReport why = gate.explain("nora");
    CHECK(why.admitted);
    CHECK(why.rule == "stray");
    CHECK(fact(why, "stray") == "served here");
    const auto listed = std::get<RegistrationsReport>(gate.command(ShowRegistrations{{}, true}));
    REQUIRE(listed.rows.size() == 1);
    CHECK(listed.rows[0].stray);

    gate.pass(50s);
    CHECK(nora.call(gate).status == 200);  // it stays as long as its home does not hear it
    CHECK(gate.sent<PhoneQuestion>(north).empty());
}

TEST_CASE("a softphone may stray like any other", "[stray][IP4]") {
    Phone soft("ned", "baresip v1.0");
    Gate gate = let_go_by_north(soft, {"ned"});
    CHECK(soft.call(gate).status == 200);
    CHECK(gate.phase_of(north) == Phase::normal);
}

TEST_CASE("a phone that its home reaches stays out", "[stray][IP2]") {
    Gate gate = backup_of({"nora"});
    Phone nora("nora");
    refused(gate, nora);
    gate.hear(north, PhoneVerdict{aor("nora"), PhoneFinding::reachable});
    CHECK(refused(gate, nora) == Refusal::registered_at_home);
    CHECK(fact(gate.explain("nora"), "stray") == "no");
}

TEST_CASE("as soon as its home hears a stray, it is its home's", "[stray][IP2][R3]") {
    Phone nora("nora");
    Gate gate = let_go_by_north(nora);
    nora.call(gate);
    gate.pass(10s);
    Changes page;
    page.epoch = gate.heartbeat.epoch;
    page.restart = page.complete = true;
    page.upto = {1};
    Binding home;
    home.contact = nora.request.contacts[0].uri;
    home.registered = gate.now;
    home.expires = home.promised = gate.now + 60s;
    page.registrations.push_back({aor("nora"), {}, {home}, false});
    gate.hear(north, std::move(page));
    REQUIRE(gate.notices<PhoneRemoved>().size() == 1);
    CHECK(gate.notices<PhoneRemoved>()[0].cause == RemovalCause::moved);
    CHECK(gate.notices<PhoneRemoved>()[0].moved_to == north);
    CHECK(gate.guests() == 0);
    CHECK(refused(gate, nora) == Refusal::home_is_asked);  // let go of no more
}

TEST_CASE("a stray of a user whose other phone stays at home is told from it", "[stray][IP2]") {
    Phone nora("nora");
    Gate gate = backup_of({"nora"});
    const auto home_has_the_other = [&](std::uint64_t upto) {
        Changes page;
        page.epoch = gate.heartbeat.epoch;
        page.restart = upto == 1;
        page.complete = true;
        page.after = {upto - 1};
        page.upto = {upto};
        Binding other;
        other.contact = "sip:nora@198.51.100.77";
        other.registered = gate.now;
        other.expires = other.promised = gate.now + 60s;
        page.registrations.push_back({aor("nora"), {}, {other}, false});
        gate.hear(north, std::move(page));
    };
    home_has_the_other(1);
    refused(gate, nora);
    gate.hear(north, PhoneVerdict{aor("nora"), PhoneFinding::let_go});
    REQUIRE(nora.call(gate).status == 200);
    gate.pass(5s);
    home_has_the_other(2);  // refreshed
    CHECK(gate.guests() == 1);
}

TEST_CASE("when the home is lost, strays are guests like the others", "[stray][IP3][IP5]") {
    Phone nora("nora"), ned("ned", "baresip v1.0");
    Gate gate = let_go_by_north(nora, {"nora", "ned"});
    nora.call(gate);
    refused(gate, ned);
    gate.hear(north, PhoneVerdict{aor("ned"), PhoneFinding::let_go});
    REQUIRE(ned.call(gate).status == 200);
    lose_north(gate);
    CHECK(gate.status().strays == 2);

    CHECK(ned.call(gate).status == 200);  // a softphone stays what it is: the failover begins with a desk phone (IP4)
    CHECK(gate.notices<FailoverBegan>().empty());
    CHECK(gate.phase_of(north) == Phase::allowed);
    CHECK(nora.call(gate).status == 200);
    REQUIRE(gate.notices<FailoverBegan>().size() == 1);
    CHECK(gate.notices<FailoverBegan>()[0].first_guest == aor("nora"));
    CHECK(gate.phase_of(north) == Phase::active);
    CHECK(gate.status().strays == 0);
    CHECK(gate.guests() == 2);
    bool kept_as_guest = false;
    for (const BindingsRow& row : gate.rows<BindingsRow>()) kept_as_guest |= row.aor == aor("ned") && !row.stray;
    CHECK(kept_as_guest);
    CHECK(gate.answer().warning.empty());
}

TEST_CASE("a stray stays one when its home was silent for a moment only", "[stray][R2]") {
    Phone nora("nora");
    Gate gate = let_go_by_north(nora);
    nora.call(gate);
    lose_north(gate);
    north_returns(gate);
    CHECK(gate.phase_of(north) == Phase::normal);
    CHECK(gate.status().strays == 1);
}

TEST_CASE("a stray of an earlier life begins no failover", "[stray][R9]") {
    Gate gate;
    gate.started().with_users({});
    BindingsRow row{aor("nora"), north, {}, {}, 0, true};
    Binding kept;
    kept.contact = "sip:nora@192.0.2.1:5060";
    kept.registered = gate.now - 10s;
    kept.expires = kept.promised = gate.now + 60s;
    row.bindings = {kept};
    StateLoaded state;
    state.bindings.push_back(std::move(row));
    gate.feed(std::move(state));
    CHECK(gate.phase_of(north) == Phase::normal);
    CHECK(gate.status().strays == 1);
}

TEST_CASE("a phone that its home never had must knock for a while", "[stray][IP2]") {
    Gate gate = backup_of({"nora"});
    Phone nora("nora");
    const base::Instant began = gate.now;
    for (;;) {
        nora.call(gate);
        if (gate.answer().status == 200) break;
        REQUIRE(gate.notices<RegisterJudged>()[0].refusal == Refusal::home_is_asked);
        gate.hear(north, PhoneVerdict{aor("nora"), PhoneFinding::not_registered});
        gate.pass(2s);
        REQUIRE(gate.now < began + 1min);
    }
    CHECK(gate.now - began >= Inquiries::patience);
    CHECK(gate.now - began <= Inquiries::patience + 2s);
    CHECK(gate.status().strays == 1);
}

TEST_CASE("a home that is doubted, or cannot be asked, is not asked", "[stray][R3]") {
    Gate gate = backup_of({"nora"});
    Phone nora("nora");
    SECTION("silent") {
        gate.beating.clear();
        gate.pass(2s);
    }
    SECTION("not serving") {
        gate.heartbeat.serving = false;
        gate.pass(1s);
    }
    SECTION("without a link") {
        gate.link(north, LinkState::lost);
    }
    nora.call(gate);
    CHECK(gate.answer().status == 503);
    CHECK(gate.sent<PhoneQuestion>(north).empty());
}

TEST_CASE("questions to one home are paced", "[stray][R11]") {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < Limits::phone_questions + 10; ++i) names.push_back("n" + std::to_string(i));
    Gate gate = backup_of(names);
    std::size_t asked = 0;
    for (const std::string& name : names) {
        Phone phone(name);
        CHECK(refused(gate, phone) == Refusal::home_is_asked);
        asked += gate.sent<PhoneQuestion>(north).size();
    }
    CHECK(asked == Limits::phone_questions);
}

TEST_CASE("a site that is drained takes no strays", "[stray]") {
    Phone nora("nora");
    Gate gate = let_go_by_north(nora);
    gate.command(Drain{"upgrade"});
    CHECK(refused(gate, nora) == Refusal::draining);
}

// ---- the home's end

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

TEST_CASE("a phone that registers while it is probed is reachable", "[stray][IP2]") {
    Gate gate = asked_by_north({"alice"});
    Phone alice("alice");
    alice.call(gate);
    gate.pass(1s);
    gate.hear(north, about(alice));
    gate.pass(1s);
    alice.call(gate);
    gate.feed(PhoneProbed{{1}, false});
    CHECK(verdict(gate) == PhoneFinding::reachable);
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
        gate.feed(PhoneProbed{both[0].probe, false});
        CHECK_FALSE(verdict(gate));
        gate.feed(PhoneProbed{both[1].probe, true});
        CHECK(verdict(gate) == PhoneFinding::reachable);
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
