// What would keep a start from working although the configuration reads well: certificates, taken ports, directories,
// the user. The database is not asked: a site starts without it. Changes nothing; main calls it before anything else,
// and it is --check-config.
#pragma once

#include <vector>

#include "daemon/options.h"

namespace innkeeper::daemon {

// All problems at once, empty if a start would work. Fills in settings.matching.root_ca from tls-ca.
std::vector<Problem> check_start(Options& options);

}  // namespace innkeeper::daemon
