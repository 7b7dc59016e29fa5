// What sites say to each other. Plain values; lib/peer turns them into bytes and back. Ages travel, never times.
//
// Every site is the one writer of two datasets: `registrations` (who is registered at it, guests too; for every peer)
// and `records` (its users; for the backups it names only). A writer numbers its changes within its epoch. A reader
// says how far it is (Position, also the acknowledgement); the writer sends what changed after that (Changes), a page
// at a time. A reader of another epoch, or one too far behind, is sent everything with `restart` set on the first page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "auth/nonce.h"
#include "backup/user_record.h"
#include "base/ids.h"
#include "core/binding.h"
#include "core/settings.h"

namespace innkeeper::core {

enum class Dataset : std::uint8_t { registrations, records };
std::string_view to_text(Dataset dataset);

// How far a dataset is. `digest` is the sum of its entries' hashes: equal sequences must have equal digests.
struct Version {
    base::Sequence sequence;
    std::uint64_t digest = 0;
    bool operator==(const Version&) const = default;
};

enum class PeerHealth : std::uint8_t { unknown, alive, suspect, lost };
inline constexpr PeerHealth every_peer_health[] = {PeerHealth::unknown, PeerHealth::alive, PeerHealth::suspect,
                                                   PeerHealth::lost};
std::string_view to_text(PeerHealth health);

// What the sender thinks of another site: testimony for the receiver's verdict.
struct View {
    base::SiteName site;
    PeerHealth health = PeerHealth::unknown;
    base::Duration silence{};  // age of the last heartbeat heard
    bool forced = false;       // an operator's verdict: its silence alone is testimony
};

// First message on a link, in each direction; sent again when something in it changes.
struct Hello {
    std::uint32_t protocol = 1;
    base::Epoch epoch;
    base::Epoch epoch_heard_of_you;  // highest epoch of the receiver that the sender knows; a reborn site goes above it
    MatchingSettings matching;
    bool you_are_my_backup = false;
    std::vector<base::SiteName> backups;  // all that the sender named: who may be lent its records by another of them
    std::string voicemail;                // URI of the server that has its users' messages; empty: none
    std::string voicemail_backup;         // of the one that takes them where that one is not reached
    std::vector<auth::NonceKey> nonce_keys;  // of the sender; `born` crosses as an age
};

// What a site says of its own condition, so that the other one of a pair knows before the failover whether it would
// work (IP12, core/readiness.h).
struct Condition {
    std::string version;             // of the daemon
    std::uint64_t wall_seconds = 0;  // since 1970; 0: not known. The one time of day that crosses: only to find a clock
                                     // that is wrong, before it makes certificates look ended. Nothing else reads it.
    std::optional<base::Duration> certificate_ends_in;  // the first of its certificates to end; empty: no TLS
    bool memory_locked = false;                         // its records of our users can never be swapped out (IP8)
    std::optional<std::uint64_t> guest_room;            // guests that it would take in addition; empty: no limit
    bool operator==(const Condition&) const = default;
};

struct Heartbeat {
    base::Epoch epoch;
    bool serving = true;                    // users loaded and a PBX behind; a lost database alone does not count
    bool leaving = false;                   // planned maintenance: open at once
    std::string why_not_serving;            // in words, at most Limits::reason_octets; empty while serving
    std::string leaving_reason;             // with leaving
    std::optional<base::Duration> back_in;  // with leaving: until it ends by itself
    Version registrations;
    Version records;
    std::vector<View> views;
    std::vector<base::SiteName> holding;  // homes whose phones the sender serves until it releases them (failback)
    Condition condition;
};

struct RegistrationEntry {
    base::Aor aor;
    base::SiteName guest_of;        // empty: the sender's own user
    std::vector<Binding> bindings;  // empty: no longer registered there
    bool stray = false;             // a guest although its home serves (core/stray.h)
    bool released = false;          // a guest that was sent home
};

struct RecordEntry {
    base::Aor aor;
    std::optional<backup::UserRecord> record;  // empty: no longer a user
};

struct Changes {
    Dataset dataset = Dataset::registrations;
    base::Epoch epoch;
    base::Sequence after;   // the receiver's position this page continues from
    base::Sequence upto;    // its position when the page is applied
    bool restart = false;   // forget what you had: a full copy begins (swept at `complete`)
    bool complete = false;  // nothing more at the time of sending
    std::vector<RegistrationEntry> registrations;
    std::vector<RecordEntry> records;
};

// "I have everything of yours up to here": acknowledgement, and request to go on from there.
struct Position {
    Dataset dataset = Dataset::registrations;
    base::Epoch epoch;  // of the writer, as the reader knows it; 0: nothing known
    base::Sequence sequence;
};

// "Do you hear this phone of yours? It knocks here." From a backup to the phone's home (core/stray.h).
struct PhoneQuestion {
    base::Aor aor;
    std::string contact;   // as it knocks, so that one of several phones of a user can be told from the others
    std::string instance;  // may be empty
};

enum class PhoneFinding : std::uint8_t {
    reachable,       // it answers its home, or its home has just spoken with it: keep it out
    let_go,          // it did not answer; its home has removed its bindings
    not_registered,  // its home does not have it
};
std::string_view to_text(PhoneFinding finding);

struct PhoneVerdict {
    base::Aor aor;
    PhoneFinding finding = PhoneFinding::reachable;
};

// Asked by a site that holds no records of `home`, which cannot be asked itself: by another of its backups after a
// reboot, and by the home without its database. Page by page: what comes after this AOR.
struct RecordsWanted {
    base::SiteName home;
    base::Aor after;  // empty: from the beginning
};

// The answer, to a site that `home` itself has named, and to `home`.
struct RecordsLent {
    base::SiteName home;
    base::Aor after;                   // as asked
    bool held = false;                 // the sender has a complete copy and may lend it; else there is nothing in here
    bool complete = false;             // nothing comes after this page
    std::vector<RecordEntry> records;  // in the order of their AORs
    std::vector<base::SiteName> backups;  // that `home` has named: to them the borrower may lend in its turn
};

// A SIP message of a call between phones of two sites: the link proves where it comes from and hides it.
struct SipRelay {
    std::string octets;  // whole
};

using PeerMessage = std::variant<Hello, Heartbeat, Changes, Position, PhoneQuestion, PhoneVerdict, RecordsWanted,
                                 RecordsLent, SipRelay>;

}  // namespace innkeeper::core
