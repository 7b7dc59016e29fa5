#include "host/clock.h"

#include <time.h>

namespace innkeeper::host {

base::Instant now() {
    timespec moment{};
    clock_gettime(CLOCK_BOOTTIME, &moment);
    return base::Instant(std::chrono::duration_cast<base::Duration>(std::chrono::seconds(moment.tv_sec) +
                                                                    std::chrono::nanoseconds(moment.tv_nsec)));
}

std::chrono::system_clock::time_point wall_now() {
    return std::chrono::system_clock::now();
}

std::uint64_t monotonic_microseconds() {
    timespec moment{};
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return static_cast<std::uint64_t>(moment.tv_sec) * 1000000 + static_cast<std::uint64_t>(moment.tv_nsec) / 1000;
}

std::chrono::system_clock::time_point to_wall(base::Instant moment) {
    return wall_now() + (moment - now());
}

base::Instant from_wall(std::chrono::system_clock::time_point moment) {
    return now() + std::chrono::duration_cast<base::Duration>(moment - wall_now());
}

}  // namespace innkeeper::host
