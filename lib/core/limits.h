// Every bound of the core, with unit and reason, in one place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace innkeeper::core {

struct Limits {
    static constexpr std::size_t bindings_per_aor = 10;  // R15; beyond it all or nothing
    static constexpr std::size_t contact_octets = 512;   // a URI with push parameters fits, a flood does not
    static constexpr std::size_t call_id_octets = 256;
    static constexpr std::size_t instance_octets = 128;  // urn:uuid is 47
    static constexpr std::size_t path_octets = 512;
    static constexpr std::size_t user_agent_octets = 128;      // cut, not refused
    static constexpr std::size_t changes_per_page = 500;       // entries; a page stays far below the frame limit
    static constexpr std::size_t pages_in_flight = 4;          // unacknowledged pages per peer and dataset
    static constexpr std::size_t removals_remembered = 65536;  // in a change log; a peer further behind starts over
    static constexpr std::size_t report_rows = 1000;           // per page of an operator's table
    static constexpr std::size_t reason_octets = 256;          // of a sentence in a heartbeat; cut, not refused
    // How long a phone is asked whether it is there; less than a knocking phone waits before it comes back.
    static constexpr base::Duration phone_probe = std::chrono::milliseconds(1500);
    static constexpr std::size_t phone_probes = 1024;        // under way at once
    static constexpr std::uint32_t phone_questions = 400;    // to one home per second, so that they stay below that
    static constexpr std::uint32_t renewal_questions = 100;  // likewise, about standbys that are renewed
    static constexpr std::size_t knocking_phones = 65536;    // remembered by a backup; standbys take half of it at most
    static constexpr std::size_t admission_places = 131072;  // phones that were told when they get in
    static constexpr base::Duration hearing_backups = std::chrono::seconds(2);  // after a start, at most
    static constexpr base::Duration longest_call = std::chrono::hours(2);       // nobody said that it ended
    static constexpr std::size_t peers = 64;
    static constexpr std::size_t calls_listed = 1000;         // by one --calls
    static constexpr std::size_t requests_per_source = 2000;  // of calls, under way at once from one address (R15)
    static constexpr std::size_t pbxs = 8;  // each is asked every few seconds; a caller waits for none of those behind
    static constexpr std::size_t failovers_remembered = 100;  // of all homes, for --history
    static constexpr std::size_t domains = 64;                // per site; each at most an AOR long
    static constexpr std::size_t nonce_keys = 4;              // of one peer
    static constexpr std::size_t name_octets = 256;           // display name, extension; the users table takes no more
    static constexpr base::Duration longest_drain = std::chrono::hours(24 * 7);  // longer ones end by --resume
    static constexpr std::size_t version_octets = 64;
    static constexpr std::size_t drill_names = 10;        // AORs shown of each reason
    static constexpr std::size_t settings_octets = 4096;  // of one user, likewise; a page stays below the frame limit
};

}  // namespace innkeeper::core
