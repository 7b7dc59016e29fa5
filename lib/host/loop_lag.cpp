#include "host/loop_lag.h"

#include <algorithm>
#include <utility>

#include "host/clock.h"

namespace innkeeper::host {

LoopLag::LoopLag(Loop& loop, std::function<void(base::Duration)> on_measured)
    : on_measured_(std::move(on_measured)), due_(now() + interval), timer_(loop, [this] { measure(); }) {
    timer_.arm(interval);
}

void LoopLag::measure() {
    const base::Instant moment = now();
    on_measured_(std::max(base::Duration::zero(), moment - due_));
    due_ = moment + interval;
    timer_.arm(interval);
}

}  // namespace innkeeper::host
