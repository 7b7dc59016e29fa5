// What an operator asks of the running daemon, and the reports that answer. Values; lib/control renders them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/aor.h"
#include "base/ids.h"
#include "base/instant.h"
#include "core/call_features.h"
#include "core/call_record.h"
#include "core/drill.h"
#include "core/failover_phase.h"
#include "core/group_report.h"
#include "core/pbx_watch.h"
#include "core/peer_message.h"
#include "core/readiness.h"

namespace innkeeper::core {

struct ShowStatus {};
struct ShowPeers {};
struct ShowRegistrations {
    base::Sequence after;  // page by page: `next` of the previous page
    bool guests_only = false;
};
struct ShowLicences {};
struct Explain {
    std::string aor;  // as typed
};
struct Drain {
    std::string reason;
    std::optional<base::Duration> lasts = std::nullopt;  // then the site resumes by itself; empty: until Resume
};
struct Resume {};
// The failovers of one home, or of every home, the latest first.
struct ShowHistory {
    base::SiteName home;  // empty: every home
};
// The latest calls, of one user or dialled number, or all.
struct ShowCalls {
    std::string who;  // as typed; empty: all
};
struct Failback {
    base::SiteName home;
};
// Overrides this site's verdict about a home until `automatic`, or until the daemon ends: what outlives the one who
// ordered it is forgotten by everybody.
enum class ForcedVerdict : std::uint8_t { automatic, lost, serving };
std::string_view to_text(ForcedVerdict verdict);  // "auto", "lost", "serving"
struct Force {
    base::SiteName home;
    ForcedVerdict verdict = ForcedVerdict::automatic;
};
// What would happen if that home died now; changes nothing.
struct Drill {
    base::SiteName home;
};
// Would a failover of this site, and of each home that counts on it, work now?
struct ShowReadiness {};
// Changes a user's settings: of an own user for good, of a guest until the failover ends (IP6).
struct SetUser {
    std::string aor;      // as typed
    std::string changes;  // a JSON object: keys to set, or to take away where they are null
};
// What was changed here of the users of a home, and ends with its failover (IP6).
struct ShowFailoverChanges {
    base::SiteName home;
};
// The hunt groups of this site and those entrusted to it: where they are in service, where their members are.
struct ShowGroups {
    std::string after;  // page by page: `next` of the previous page
};

using Command =
    std::variant<ShowStatus, ShowPeers, ShowRegistrations, ShowLicences, Explain, Drain, Resume, ShowHistory, ShowCalls,
                 Failback, Force, SetUser, ShowFailoverChanges, Drill, ShowReadiness, ShowGroups>;

struct HomeStatus {
    base::SiteName home;
    PeerHealth health = PeerHealth::unknown;
    Phase phase = Phase::normal;
    base::Duration in_phase{};
    ForcedVerdict forced = ForcedVerdict::automatic;
    std::uint64_t guests = 0;
    std::uint64_t strays = 0;    // of the guests: admitted although their home serves
    std::uint64_t standbys = 0;  // phones that stand by here while their home has them (SR4)
    std::uint64_t records = 0;   // backup records held
    bool backed_up_here = false;
    std::string why;              // the last cause, in words
    std::uint32_t stability = 0;  // per cent of the proof that failback wants
    std::uint64_t in_call = 0;    // guests that are not sent home yet because of it
    std::string failback;         // in phase settling: what it waits for
};

// How newcomers are let in (core/admission_queue.h).
struct AdmissionsReport {
    std::uint32_t rate = 0;          // per second now
    std::uint64_t waiting = 0;       // were told when to come
    base::Duration all_in_within{};  // until the last of those turns
};

struct PbxReport {
    std::string name;
    PbxState state = PbxState::unknown;
    std::string detail;                        // why it is doubted or away
    std::optional<base::Duration> silent_for;  // likewise
};

struct UpstreamReport {  // users registered with the PBX on their behalf
    std::uint64_t registered = 0;
    std::uint64_t failed = 0;
    std::uint64_t waiting = 0;
};

struct StatusReport {
    base::SiteName site;
    base::Epoch epoch;
    bool serving = false;
    std::string why_not_serving;
    bool users_borrowed = false;  // from a backup's memory: the database has been away since the start
    bool draining = false;
    std::string drain_reason;
    std::optional<base::Duration> drain_ends_in;  // empty: until --resume
    bool database_available = false;
    std::uint64_t users = 0;
    std::uint64_t registrations = 0;  // AORs of own users with a binding here
    std::uint64_t guests = 0;         // AORs of other homes that are served here
    std::uint64_t strays = 0;         // of these
    std::uint64_t standbys = 0;       // AORs of other homes that stand by here
    AdmissionsReport admissions;
    std::vector<HomeStatus> homes;
    std::vector<PbxReport> pbxs;             // in the order in which they are tried
    std::optional<UpstreamReport> upstream;  // with register-upstream
};

struct PeerReport {
    base::SiteName site;
    bool link_up = false;
    std::string link_detail;  // why it is down, or empty
    PeerHealth health = PeerHealth::unknown;
    base::Duration silence{};
    base::Epoch epoch;
    ForcedVerdict forced = ForcedVerdict::automatic;
    std::vector<std::string> forced_elsewhere;  // "south: lost", for each site whose operator decided about it
    bool serving = false;
    std::string why_not_serving;
    bool leaving = false;
    std::uint64_t registrations_behind = 0;  // their latest sequence minus ours
    std::uint64_t records_behind = 0;
    std::uint64_t registrations = 0;      // known AORs registered there
    std::vector<std::string> mismatches;  // IP12, each in words
};

struct RegistrationReport {
    base::Aor aor;
    base::SiteName site;      // where registered
    base::SiteName guest_of;  // empty: own user of that site
    bool stray = false;       // a guest although its home serves
    std::string contact;
    std::string flow;  // transport and remote address
    std::string user_agent;
    backup::TerminalKind terminal = backup::TerminalKind::unknown;
    bool standby = false;
    base::Duration age{};
    base::Duration remaining{};
};

struct RegistrationsReport {
    std::vector<RegistrationReport> rows;
    std::optional<base::Sequence> next;  // ask again with it; empty: this was the last page
};

struct LicenceReport {
    std::string pool;
    std::uint64_t capacity = 0;
    std::uint64_t used = 0;
    std::optional<base::Duration> ends_in;  // negative: ended
};

struct ExplainReport {
    base::Aor aor;
    bool admitted = false;
    std::string rule;                                        // name of the rule that decides: "own_user", or a refusal
    std::string explanation;                                 // in words
    std::string advice;                                      // what to do; empty: nothing
    std::vector<std::pair<std::string, std::string>> facts;  // name, value; in the order of judgement
};

// One failover, as kept in PostgreSQL; moments as ages.
struct FailoverReport {
    base::SiteName home;
    std::uint64_t number = 0;
    base::Duration allowed{};
    std::optional<base::Duration> began;
    std::optional<base::Duration> returning;
    std::optional<base::Duration> ended;  // none: under way
    std::string cause;
    std::vector<std::string> evidence;
    std::string first_guest;
    std::uint64_t moved = 0;
    std::uint64_t refused = 0;
    base::Duration longest_gap{};
    std::uint64_t released = 0;
    std::uint64_t stops = 0;
    std::uint64_t relapses = 0;
};

struct HistoryReport {
    std::vector<FailoverReport> failovers;
};

struct CallReport {
    CallRecord record;
    base::Duration age{};  // since its INVITE
    std::optional<base::Duration> answered_after;
    std::optional<base::Duration> ended_after;
};

struct CallsReport {
    std::vector<CallReport> calls;  // under way first, then the latest
};

struct FailoverChangesReport {
    base::SiteName home;
    struct Setting {
        base::Aor aor;
        SettingChange change;
    };
    std::vector<Setting> settings;  // by AOR and key
    std::vector<CallReport> calls;  // of its guests, the earliest first
};

struct Done {
    std::string text;
};
struct Declined {
    std::string text;  // what is wrong and what to do
};

using Report = std::variant<StatusReport, std::vector<PeerReport>, RegistrationsReport, std::vector<LicenceReport>,
                            ExplainReport, HistoryReport, CallsReport, FailoverChangesReport, DrillReport,
                            ReadinessReport, GroupsReport, Done, Declined>;

}  // namespace innkeeper::core
