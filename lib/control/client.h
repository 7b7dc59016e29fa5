// The operator's end of the control socket: asks the running daemon, prints what it says, as tables for people or as
// JSON for programs (report_json.h). A process of its own; blocks.
#pragma once

#include <iosfwd>
#include <string>

#include "core/operator_command.h"

namespace innkeeper::control {

// Exit codes.
inline constexpr int exit_ok = 0;
inline constexpr int exit_declined = 1;   // or not ready, or the answer cannot be read
inline constexpr int exit_no_daemon = 3;  // nobody answers at the socket

// Registrations are asked page by page until all are there. What went wrong is one line on `err`.
int run_command(const std::string& socket_path, const core::Command& command, bool json, std::ostream& out,
                std::ostream& err);

}  // namespace innkeeper::control
