// Series of what the daemon around the core counts and measures.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "metrics/metrics.h"
#include "metrics/series.h"

namespace innkeeper::metrics {

class RuntimeSeries {
public:
    explicit RuntimeSeries(prometheus::Registry& registry);
    // `paced`: REGISTERs refused for the pace so far; more than last time means a storm.
    void observe(const RuntimeNumbers& numbers, std::uint64_t paced);
    void observe_loop_lag(base::Duration lag) { loop_lag_.Observe(std::chrono::duration<double>(lag).count()); }

private:
    // A counter of a transport, and the number that it follows.
    struct Followed {
        Counter* counter;
        std::uint64_t TransportNumbers::*number;
    };
    struct Transport {
        std::vector<Followed> counters;
        Gauge* open;
    };

    void add_transports(prometheus::Registry& registry);
    void add_probes(prometheus::Registry& registry);

    std::array<Transport, 3> transports_;  // by base::Transport
    std::vector<std::pair<Counter*, std::uint64_t ProbeNumbers::*>> probes_;
    Gauge& backlog_;
    Gauge& memory_locked_;
    Gauge& certificate_ends_;
    Gauge& storm_;
    Histogram& loop_lag_;
    std::uint64_t paced_before_ = 0;
};

}  // namespace innkeeper::metrics
