// What keeps the daemon from starting, in one line for the operator: where it is written, which key, what is wrong and
// what to do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace innkeeper::daemon {

struct Problem {
    enum class Kind : std::uint8_t { configuration, start };
    Kind kind = Kind::configuration;
    std::string where;  // "FILE:LINE", "command line", "environment"
    std::string key;    // empty: the source itself
    std::string text;
};

// "/etc/innkeeper.conf:12: lost-after: '15' is no duration: ..."
inline std::string to_text(const Problem& problem) {
    return problem.where + ": " + (problem.key.empty() ? "" : problem.key + ": ") + problem.text;
}

// Exit codes of innkeeperd.
inline constexpr int exit_start = 1;          // the world does not allow it: a taken port, for example
inline constexpr int exit_configuration = 2;  // what the operator wrote is wrong
inline constexpr int exit_no_daemon = 3;      // a control flag that no daemon answers

// 0 without problems; configuration before start.
inline int exit_code(const std::vector<Problem>& problems) {
    for (const Problem& problem : problems)
        if (problem.kind == Problem::Kind::configuration) return exit_configuration;
    return problems.empty() ? 0 : exit_start;
}

}  // namespace innkeeper::daemon
