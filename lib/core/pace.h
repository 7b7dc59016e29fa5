// A token bucket: at most `rate` per second, saved up for at most a second. Pure; time is an argument.
// A millionth of a token comes for each microsecond and unit of rate, so that nothing is lost by asking often.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/instant.h"

namespace innkeeper::core {

class Pace {
public:
    explicit Pace(std::uint32_t rate_per_second) : rate_(rate_per_second), millionths_(rate_ * token) {}

    bool available(base::Instant now) {
        refill(now);
        return millionths_ >= token;
    }
    bool take(base::Instant now) {
        if (!available(now)) return false;
        millionths_ -= token;
        return true;
    }

private:
    static constexpr std::uint64_t token = 1'000'000;

    void refill(base::Instant now) {
        constexpr base::Duration longest = std::chrono::seconds(1);
        const base::Duration passed = std::clamp(now - refilled_, base::Duration{}, longest);
        millionths_ = std::min(rate_ * token, millionths_ + rate_ * static_cast<std::uint64_t>(passed.count()));
        refilled_ = std::max(refilled_, now);
    }

    std::uint64_t rate_;
    std::uint64_t millionths_;
    base::Instant refilled_;
};

}  // namespace innkeeper::core
