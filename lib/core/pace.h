// A token bucket: at most `rate` per second, saved up for at most a second. Pure; time is an argument.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/instant.h"

namespace innkeeper::core {

class Pace {
public:
    explicit Pace(std::uint32_t rate_per_second) : rate_(rate_per_second), millitokens_(rate_ * 1000) {}

    bool available(base::Instant now) {
        refill(now);
        return millitokens_ >= 1000;
    }
    bool take(base::Instant now) {
        if (!available(now)) return false;
        millitokens_ -= 1000;
        return true;
    }

private:
    void refill(base::Instant now) {
        const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - refilled_);
        if (passed.count() <= 0) return;
        const auto second = std::chrono::milliseconds(1000);
        millitokens_ =
            std::min(rate_ * 1000, millitokens_ + rate_ * static_cast<std::uint64_t>(std::min(passed, second).count()));
        refilled_ = now;
    }

    std::uint64_t rate_;
    std::uint64_t millitokens_;
    base::Instant refilled_;
};

}  // namespace innkeeper::core
