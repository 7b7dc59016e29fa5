// Reports as tables for people, made from the JSON that --json would print. The wording may change at any time.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace innkeeper::control {

// Throws what nlohmann throws where the report is not of this schema.
std::string report_text(const nlohmann::ordered_json& report);

std::string readable_duration(double seconds);  // "450 ms", "12 s", "3 min 20 s", "2 h 5 min", "4 d 3 h"

}  // namespace innkeeper::control
