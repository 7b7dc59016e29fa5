#include "backup/user_record.h"

#include <array>
#include <utility>

namespace innkeeper::backup {
namespace {

constexpr std::array<std::pair<TerminalKind, std::string_view>, 7> names = {{
    {TerminalKind::unknown, "unknown"},
    {TerminalKind::desk, "desk"},
    {TerminalKind::dect, "dect"},
    {TerminalKind::analogue, "analogue"},
    {TerminalKind::video, "video"},
    {TerminalKind::soft, "soft"},
    {TerminalKind::group, "group"},
}};

constexpr std::array<std::pair<Priority, std::string_view>, 3> priority_names = {{
    {Priority::normal, "normal"},
    {Priority::attendant, "attendant"},
    {Priority::emergency, "emergency"},
}};

}  // namespace

std::string_view to_text(TerminalKind kind) {
    for (const auto& [named, name] : names)
        if (named == kind) return name;
    return "unknown";
}

std::optional<TerminalKind> terminal_kind_from(std::string_view text) {
    for (const auto& [kind, name] : names)
        if (name == text) return kind;
    return std::nullopt;
}

std::string_view to_text(Priority priority) {
    for (const auto& [named, name] : priority_names)
        if (named == priority) return name;
    return "normal";
}

std::optional<Priority> priority_from(std::string_view text) {
    for (const auto& [priority, name] : priority_names)
        if (name == text) return priority;
    return std::nullopt;
}

}  // namespace innkeeper::backup
