// What the core wants kept in PostgreSQL. Each row replaces the earlier one of the same key, so rows may be written
// late, twice, or only the latest of them; nothing here can hold a backup record (IP8).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/aor.h"
#include "base/ids.h"
#include "core/binding.h"
#include "core/call_record.h"

namespace innkeeper::core {

// All bindings of one AOR at this site; none: the AOR's rows are deleted. Key: aor.
struct BindingsRow {
    base::Aor aor;
    base::SiteName guest_of;        // empty: own user (table bindings, with licence draws); else table guest_leases
    std::vector<Binding> bindings;  // `promised` is what counts as expiry after a restart
    std::string licence_pool;       // empty: none drawn
    std::uint32_t licences = 0;     // drawn from that pool by this AOR
    bool stray = false;             // a guest although its home serves
};

// One failover of one home. Key: home and number.
struct FailoverRow {
    base::SiteName home;
    std::uint64_t number = 0;  // the backup's count of this home's failovers, across its lives
    base::Instant allowed;
    std::optional<base::Instant> began;
    std::optional<base::Instant> returning;
    std::optional<base::Instant> ended;
    std::string cause;         // evidence in words
    std::string first_guest;   // AOR text
    std::uint64_t guests = 0;  // phones served so far
    // For the history (core/history.h says how they are counted).
    std::vector<std::string> evidence;  // what spoke for the home's loss, a line each
    std::uint64_t refused = 0;          // phones turned away while the home was lost
    base::Duration longest_gap{};       // of one phone's service
    std::uint64_t released = 0;         // phones sent home
    std::uint64_t stops = 0;            // failbacks that were stopped
    std::uint64_t relapses = 0;         // times the home was lost again
};

// This site's epoch: read at start, so that the next life is higher. One row.
struct EpochRow {
    base::Epoch epoch;
};

// What a user has set, changed here. Key: aor. A change in the database that is younger goes before it.
struct SettingsRow {
    base::Aor aor;
    std::string settings;  // a JSON object
    base::Instant changed;
};

// A call is written when it is answered and when it is over (core/call_record.h). Key: epoch and number.
using Row = std::variant<BindingsRow, FailoverRow, EpochRow, SettingsRow, CallRecord>;

}  // namespace innkeeper::core
