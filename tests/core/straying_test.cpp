// A phone of a living home knocks at its backup: south asks north about nora.
#include "core/limits.h"
#include "core/stray.h"
#include "gate.h"

using namespace gate;

namespace {

// nora knocked and north has let go of her.
Gate let_go_by_north(Phone& nora, std::vector<std::string> names = {"nora"}) {
    Gate gate = backup_of(std::move(names));
    CHECK(refused(gate, nora) == Refusal::home_is_asked);
    gate.hear(north, PhoneVerdict{aor(nora.request.to_user), PhoneFinding::let_go});
    return gate;
}

}  // namespace

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
    CHECK(gate.answer().warning == "guest: your home is out of service");
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
