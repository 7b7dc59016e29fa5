// Would this site admit its own phones now (/readyz)? Read off the core's report, decided there.
#pragma once

#include "core/census.h"
#include "web/http_server.h"

namespace innkeeper::daemon {

web::Readiness readiness(const core::Census& census);

}  // namespace innkeeper::daemon
