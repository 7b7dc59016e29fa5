// A phone that stands by at its backup and that its living home does not reach any more (SR4, IP2): south asks north
// when nora renews what she has.
#include <deque>

#include "core/limits.h"
#include "core/standby.h"
#include "core/stray.h"
#include "gate.h"

using namespace gate;

namespace {

constexpr const char* concurrent = "Yealink SIP-T46S";

void north_has(Gate& gate, const std::vector<std::string>& users, std::uint64_t upto = 1) {
    Changes page;
    page.epoch = gate.heartbeat.epoch;
    page.restart = page.complete = true;
    page.upto = {upto};
    for (const std::string& user : users) {
        Binding binding;
        binding.contact = "sip:" + user + "@192.0.2.1:5060";
        binding.registered = gate.now;
        binding.expires = binding.promised = gate.now + 1h;
        page.registrations.push_back({aor(user), {}, {binding}});
    }
    gate.hear(north, std::move(page));
}

// These stand by, and north was asked about each and reaches it.
std::deque<Phone> standing_by(Gate& gate, const std::vector<std::string>& users) {
    north_has(gate, users);
    std::deque<Phone> phones;
    for (const std::string& user : users) {
        CHECK(phones.emplace_back(user, concurrent).call(gate).warning == standby_warning());
        gate.hear(north, PhoneVerdict{aor(user), PhoneFinding::reachable});
    }
    return phones;
}

}  // namespace

TEST_CASE("a renewed standby asks whether its home still reaches the phone, and is its stray without another REGISTER",
          "[stray][standby][IP2][SR4]") {
    Gate gate = backup_of({"nora"});
    std::deque<Phone> phones = standing_by(gate, {"nora"});
    Phone& nora = phones[0];
    CHECK(nora.send(gate).warning == standby_warning());
    CHECK(gate.sent<PhoneQuestion>(north).empty());  // north has just said that it reaches her
    gate.pass(30s);
    CHECK(nora.send(gate).warning == standby_warning());
    REQUIRE(gate.sent<PhoneQuestion>(north).size() == 1);
    gate.hear(north, PhoneVerdict{aor("nora"), PhoneFinding::let_go});
    REQUIRE(gate.notices<PhoneRegistered>().size() == 1);
    CHECK(gate.notices<PhoneRegistered>()[0].stray);
    CHECK(gate.status().strays == 1);
    CHECK(gate.phase_of(north) == Phase::normal);
    CHECK(nora.send(gate).warning == stray_warning());
}

TEST_CASE("a standby whose home has it no more needs no patience", "[stray][standby][IP2][SR4]") {
    Gate gate = backup_of({"nora"});
    std::deque<Phone> phones = standing_by(gate, {"nora"});
    Phone& nora = phones[0];
    gate.pass(30s);
    SECTION("nor does it when it is home's by now") {
        nora.send(gate);
        gate.hear(north, PhoneVerdict{aor("nora"), PhoneFinding::not_registered});  // the news crossed
        CHECK(gate.status().strays == 0);
    }
    SECTION("served at the first answer") {
        north_has(gate, {}, 2);
        nora.send(gate);
        CHECK(gate.status().strays == 0);
        gate.hear(north, PhoneVerdict{aor("nora"), PhoneFinding::not_registered});
        CHECK(gate.status().strays == 1);
    }
}

TEST_CASE("an answer that nobody waits for serves no standby", "[stray][standby][R3]") {
    Gate gate = backup_of({"nora"});
    standing_by(gate, {"nora"});
    north_has(gate, {}, 2);
    gate.hear(north, PhoneVerdict{aor("nora"), PhoneFinding::not_registered});
    CHECK(gate.status().strays == 0);
}

TEST_CASE("a renewed standby is no witness of its home's silence", "[stray][standby][R3]") {
    const std::vector<std::string> names{"nora", "ned", "nell", "nick", "nina"};
    Gate gate = backup_of(names);
    std::deque<Phone> phones = standing_by(gate, names);
    gate.beating.clear();
    for (int second = 0; second < 10; ++second) {
        gate.pass(1s);
        for (Phone& phone : phones) CHECK(phone.send(gate).warning == standby_warning());
    }
    CHECK(gate.phase_of(north) == Phase::normal);
}

TEST_CASE("questions about standbys leave room for phones that have nothing", "[stray][standby][R11]") {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < Limits::renewal_questions + 10; ++i) names.push_back("n" + std::to_string(i));
    std::vector<std::string> users = names;
    users.emplace_back("ned");
    Gate gate = backup_of(users);
    std::deque<Phone> phones = standing_by(gate, names);
    gate.pass(30s);
    std::size_t asked = 0;
    for (Phone& phone : phones) {
        phone.send(gate);
        asked += gate.sent<PhoneQuestion>(north).size();
    }
    CHECK(asked == Limits::renewal_questions);
    Phone ned("ned");
    CHECK(refused(gate, ned) == Refusal::home_is_asked);
    CHECK(gate.sent<PhoneQuestion>(north).size() == 1);
}

TEST_CASE("so do the phones that are remembered", "[stray][standby][R15]") {
    Inquiries inquiries;
    const base::Instant now{10h};
    const auto phone = [](std::size_t i) { return base::Aor::from_parts(std::to_string(i), support::domain).value(); };
    std::size_t remembered = 0;
    while (inquiries.on_knock(now, phone(remembered), true)) ++remembered;
    CHECK(remembered == Limits::knocking_phones / 2);
    CHECK(inquiries.on_knock(now, phone(remembered)));
}
