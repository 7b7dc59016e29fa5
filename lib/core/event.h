// Everything that can happen to the core. The runtime feeds one at a time; edges only make them.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/wiped_bytes.h"
#include "calls/hop.h"
#include "calls/message.h"
#include "core/operator_command.h"
#include "core/peer_message.h"
#include "core/register_request.h"
#include "core/row.h"

namespace innkeeper::core {

// First event of a run. `wall_seconds` (since 1970) only makes a fresh epoch higher than older ones.
struct Started {
    std::uint64_t wall_seconds = 0;
};

// A nonce key of our own, made from the machine's random source: at start and at each rotation.
struct NonceKeyMade {
    auth::NonceKey key;
};

// A supervisor keeps memory of this process that outlives it; `images` are what earlier lives of this boot left there,
// usually one. Once, after Started; never fed where nobody keeps such memory.
struct MemoryFound {
    std::vector<base::WipedBytes> images;
};

struct PeerMessageReceived {
    base::SiteName from;  // as its certificate names it
    PeerMessage message;
};

enum class LinkState : std::uint8_t {
    up,           // our connection to the peer is established and its certificate names it
    refused,      // its port refuses: a witness of its death
    lost,         // was up; reset or closed by the other side
    unreachable,  // no answer
    untrusted,    // certificate wrong or expired: down for that reason, never evidence of a dead home (decision 12)
};
std::string_view to_text(LinkState state);

struct PeerLinkChanged {
    base::SiteName site;
    LinkState state = LinkState::unreachable;
    std::string detail;
};

// Bindings and leases kept by an earlier life, the epoch it had; once, when the store is first reached.
// `expires` of a loaded binding is its `promised`; texts are as written.
struct StateLoaded {
    base::Epoch epoch;
    std::vector<BindingsRow> bindings;   // own users and guests
    std::vector<FailoverRow> failovers;  // those not ended, the last of each home, and the latest; by home and number
    std::vector<CallRecord> calls;       // the latest, by time
};

// Own users from PostgreSQL. The first load comes in pages; `complete` on the last.
struct UsersLoaded {
    std::vector<backup::UserRecord> users;
    bool restart = false;  // first page of a full load: users not on its pages are gone at `complete`
    bool complete = false;
};
struct UsersChanged {
    std::vector<backup::UserRecord> changed;
    std::vector<base::Aor> removed;
};

struct LicencePool {
    std::string name;  // a terminal kind
    std::uint64_t capacity = 0;
    std::optional<base::Instant> ends;
};
struct LicencesLoaded {
    std::vector<LicencePool> pools;  // all of them
};

struct StoreAvailability {
    bool available = false;
    std::string detail;
};

// The answer to ProbePhone: once for each, heard or not.
struct PhoneProbed {
    base::ProbeId probe;
    bool heard = false;  // any SIP response counts
};

// What the clock on the site's wall shows, whenever it shows another minute: for failback-window only.
struct WallClock {
    std::uint16_t minute_of_day = 0;
};

struct OperatorCommand {
    base::CommandId id;
    Command command;
};

// By how much the loop missed a moment that was due, about ten times a second: what the daemon can serve follows it.
struct LoopLagMeasured {
    base::Duration lag{};
};
// A SIP message other than REGISTER.
struct SipReceived {
    calls::Hop from;
    calls::Message message;
};
// A connection is gone, or an address cannot be reached: what was sent there will not be answered.
struct HopLost {
    calls::Hop hop;
};

// What the runtime sees of its own process, at the start and every ten seconds; for readiness only.
struct SelfObserved {
    std::string version;
    std::uint64_t wall_seconds = 0;  // since 1970
    std::optional<base::Duration> certificate_ends_in;
    bool memory_locked = false;
};

struct TimePassed {};

using Event = std::variant<RegisterRequest, OptionsRequest, Started, MemoryFound, NonceKeyMade, PeerMessageReceived,
                           PeerLinkChanged, StateLoaded, UsersLoaded, UsersChanged, LicencesLoaded, StoreAvailability,
                           PhoneProbed, WallClock, OperatorCommand, LoopLagMeasured, SipReceived, HopLost, SelfObserved,
                           TimePassed>;

}  // namespace innkeeper::core
