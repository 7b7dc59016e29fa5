// --migrate, --import-users, --export-users and --set-licence: what works on the database and ends. A running daemon
// hears of it from PostgreSQL; without one the embedded cluster is opened for as long as it takes.
#pragma once

#include "daemon/options.h"

namespace innkeeper::daemon {

// Returns the exit code; writes what was done, or one line of what is wrong.
int carry_out_store_task(const Options& options);

}  // namespace innkeeper::daemon
