// How late the loop runs what is due: our own overload, which must not be taken for others' silence (R2, design 4).
#pragma once

#include <functional>

#include "base/instant.h"
#include "host/loop.h"

namespace innkeeper::host {

// Loop's thread.
class LoopLag {
public:
    static constexpr base::Duration interval = std::chrono::milliseconds(100);

    // `on_measured` is told at every interval by how much the loop missed it; rarely zero: timers are rounded up to
    // milliseconds.
    LoopLag(Loop& loop, std::function<void(base::Duration lag)> on_measured);

private:
    void measure();

    std::function<void(base::Duration)> on_measured_;
    base::Instant due_;
    Timer timer_;
};

}  // namespace innkeeper::host
