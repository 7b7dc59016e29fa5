#include "core/governor.h"

#include <algorithm>

namespace innkeeper::core {
namespace {

constexpr base::Duration cut_interval = std::chrono::seconds(1);
constexpr base::Duration recovery_interval = std::chrono::milliseconds(100);
constexpr std::uint32_t recoveries_to_the_highest = 40;  // so many steps from nothing: a quarter a second

}  // namespace

void Governor::on_lag(base::Instant now, base::Duration lag) {
    if (lag >= late) {
        recovered_ = now;
        if (now - cut_ < cut_interval) return;
        cut_ = now;
        rate_ = std::max(lowest(), rate_ - std::max(1U, rate_ / 4));
        return;
    }
    if (rate_ == highest_ || now - recovered_ < recovery_interval) return;
    recovered_ = now;
    const std::uint32_t step = std::max(1U, highest_ / recoveries_to_the_highest);
    rate_ += std::min(step, highest_ - rate_);
}

}  // namespace innkeeper::core
