// One message of each kind with something in every field.
#pragma once

#include <array>
#include <string>

#include "core/peer_message.h"

namespace innkeeper::peer_tests {

using namespace std::chrono_literals;

constexpr base::Instant sender_now{base::Duration(5'000'000'000)};
constexpr base::Instant receiver_now{base::Duration(77'123'456)};  // another machine: booted at another time

template <std::size_t Size>
base::SecretBytes<Size> secret(std::uint8_t fill) {
    std::array<std::uint8_t, Size> bytes{};
    bytes.fill(fill);
    return base::SecretBytes<Size>(bytes);
}

inline core::Hello hello() {
    core::Hello hello;
    hello.protocol = 3;
    hello.epoch = {1'700'000'000'000};
    hello.epoch_heard_of_you = {42};
    hello.matching = {std::string(64, 'a'), {"rome.example", "inn.example"}, true};
    hello.you_are_my_backup = true;
    hello.backups = {{"oslo"}, {"rome"}};
    hello.voicemail = "sip:vm@192.0.2.30";
    hello.voicemail_backup = "sip:vm@192.0.2.31";
    hello.nonce_keys.push_back({7, sender_now - 30min, secret<32>(0x11)});
    hello.nonce_keys.push_back({0xffffffff, sender_now - 1s, secret<32>(0x22)});
    return hello;
}

inline core::Heartbeat heartbeat() {
    core::Heartbeat heartbeat;
    heartbeat.epoch = {9};
    heartbeat.serving = true;
    heartbeat.leaving = true;
    heartbeat.leaving_reason = "kernel update";
    heartbeat.back_in = 12min + 1us;
    heartbeat.condition = {"2.1", 1'700'000'000, -5s, true, 17};
    heartbeat.registrations = {{10}, 0xfedcba9876543210};
    heartbeat.records = {{11}, 12};
    heartbeat.views = {{{"oslo"}, core::PeerHealth::alive, 1ms}, {{"rome"}, core::PeerHealth::lost, 20s}};
    heartbeat.holding = {{"rome"}, {"bern"}};
    return heartbeat;
}

inline core::Binding binding() {
    core::Binding binding;
    binding.contact = "sip:anna@192.0.2.7:5062;transport=tcp;x=\xff";  // what phones send need not be UTF-8
    binding.call_id = "1234@192.0.2.7";
    binding.instance = "<urn:uuid:00000000-0000-1000-8000-000a95a0e128>";
    binding.path = "<sip:edge.example;lr>";
    binding.user_agent = "Yealink SIP-T46S 66.86.0.15";
    binding.cseq = 4'000'000'000;
    binding.reg_id = 2;
    binding.q = 700;
    binding.flow = {base::Transport::tls, 3, base::Endpoint::parse("[2001:db8::7]:61000").value(), 1ULL << 40};
    binding.terminal = backup::TerminalKind::desk;
    binding.registered = sender_now - 12s;
    binding.expires = sender_now + 288s;
    binding.promised = sender_now + 588s + 1us;
    return binding;
}

inline core::Changes registrations() {
    core::Changes changes;
    changes.epoch = {9};
    changes.after = {100};
    changes.upto = {103};
    changes.restart = true;
    changes.complete = true;
    changes.registrations.push_back({base::Aor::parse("sip:anna@rome.example").value(), {}, {binding(), binding()}});
    changes.registrations.push_back({base::Aor::parse("sip:b%25%3ac@rome.example").value(), {"oslo"}, {}});
    return changes;
}

inline core::Changes records() {
    core::Changes changes;
    changes.dataset = core::Dataset::records;
    changes.epoch = {9};
    changes.after = {1};
    changes.upto = {3};
    backup::UserRecord record;
    record.aor = base::Aor::parse("sip:anna@rome.example").value();
    record.display_name = "Anna \xc3\x85";
    record.extension = "4711";
    record.settings = "{\"language\":\"it\"}";
    record.terminal = backup::TerminalKind::dect;
    record.priority = backup::Priority::emergency;
    record.enabled = true;
    record.ha1 = {secret<16>(0x33), secret<32>(0x44)};
    const base::Aor aor = record.aor;
    changes.records.push_back({aor, std::move(record)});
    changes.records.push_back({base::Aor::parse("sip:bert@rome.example").value(), {}});
    return changes;
}

inline core::RecordsLent lent() {
    core::RecordsLent lent;
    lent.home = {"rome"};
    lent.after = base::Aor::parse("sip:adam@rome.example").value();
    lent.held = true;
    lent.complete = true;
    lent.records.push_back(std::move(records().records[0]));
    lent.backups = {{"oslo"}, {"bern"}};
    return lent;
}

inline core::Position position() {
    return {core::Dataset::records, {9}, {77}};
}

}  // namespace innkeeper::peer_tests
