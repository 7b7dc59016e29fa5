#include "backup/user_record.h"

#include <array>
#include <utility>

namespace innkeeper::backup {
namespace {

constexpr std::array<std::pair<TerminalKind, std::string_view>, 6> names = {{
    {TerminalKind::unknown, "unknown"},
    {TerminalKind::desk, "desk"},
    {TerminalKind::dect, "dect"},
    {TerminalKind::analogue, "analogue"},
    {TerminalKind::video, "video"},
    {TerminalKind::soft, "soft"},
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

}  // namespace innkeeper::backup
