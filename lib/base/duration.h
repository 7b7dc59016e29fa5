// Durations as operators write them: a number and a unit, "500ms", "15s", "3min", "1h".
#pragma once

#include <string>
#include <string_view>

#include "base/expected.h"
#include "base/instant.h"

namespace innkeeper::base {

// A whole number and one of ms, s, min, h; at most 10 years.
Expected<Duration> parse_duration(std::string_view text);

// The shortest form that parse_duration accepts and that is exact to the millisecond: "90s", "3min".
std::string to_text(Duration duration);

// For reading only, in two units at most: "450 ms", "12 s", "3 min 20 s", "2 h 5 min", "4 d 3 h".
std::string in_words(Duration duration);

}  // namespace innkeeper::base
