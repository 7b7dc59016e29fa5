// The folders that the daemon writes to, made while it may still be root and given to the user it becomes.
#pragma once

#include "daemon/options.h"

namespace innkeeper::daemon {

// The state directory (0700) and the control socket's folder. Existing ones are left as they are, but an empty state
// directory of root's becomes the user's. Throws std::runtime_error with one line.
void make_directories(const Options& options);

}  // namespace innkeeper::daemon
