// Text that came from elsewhere (phones, peers, libraries), made fit for a log line or a terminal (R20).
#pragma once

#include <string>
#include <string_view>

namespace innkeeper::host {

// Control octets (C0, DEL and C1), and octets that are not UTF-8, become \xNN; everything else, the backslash too,
// stays. The result is one line of valid UTF-8 and cannot move a cursor.
std::string escape_controls(std::string_view text);

}  // namespace innkeeper::host
