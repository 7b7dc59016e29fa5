// Waiting for an event in tests of edges: steps a real loop until a condition holds, bounded by what a broken test may
// take.
#pragma once

#include "host/clock.h"
#include "host/loop.h"

namespace innkeeper::support {

template <class Done>
bool run_until(host::Loop& loop, Done done, base::Duration at_most = std::chrono::seconds(10)) {
    const auto deadline = host::now() + at_most;
    while (!done() && host::now() < deadline) loop.step(std::chrono::milliseconds(10));
    return done();
}

}  // namespace innkeeper::support
