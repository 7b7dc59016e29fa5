// What decode() refuses: everything a peer of ours could not have meant.
#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "core/limits.h"
#include "messages.h"
#include "peer/codec.h"

using namespace innkeeper;
using namespace innkeeper::peer_tests;
using core::Limits;

namespace {

// The words of the refusal, empty when there is none.
template <class Message>
std::string refusal(Message message) {
    const auto decoded = peer::decode(peer::encode(core::PeerMessage(std::move(message)), sender_now), receiver_now);
    return decoded ? std::string() : decoded.error().text;
}

std::string refusal_with(const std::function<void(core::Binding&)>& change) {
    core::Changes changes = registrations();
    change(changes.registrations[0].bindings[1]);
    return refusal(std::move(changes));
}

std::string refusal_with_record(const std::function<void(backup::UserRecord&)>& change) {
    core::Changes changes = records();
    change(*changes.records[0].record);
    return refusal(std::move(changes));
}

std::vector<base::WipedBytes> one_of_each() {
    std::vector<base::WipedBytes> all;
    all.push_back(peer::encode(hello(), sender_now));
    all.push_back(peer::encode(heartbeat(), sender_now));
    all.push_back(peer::encode(registrations(), sender_now));
    all.push_back(peer::encode(records(), sender_now));
    all.push_back(peer::encode(position(), sender_now));
    return all;
}

}  // namespace

TEST_CASE("the texts of a binding are accepted at their limit and refused beyond it", "[peer][R15]") {
    const std::vector<std::pair<base::Text core::Binding::*, std::size_t>> texts = {
        {&core::Binding::contact, Limits::contact_octets},       {&core::Binding::call_id, Limits::call_id_octets},
        {&core::Binding::instance, Limits::instance_octets},     {&core::Binding::path, Limits::path_octets},
        {&core::Binding::user_agent, Limits::user_agent_octets},
    };
    for (const auto& [text, longest] : texts) {
        CHECK(refusal_with([&, t = text, l = longest](core::Binding& b) { b.*t = std::string(l, 'x'); }).empty());
        CHECK_FALSE(
            refusal_with([&, t = text, l = longest](core::Binding& b) { b.*t = std::string(l + 1, 'x'); }).empty());
    }
}

TEST_CASE("a refusal names the place", "[peer]") {
    CHECK(refusal_with([](core::Binding& b) { b.q = 1001; }) ==
          "a peer message (changes) with registration 1: binding 2: q above 1");
}

TEST_CASE("a binding without a contact, or by a transport nobody knows, is refused", "[peer]") {
    CHECK_FALSE(refusal_with([](core::Binding& b) { b.contact.clear(); }).empty());
    CHECK_FALSE(refusal_with([](core::Binding& b) { b.flow.transport = base::Transport{9}; }).empty());
}

TEST_CASE("a terminal kind that a later version adds is unknown here, not an error", "[peer]") {
    core::Changes changes = registrations();
    changes.registrations[0].bindings[0].terminal = backup::TerminalKind{200};
    auto decoded = peer::decode(peer::encode(std::move(changes), sender_now), receiver_now);
    REQUIRE(decoded);
    CHECK(std::get<core::Changes>(*decoded).registrations[0].bindings[0].terminal == backup::TerminalKind::unknown);
}

TEST_CASE("lists are accepted at their limit and refused beyond it", "[peer][R15]") {
    const auto bindings = [](std::size_t count) {
        core::Changes changes = registrations();
        changes.registrations[1].bindings.assign(count, binding());
        return refusal(std::move(changes));
    };
    CHECK(bindings(Limits::bindings_per_aor).empty());
    CHECK_FALSE(bindings(Limits::bindings_per_aor + 1).empty());

    const auto entries = [](std::size_t count) {
        core::Changes changes = registrations();
        changes.registrations.assign(count, changes.registrations[1]);
        return refusal(std::move(changes));
    };
    CHECK(entries(Limits::changes_per_page).empty());
    CHECK_FALSE(entries(Limits::changes_per_page + 1).empty());

    const auto views = [](std::size_t count) {
        core::Heartbeat message = heartbeat();
        message.views.assign(count, message.views[0]);
        return refusal(std::move(message));
    };
    CHECK(views(Limits::peers).empty());
    CHECK_FALSE(views(Limits::peers + 1).empty());

    const auto domains = [](std::size_t count) {
        core::Hello message = hello();
        message.matching.domains.assign(count, "rome.example");
        return refusal(std::move(message));
    };
    CHECK(domains(Limits::domains).empty());
    CHECK_FALSE(domains(Limits::domains + 1).empty());

    const auto keys = [](std::size_t count) {
        core::Hello message = hello();
        message.nonce_keys.clear();
        for (std::size_t i = 0; i < count; ++i) message.nonce_keys.push_back({1, sender_now, secret<32>(1)});
        return refusal(std::move(message));
    };
    CHECK(keys(Limits::nonce_keys).empty());
    CHECK_FALSE(keys(Limits::nonce_keys + 1).empty());
}

