// What an operator may want to know: one struct each. daemon/describe makes log lines of them, lib/metrics counts them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/address.h"
#include "base/aor.h"
#include "core/event.h"
#include "core/failover_phase.h"
#include "core/refusal.h"

namespace innkeeper::core {

enum class Standing : std::uint8_t { own, guest, stranger };
std::string_view to_text(Standing standing);

enum class Verdict : std::uint8_t { admitted, challenged, refused };
std::string_view to_text(Verdict verdict);

// Every REGISTER, once. Counted always, logged at debug; refusals after right credentials at info.
struct RegisterJudged {
    base::Aor aor;  // empty unless authenticated: strangers' words stay out of logs
    base::IpAddress source;
    Standing standing = Standing::stranger;
    Verdict verdict = Verdict::challenged;
    std::optional<Refusal> refusal;
};

struct PhoneRegistered {
    base::Aor aor;
    base::SiteName guest_of;  // empty: own user
    std::string contact;
    bool stray = false;  // its home serves, but does not reach it
    backup::Priority priority = backup::Priority::normal;
};

// SR4: the phone has a binding here that carries no service while its home has it.
struct PhoneStandsBy {
    base::Aor aor;
    base::SiteName home;
};
// The standby bindings of a lost home are in service.
struct StandbysServed {
    base::SiteName home;
    std::uint64_t phones = 0;
};

enum class RemovalCause : std::uint8_t { unregistered, expired, moved, user_removed, unreachable };
std::string_view to_text(RemovalCause cause);
struct PhoneRemoved {
    base::Aor aor;
    base::SiteName guest_of;
    RemovalCause cause = RemovalCause::expired;
    base::SiteName moved_to;  // with `moved`
};

struct PeerHealthChanged {
    base::SiteName site;
    PeerHealth from = PeerHealth::unknown;
    PeerHealth to = PeerHealth::unknown;
    std::string evidence;
};
struct PeerLinkReported {
    base::SiteName site;
    LinkState state = LinkState::unreachable;
    std::string detail;
};
struct PeerMismatched {  // IP12; once per mismatch found
    base::SiteName site;
    std::string mismatch;
};
struct FailoverPhaseChanged {
    base::SiteName home;
    Phase from = Phase::normal;
    Phase to = Phase::normal;
    std::string cause;
};
struct FailoverBegan {  // IP5
    base::SiteName home;
    base::Aor first_guest;
};
struct FailoverEnded {
    base::SiteName home;
    base::Duration duration{};
    std::uint64_t guests = 0;
    base::Duration longest_gap{};  // of one phone's service, as estimated (core/history.h)
};
struct FailbackStopped {  // phones that were sent home did not get in there, and were taken back
    base::SiteName home;
    std::string reason;
    std::uint64_t taken_back = 0;
};
struct ReplicaRepaired {  // a digest differed at equal sequence: everything was fetched again
    base::SiteName site;
    Dataset dataset = Dataset::registrations;
};
struct UsersReady {
    std::uint64_t count = 0;
};
struct UsersBorrowed {  // of this site, from a backup's memory: its database has been away since the start
    base::SiteName from;
    std::uint64_t count = 0;
};
struct RecordsBorrowed {  // of a home that cannot be asked, from another backup of it
    base::SiteName home;
    base::SiteName from;
    std::uint64_t count = 0;
};
struct RecordsGiven {  // the same, seen from the site that lends
    base::SiteName home;
    base::SiteName to;
    std::uint64_t count = 0;
};
struct MemoryRecovered {  // what the life before this one left in memory
    std::uint64_t records = 0;
    std::uint64_t bindings = 0;  // AORs
    bool torn = false;           // its last frame was not written to the end
};
struct MemoryIgnored {
    std::string reason;
};
struct DoubleServiceEnded {  // R4: this phone was registered here and there; its binding here gave way
    base::Aor aor;
    base::SiteName stays_at;
};
struct StoreReported {
    bool available = false;
    std::string detail;
};
struct HomeForced {  // --force: what an operator decided about a home at this site
    base::SiteName home;
    ForcedVerdict verdict = ForcedVerdict::automatic;
};
// Of the site: all its PBXs have been away for pbx-lost-after, or one is back.
struct PbxReported {
    bool available = false;
    std::string detail;
};
struct PbxStateChanged {  // of one PBX: calls pass it by, or no longer
    std::string name;
    bool there = false;
    std::string detail;
};
// The PBX does not take what we register on a user's behalf; the phone's registration here is as it was.
struct UpstreamRefused {
    base::Aor aor;
    std::string why;
};
// Newcomers wait for their turn, and each was told when it is (core/admission_queue.h).
struct StormBegan {
    std::uint32_t rate = 0;  // newcomers admitted per second
};
struct StormPassed {
    base::Duration duration{};
    std::uint64_t told_to_wait = 0;
    base::Duration longest_wait{};  // as told
};
struct TurnPromised {
    base::Aor aor;
    std::chrono::seconds wait{};
};
// A call's INVITE has its final answer.
struct CallConcluded {
    base::Aor caller;  // empty: no user of this network
    base::Aor callee;
    std::uint16_t status = 0;
    std::string route;        // the rule by which it went
    base::SiteName guest_of;  // home of the guest in it; empty: none
    base::Duration setup{};   // until it rang or had this answer
};
// An emergency number was dialled; whoever it was is let pass.
struct EmergencyCall {
    std::string caller;
    std::string number;
    std::string source;  // transport and address of the phone
};
struct DrainBegan {
    std::string reason;
    std::optional<base::Duration> lasts = std::nullopt;  // empty: until --resume
};
struct DrainEnded {
    bool by_itself = false;
};

using Notice = std::variant<RegisterJudged, PhoneRegistered, PhoneStandsBy, StandbysServed, PhoneRemoved,
                            PeerHealthChanged, PeerLinkReported, PeerMismatched, FailoverPhaseChanged, FailoverBegan,
                            FailoverEnded, FailbackStopped, ReplicaRepaired, UsersReady, UsersBorrowed, RecordsBorrowed,
                            RecordsGiven, MemoryRecovered, MemoryIgnored, DoubleServiceEnded, StoreReported, HomeForced,
                            PbxReported, PbxStateChanged, UpstreamRefused, StormBegan, StormPassed, TurnPromised,
                            CallConcluded, EmergencyCall, DrainBegan, DrainEnded>;

}  // namespace innkeeper::core
