// The only place where the house reads a clock (design section 2).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/instant.h"

namespace innkeeper::host {

base::Instant now();                               // CLOCK_BOOTTIME: leases, health, timers
std::chrono::system_clock::time_point wall_now();  // certificates, logs, Date headers, rows

std::uint64_t monotonic_microseconds();  // CLOCK_MONOTONIC, which systemd wants in its protocol

std::string utc_text(std::chrono::system_clock::time_point moment);  // "2026-05-01T12:00:00Z"

// Minutes since midnight, by the time zone of this machine.
std::uint16_t local_minute_of_day(std::chrono::system_clock::time_point moment);

// A moment on the other clock, as far from its present as `moment` is from ours.
std::chrono::system_clock::time_point to_wall(base::Instant moment);
base::Instant from_wall(std::chrono::system_clock::time_point moment);

}  // namespace innkeeper::host
