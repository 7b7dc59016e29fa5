// Calls, as their notices and the census tell of them.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "core/census.h"
#include "core/notice.h"
#include "metrics/series.h"

namespace innkeeper::metrics {

class CallSeries {
public:
    explicit CallSeries(prometheus::Registry& registry);

    void count(const core::CallConcluded& call);
    void count(const core::EmergencyCall& call);
    void observe(const core::Census& census, std::uint64_t records_dropped);

private:
    prometheus::Family<Counter>& calls_;
    std::map<std::pair<std::string, std::string>, Counter*> by_result_;  // class of the final answer, route
    Histogram& setup_;
    Counter& emergencies_;
    Counter& dropped_;
    Gauge& in_progress_;
    Gauge& requests_;
};

}  // namespace innkeeper::metrics
