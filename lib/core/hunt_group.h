// A hunt group (IP5): one address that stands for several members, rung together or one after the other. It is kept as
// a record like a user's (backup/user_record.h, terminal kind `group`), so that it reaches the backups as users do; its
// definition is the object "group" in the record's settings:
//
//   {"group": {"strategy": "ring_all" | "sequential" | "rotary" | "longest_idle",     default ring_all
//              "ring_for": SECONDS,                                                   default 20
//              "members": [TARGET | {"to": TARGET, "ring_for": SECONDS}, ...],        in their order
//              "overflow": TARGET | "voicemail",                                      default: nowhere
//              "night": ["HH:MM-HH:MM", ...], "night_target": TARGET | "voicemail"}}
//
// A TARGET with an @ is a user of this network; one without is what somebody would dial, within the group's domain or
// outside. Pure values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/aor.h"
#include "base/expected.h"
#include "base/instant.h"
#include "core/daily_window.h"

namespace innkeeper::core {

enum class HuntStrategy : std::uint8_t {
    ring_all,      // every member at once
    sequential,    // one after the other, always from the first
    rotary,        // one after the other, from the one after whoever was rung first last time
    longest_idle,  // one after the other, whoever's last call ended first is the first
};
std::string_view to_text(HuntStrategy strategy);
std::optional<HuntStrategy> hunt_strategy_from(std::string_view text);

// Whom a group rings or hands a call on to.
struct HuntTarget {
    base::Aor aor;           // of a number: that number in the group's domain; empty: voicemail
    bool number = false;     // was written without a domain: goes outside if no user has it
    bool voicemail = false;  // the group's own mailbox
    bool operator==(const HuntTarget&) const = default;
};
// As an operator writes it in the definition of `group`.
base::Expected<HuntTarget> hunt_target_from(const base::Aor& group, std::string_view text);
std::string to_text(const HuntTarget& target);

struct HuntMember {
    HuntTarget target;
    base::Duration ring_for{};
};

struct HuntGroup {
    static constexpr std::size_t most_members = 64;
    static constexpr std::size_t most_windows = 8;
    static constexpr base::Duration usual_ring = std::chrono::seconds(20);
    static constexpr base::Duration shortest_ring = std::chrono::seconds(3);   // less rings no phone over a radio
    static constexpr base::Duration longest_ring = std::chrono::seconds(170);  // below timer C, which ends a call

    HuntStrategy strategy = HuntStrategy::ring_all;
    std::vector<HuntMember> members;
    std::optional<HuntTarget> overflow;  // when no member takes the call
    std::vector<DailyWindow> night;      // of the site's local day; no member is rung meanwhile
    HuntTarget night_target;             // meaningful with `night`

    // A site that does not know its time of day has no night.
    bool is_night(std::optional<std::uint16_t> minute_of_day) const;
};

// Of the group `aor`, from the settings of its record. The error names the key and what it takes.
base::Expected<HuntGroup> parse_hunt_group(const base::Aor& aor, std::string_view settings);

}  // namespace innkeeper::core