TEST_CASE("the texts of a record are accepted at their limit and refused beyond it", "[peer]") {
    using backup::UserRecord;
    CHECK(refusal_with_record([](UserRecord& r) { r.display_name.assign(Limits::name_octets, 'x'); }).empty());
    CHECK_FALSE(
        refusal_with_record([](UserRecord& r) { r.display_name.assign(Limits::name_octets + 1, 'x'); }).empty());
    CHECK_FALSE(refusal_with_record([](UserRecord& r) { r.extension.assign(Limits::name_octets + 1, 'x'); }).empty());
    CHECK(refusal_with_record([](UserRecord& r) { r.settings.assign(Limits::settings_octets, 'x'); }).empty());
    CHECK_FALSE(
        refusal_with_record([](UserRecord& r) { r.settings.assign(Limits::settings_octets + 1, 'x'); }).empty());
}

TEST_CASE("a full page of the longest records stays below the frame limit", "[peer]") {
    core::Changes changes;
    changes.dataset = core::Dataset::records;
    for (std::size_t i = 0; i < Limits::changes_per_page; ++i) {
        backup::UserRecord record = records().records[0].record->clone();
        record.display_name.assign(Limits::name_octets, 'x');
        record.extension.assign(Limits::name_octets, 'x');
        record.settings.assign(Limits::settings_octets, 'x');
        changes.records.push_back({record.aor, std::move(record)});
    }
    CHECK(peer::encode(std::move(changes), sender_now).size() < peer::longest_frame);
}

TEST_CASE("names of sites that no operator could have given are refused", "[peer]") {
    for (const std::string& name :
         {std::string("Rome"), std::string("a b"), std::string("x\n"), std::string(64, 'a')}) {
        core::Heartbeat beat = heartbeat();
        beat.views[0].site.text = name;
        CHECK_FALSE(refusal(std::move(beat)).empty());
        core::Changes changes = registrations();
        changes.registrations[0].guest_of.text = name;
        CHECK_FALSE(refusal(std::move(changes)).empty());
    }
}

TEST_CASE("entries without an address of record, or of the other dataset, are refused", "[peer]") {
    core::Changes nameless = registrations();
    nameless.registrations[0].aor = {};
    CHECK_FALSE(refusal(std::move(nameless)).empty());
    core::Changes mixed = registrations();
    mixed.dataset = core::Dataset::records;
    CHECK_FALSE(refusal(std::move(mixed)).empty());
}

TEST_CASE("a message cut short at any octet is refused", "[peer]") {
    for (const base::WipedBytes& whole : one_of_each())
        for (std::size_t length = 0; length < whole.size(); ++length) {
            INFO("length " << length << " of " << whole.size());
            CHECK_FALSE(peer::decode(std::string_view(whole).substr(0, length), receiver_now));
        }
}

TEST_CASE("a message with any octet changed is refused or decoded, never worse", "[peer]") {
    std::mt19937 random(20);
    std::size_t refused = 0;
    for (const base::WipedBytes& whole : one_of_each())
        for (std::size_t at = 0; at < whole.size(); ++at)
            for (int round = 0; round < 8; ++round) {
                base::WipedBytes bytes = whole;
                bytes[at] = static_cast<char>(random());
                if (!peer::decode(bytes, receiver_now)) ++refused;
            }
    CHECK(refused > 100);
}

TEST_CASE("garbage is refused", "[peer]") {
    std::mt19937 random(21);
    for (int round = 0; round < 2000; ++round) {
        const std::size_t size = 1 + random() % 300;
        std::string bytes(size, '\xff');
        for (char& octet : bytes) octet = static_cast<char>(random());
        bytes[0] = '\x05';  // a field of a wire type that the protocol does not use there
        CHECK_FALSE(peer::decode(bytes, receiver_now));
    }
    CHECK_FALSE(peer::decode("", receiver_now));
    CHECK_FALSE(peer::decode("REGISTER sip:rome.example SIP/2.0\r\n\r\n", receiver_now));
}

TEST_CASE("a frame beyond the limit is refused unread", "[peer]") {
    const auto decoded = peer::decode(std::string(peer::longest_frame + 1, '\0'), receiver_now);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().text == "a peer message longer than 4 MiB");
}

TEST_CASE("fields of a later version are skipped", "[peer]") {
    const auto plain = peer::encode(position(), sender_now);
    REQUIRE(plain[1] == static_cast<char>(plain.size() - 2));
    base::WipedBytes later = plain;
    const std::string inner = "\xf8\x06\x01";  // field 111, varint
    const std::string outer =
        "\xc2\x0c\x04"
        "abcd";  // field 200, four octets
    later += inner;
    later[1] = static_cast<char>(later[1] + static_cast<char>(inner.size()));
    later += outer;
    const auto decoded = peer::decode(later, receiver_now);
    REQUIRE(decoded);
    CHECK(std::get<core::Position>(*decoded).sequence.value == 77);
}

TEST_CASE("a kind of message that this version does not know is refused in words", "[peer]") {
    const auto decoded = peer::decode(
        "\xc2\x0c\x04"
        "abcd",
        receiver_now);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().text.find("kind") != std::string::npos);
}
