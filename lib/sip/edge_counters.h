// What the phone edge counted since it was made. Only ever grows; read on the loop's thread.
#pragma once

#include <array>
#include <cstdint>

#include "base/address.h"

namespace innkeeper::sip {

struct MessageCounters {
    std::uint64_t received = 0;  // messages, keepalives not counted
    std::uint64_t answered = 0;
    std::uint64_t malformed = 0;  // answered with 400 where possible, else dropped
    std::uint64_t oversized = 0;  // beyond the limit of its transport: dropped
    std::uint64_t ignored = 0;    // responses, ACKs and keepalives: nobody waits for an answer
    std::uint64_t withheld = 0;   // an answer would have been larger than R19 allows
    std::uint64_t send_failed = 0;
};

struct ConnectionCounters {
    std::uint64_t accepted = 0;
    std::uint64_t refused_per_source = 0;
    std::uint64_t refused_in_all = 0;
    std::uint64_t no_descriptor = 0;  // accept failed for want of descriptors or memory
    std::uint64_t handshake_failed = 0;
    std::uint64_t handshake_timed_out = 0;
    std::uint64_t message_timed_out = 0;
    std::uint64_t unregistered_timed_out = 0;
    std::uint64_t open = 0;  // now; the only one that falls
};

struct ProbeCounters {
    std::uint64_t asked = 0;  // phones; a question that is sent again counts once
    std::uint64_t answered = 0;
    std::uint64_t timed_out = 0;
    std::uint64_t flow_gone = 0;  // not asked: its connection has ended
};

struct EdgeCounters {
    ProbeCounters probes;
    std::array<MessageCounters, 3> messages;        // by base::Transport
    std::array<ConnectionCounters, 3> connections;  // by base::Transport; UDP stays zero

    MessageCounters& of(base::Transport transport) { return messages[static_cast<std::size_t>(transport)]; }
    const MessageCounters& of(base::Transport transport) const { return messages[static_cast<std::size_t>(transport)]; }
    ConnectionCounters& streams(base::Transport transport) { return connections[static_cast<std::size_t>(transport)]; }
    const ConnectionCounters& streams(base::Transport transport) const {
        return connections[static_cast<std::size_t>(transport)];
    }
};

}  // namespace innkeeper::sip
