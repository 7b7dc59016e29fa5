#include <algorithm>
#include <catch2/catch.hpp>

#include "core/limits.h"
#include "messages.h"
#include "peer/codec.h"

using namespace innkeeper;
using namespace innkeeper::peer_tests;

namespace {

// Through the wire, to a machine whose clock has nothing in common with the sender's.
template <class Message>
Message sent(Message message) {
    auto decoded = peer::decode(peer::encode(core::PeerMessage(std::move(message)), sender_now), receiver_now);
    INFO((decoded ? std::string() : decoded.error().text));
    REQUIRE(decoded);
    REQUIRE(std::holds_alternative<Message>(*decoded));
    return std::get<Message>(*std::move(decoded));
}

template <std::size_t Size>
bool filled(const base::SecretBytes<Size>& secret, std::uint8_t with) {
    return secret.present() && std::all_of(secret.reveal().begin(), secret.reveal().end(),
                                           [with](std::uint8_t octet) { return octet == with; });
}

}  // namespace

TEST_CASE("a hello crosses with every field, its keys' births as ages", "[peer]") {
    const core::Hello got = sent(hello());
    CHECK(got.protocol == 3);
    CHECK(got.epoch.value == 1'700'000'000'000);
    CHECK(got.epoch_heard_of_you.value == 42);
    CHECK(got.matching == hello().matching);
    CHECK(got.you_are_my_backup);
    CHECK(got.backups == std::vector<base::SiteName>{{"oslo"}, {"rome"}});
    CHECK(got.voicemail == "sip:vm@192.0.2.30");
    CHECK(got.voicemail_backup == "sip:vm@192.0.2.31");
    REQUIRE(got.nonce_keys.size() == 2);
    CHECK(got.nonce_keys[0].id == 7);
    CHECK(got.nonce_keys[0].born == receiver_now - 30min);
    CHECK(filled(got.nonce_keys[0].key, 0x11));
    CHECK(got.nonce_keys[1].id == 0xffffffff);
    CHECK(got.nonce_keys[1].born == receiver_now - 1s);
    CHECK(filled(got.nonce_keys[1].key, 0x22));
}

TEST_CASE("records are asked for and lent across the wire", "[peer][IP8]") {
    const core::RecordsWanted asked = sent(core::RecordsWanted{{"rome"}, lent().after});
    CHECK(asked.home.text == "rome");
    CHECK(asked.after == lent().after);
    CHECK(sent(core::RecordsWanted{{"rome"}, {}}).after.empty());

    const core::RecordsLent got = sent(lent());
    CHECK(got.home.text == "rome");
    CHECK(got.after == lent().after);
    CHECK(got.held);
    CHECK(got.complete);
    REQUIRE(got.records.size() == 1);
    CHECK(got.records[0].record->extension == "4711");
    CHECK(filled(got.records[0].record->ha1.sha256, 0x44));

    CHECK(got.backups == std::vector<base::SiteName>{{"oslo"}, {"bern"}});

    const core::RecordsLent refused = sent(core::RecordsLent{{"rome"}, {}, false, false, {}, {}});
    CHECK_FALSE(refused.held);
    CHECK(refused.records.empty());
}

TEST_CASE("what is lent without a record, or more than a page, is refused", "[peer]") {
    core::RecordsLent bare = lent();
    bare.records[0].record.reset();
    CHECK_FALSE(peer::decode(peer::encode(core::PeerMessage(std::move(bare)), sender_now), receiver_now));
    core::RecordsLent endless = lent();
    while (endless.records.size() <= core::Limits::changes_per_page)
        endless.records.push_back({endless.records[0].aor, endless.records[0].record->clone()});
    CHECK_FALSE(peer::decode(peer::encode(core::PeerMessage(std::move(endless)), sender_now), receiver_now));
    core::RecordsLent crowd = lent();
    crowd.backups.resize(core::Limits::peers + 1, {"oslo"});
    CHECK_FALSE(peer::decode(peer::encode(core::PeerMessage(std::move(crowd)), sender_now), receiver_now));
}

TEST_CASE("a heartbeat crosses with every field", "[peer]") {
    const core::Heartbeat got = sent(heartbeat());
    CHECK(got.epoch.value == 9);
    CHECK(got.serving);
    CHECK(got.leaving);
    CHECK(got.leaving_reason == "kernel update");
    CHECK(got.back_in == 12min + 1us);
    CHECK(got.condition == heartbeat().condition);
    CHECK(got.registrations == heartbeat().registrations);
    CHECK(got.records == heartbeat().records);
    REQUIRE(got.views.size() == 2);
    CHECK(got.views[0].site.text == "oslo");
    CHECK(got.views[0].health == core::PeerHealth::alive);
    CHECK(got.views[0].silence == 1ms);
    CHECK(got.views[1].site.text == "rome");
    CHECK(got.views[1].health == core::PeerHealth::lost);
    CHECK(got.views[1].silence == 20s);
}

