// Settings as a scenario writes them: KEY=VALUE, named as the daemon's options. One table for both ways, so that a run
// can be told again.
#pragma once

#include <string>

#include "core/settings.h"

namespace innkeeper::world {

// Throws std::runtime_error with words when there is no such key or no such value.
void set(core::Settings& settings, const std::string& key, const std::string& value);

// What differs from `usual`, as " KEY=VALUE KEY=VALUE".
std::string differences(const core::Settings& settings, const core::Settings& usual);

}  // namespace innkeeper::world
