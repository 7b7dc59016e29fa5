// A user as its home knows it. At the home it comes from PostgreSQL; at a backup it is the backup record, which lives
// in memory only (IP8) and is wiped when dropped. No database row type of the house can be made from it (store/ has its
// own).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/ha1.h"
#include "base/aor.h"

namespace innkeeper::backup {

// What kind of terminal a user has: decides who may begin a failover (IP4) and which licence pool is drawn from.
// `unknown`: the record says nothing and the User-Agent patterns decide. `group`: no terminal at all but a hunt group
// (core/hunt_group.h), which has no password and therefore never registers.
enum class TerminalKind : std::uint8_t { unknown, desk, dect, analogue, video, soft, group };
std::string_view to_text(TerminalKind kind);
std::optional<TerminalKind> terminal_kind_from(std::string_view text);
inline bool is_no_terminal(TerminalKind kind) {
    return kind == TerminalKind::unknown || kind == TerminalKind::group;
}
inline bool is_physical(TerminalKind kind) {
    return kind != TerminalKind::soft && !is_no_terminal(kind);
}

// Who goes first when more phones come than can be admitted at once (core/admission_queue.h).
enum class Priority : std::uint8_t { normal, attendant, emergency };
inline constexpr Priority every_priority[] = {Priority::normal, Priority::attendant, Priority::emergency};
std::string_view to_text(Priority priority);
std::optional<Priority> priority_from(std::string_view text);

struct UserRecord {
    base::Aor aor;
    std::string display_name;
    std::string extension;
    std::string settings;  // a JSON object, opaque here
    TerminalKind terminal = TerminalKind::unknown;
    Priority priority = Priority::normal;
    bool enabled = true;
    auth::Ha1 ha1;

    UserRecord clone() const {
        return {aor, display_name, extension, settings, terminal, priority, enabled, ha1.clone()};
    }
};

}  // namespace innkeeper::backup
