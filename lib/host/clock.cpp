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

std::string utc_text(std::chrono::system_clock::time_point moment) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(moment);
    tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[32];
    const std::size_t length = ::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, length};
}

std::uint16_t local_minute_of_day(std::chrono::system_clock::time_point moment) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(moment);
    tm parts{};
    ::localtime_r(&seconds, &parts);
    return static_cast<std::uint16_t>(parts.tm_hour * 60 + parts.tm_min);
}

std::chrono::system_clock::time_point to_wall(base::Instant moment) {
    return wall_now() + (moment - now());
}

base::Instant from_wall(std::chrono::system_clock::time_point moment) {
    return now() + std::chrono::duration_cast<base::Duration>(moment - wall_now());
}

}  // namespace innkeeper::host
