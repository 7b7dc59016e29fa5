// Commands as JSON: {"schema":1,"command":"status"}, and with their arguments
//   status | peers | licences | resume
//   registrations  "after": position of the previous page's end (0), "guests_only": bool (false)
//   groups         "after": AOR at the previous page's end ("")
//   explain        "aor"
//   drain          "reason" (""), "seconds": number until the site resumes by itself (none)
//   drill          "home"
//   ready
//   failback       "home"
//   set_user       "aor", "changes": text of a JSON object
//   failover_changes  "home"
#pragma once

#include <string>
#include <string_view>

#include "base/expected.h"
#include "core/operator_command.h"

namespace innkeeper::control {

std::string encode(const core::Command& command);
base::Expected<core::Command> decode_command(std::string_view line);

}  // namespace innkeeper::control
