// Core values as a reader of a failed test, a scenario or a transcript wants to see them: one line, no secrets.
#pragma once

#include <string>

#include "core/effect.h"
#include "core/event.h"

namespace innkeeper::support {

std::string print(base::Duration duration);  // "1.5s", "200ms", "2min"; whole seconds from ten on
std::string print(const core::Response& response);
std::string print(const core::PeerMessage& message);
std::string print(const core::Row& row);
std::string print(const core::Notice& notice);
std::string print(const core::Report& report);
std::string print(const core::Effect& effect);
std::string print(const core::RegisterRequest& request);

}  // namespace innkeeper::support
