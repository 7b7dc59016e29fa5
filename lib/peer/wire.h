// What encoder and decoder agree on beyond peer_message.proto. Only lib/peer includes this.
#pragma once

#include <chrono>
#include <cstdint>

#include "backup/user_record.h"
#include "base/address.h"
#include "base/instant.h"
#include "base/wiped_bytes.h"
#include "core/peer_message.h"
#include "peer/peer_message.pb.h"

namespace innkeeper::peer {

constexpr base::Duration century = std::chrono::hours(24 * 36525);

// Enums cross as their numbers: these must stay what peer_message.proto says.
template <class Wire, class Ours>
constexpr bool same(Wire wire, Ours ours) {
    return static_cast<int>(wire) == static_cast<int>(ours);
}
static_assert(same(wire::UDP, base::Transport::udp) && same(wire::TCP, base::Transport::tcp) &&
              same(wire::TLS, base::Transport::tls));
static_assert(same(wire::UNKNOWN_HEALTH, core::PeerHealth::unknown) && same(wire::ALIVE, core::PeerHealth::alive) &&
              same(wire::SUSPECT, core::PeerHealth::suspect) && same(wire::LOST, core::PeerHealth::lost));
static_assert(same(wire::REACHABLE, core::PhoneFinding::reachable) && same(wire::LET_GO, core::PhoneFinding::let_go) &&
              same(wire::NOT_REGISTERED, core::PhoneFinding::not_registered));
static_assert(same(wire::REGISTRATIONS, core::Dataset::registrations) && same(wire::RECORDS, core::Dataset::records));
static_assert(same(wire::UNKNOWN_TERMINAL, backup::TerminalKind::unknown) &&
              same(wire::DESK, backup::TerminalKind::desk) && same(wire::DECT, backup::TerminalKind::dect) &&
              same(wire::ANALOGUE, backup::TerminalKind::analogue) && same(wire::VIDEO, backup::TerminalKind::video) &&
              same(wire::SOFT, backup::TerminalKind::soft) && same(wire::GROUP, backup::TerminalKind::group));
static_assert(same(wire::NORMAL, backup::Priority::normal) && same(wire::ATTENDANT, backup::Priority::attendant) &&
              same(wire::EMERGENCY, backup::Priority::emergency));

// The generated message keeps secrets in plain strings: wiped here before it gives them back to the heap.
class WipedFrame {
public:
    WipedFrame() = default;
    WipedFrame(const WipedFrame&) = delete;
    WipedFrame& operator=(const WipedFrame&) = delete;
    ~WipedFrame() {
        if (frame_.has_hello())
            for (wire::NonceKey& key : *frame_.mutable_hello()->mutable_nonce_keys()) wipe(*key.mutable_key());
        if (frame_.has_changes()) wipe(*frame_.mutable_changes()->mutable_records());
        if (frame_.has_records_lent()) wipe(*frame_.mutable_records_lent()->mutable_records());
    }
    wire::Frame* operator->() { return &frame_; }

private:
    static void wipe(std::string& secret) { base::wipe(secret.data(), secret.size()); }

    template <class Entries>
    static void wipe(Entries& records) {
        for (wire::RecordEntry& entry : records) {
            if (!entry.has_record()) continue;
            wipe(*entry.mutable_record()->mutable_ha1_md5());
            wipe(*entry.mutable_record()->mutable_ha1_sha256());
        }
    }

    wire::Frame frame_;
};

}  // namespace innkeeper::peer
