// Phones that registered at one moment must not all come back at one moment. Pure.
#pragma once

#include <chrono>

#include "base/aor.h"
#include "core/registrar.h"

namespace innkeeper::core {

// Shortens what the plan grants to new bindings by up to a fifth, each AOR by a share of its own, never below `least`
// where that was granted. Refreshes are granted the whole again, so phones stay apart.
void spread_grants(base::Instant now, std::chrono::seconds least, const base::Aor& aor, RegistrationPlan& plan);

}  // namespace innkeeper::core