TEST_CASE("a heartbeat of a site that does not serve says so", "[peer]") {
    core::Heartbeat heartbeat;
    heartbeat.serving = false;
    const core::Heartbeat got = sent(std::move(heartbeat));
    CHECK_FALSE(got.serving);
    CHECK_FALSE(got.back_in);
    CHECK(got.condition == core::Condition{});
}

TEST_CASE("registrations cross with every field, their times relative to the clock", "[peer]") {
    const core::Changes got = sent(registrations());
    CHECK(got.dataset == core::Dataset::registrations);
    CHECK(got.epoch.value == 9);
    CHECK(got.after.value == 100);
    CHECK(got.upto.value == 103);
    CHECK(got.restart);
    CHECK(got.complete);
    CHECK(got.records.empty());
    REQUIRE(got.registrations.size() == 2);
    CHECK(got.registrations[0].aor.text() == "anna@rome.example");
    CHECK(got.registrations[0].guest_of.text.empty());
    REQUIRE(got.registrations[0].bindings.size() == 2);
    const core::Binding& there = got.registrations[0].bindings[1];
    const core::Binding here = binding();
    CHECK(there.contact == here.contact);
    CHECK(there.call_id == here.call_id);
    CHECK(there.instance == here.instance);
    CHECK(there.path == here.path);
    CHECK(there.user_agent == here.user_agent);
    CHECK(there.cseq == here.cseq);
    CHECK(there.reg_id == here.reg_id);
    CHECK(there.q == here.q);
    CHECK(there.flow == here.flow);
    CHECK(there.terminal == here.terminal);
    CHECK(there.registered == receiver_now - 12s);
    CHECK(there.expires == receiver_now + 288s);
    CHECK(there.promised == receiver_now + 588s + 1us);
    CHECK(got.registrations[1].guest_of.text == "oslo");
    CHECK(got.registrations[1].bindings.empty());
}

TEST_CASE("an address of record with an escape sign or a colon is the same on the other side", "[peer]") {
    CHECK(sent(registrations()).registrations[1].aor.text() == "b%:c@rome.example");
}

TEST_CASE("records cross with every field and their secrets", "[peer][R22]") {
    const core::Changes got = sent(records());
    CHECK(got.dataset == core::Dataset::records);
    CHECK_FALSE(got.restart);
    CHECK_FALSE(got.complete);
    REQUIRE(got.records.size() == 2);
    CHECK(got.records[0].aor.text() == "anna@rome.example");
    REQUIRE(got.records[0].record);
    const backup::UserRecord& record = *got.records[0].record;
    CHECK(record.aor == got.records[0].aor);
    CHECK(record.display_name == "Anna \xc3\x85");
    CHECK(record.extension == "4711");
    CHECK(record.settings == "{\"language\":\"it\"}");
    CHECK(record.terminal == backup::TerminalKind::dect);
    CHECK(record.priority == backup::Priority::emergency);
    CHECK(record.enabled);
    CHECK(filled(record.ha1.md5, 0x33));
    CHECK(filled(record.ha1.sha256, 0x44));
    CHECK(got.records[1].aor.text() == "bert@rome.example");
    CHECK_FALSE(got.records[1].record);
}

TEST_CASE("a user without a SHA-256 secret, or disabled, stays so", "[peer]") {
    core::Changes changes = records();
    changes.records[0].record->ha1.sha256 = {};
    changes.records[0].record->enabled = false;
    const core::Changes got = sent(std::move(changes));
    CHECK_FALSE(got.records[0].record->ha1.sha256.present());
    CHECK(got.records[0].record->ha1.md5.present());
    CHECK_FALSE(got.records[0].record->enabled);
}

TEST_CASE("a position crosses", "[peer]") {
    const core::Position got = sent(position());
    CHECK(got.dataset == core::Dataset::records);
    CHECK(got.epoch.value == 9);
    CHECK(got.sequence.value == 77);
}

TEST_CASE("a moment beyond a century crosses as a century", "[peer]") {
    core::Changes changes = registrations();
    core::Binding& binding = changes.registrations[0].bindings[0];
    binding.expires = base::Instant::max();
    binding.registered = base::Instant::min();
    const core::Changes got = sent(std::move(changes));
    const auto century = std::chrono::hours(24 * 36525);
    CHECK(got.registrations[0].bindings[0].expires == receiver_now + century);
    CHECK(got.registrations[0].bindings[0].registered == receiver_now - century);
}

TEST_CASE("a hundred thousand registrations cross in pages of five hundred", "[peer][IP8]") {
    std::size_t crossed = 0;
    for (int page = 0; page < 200; ++page) {
        core::Changes changes;
        for (int i = 0; i < 500; ++i) {
            const std::string user = std::to_string(page * 500 + i);
            changes.registrations.push_back({base::Aor::from_parts(user, "rome.example").value(), {}, {}});
            changes.registrations.back().bindings.push_back(binding());
        }
        crossed += sent(std::move(changes)).registrations.size();
    }
    CHECK(crossed == 100'000);
}
