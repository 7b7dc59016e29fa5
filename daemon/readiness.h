// Would this site admit its own phones now (/readyz)? Read off the core's report, decided there.
#pragma once

#include "core/operator_command.h"
#include "web/http_server.h"

namespace innkeeper::daemon {

web::Readiness readiness(const core::StatusReport& status);

}  // namespace innkeeper::daemon
