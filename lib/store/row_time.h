// Instants as the database keeps them: microseconds of wall-clock time since 1970.
#pragma once

#include <cstdint>

#include "host/clock.h"

namespace innkeeper::store {

inline std::int64_t wall_microseconds(base::Instant moment) {
    return std::chrono::duration_cast<std::chrono::microseconds>(host::to_wall(moment).time_since_epoch()).count();
}

inline base::Instant from_wall_microseconds(std::int64_t microseconds) {
    return host::from_wall(std::chrono::system_clock::time_point(std::chrono::microseconds(microseconds)));
}

}  // namespace innkeeper::store
