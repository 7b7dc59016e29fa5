#include "metrics/call_series.h"

namespace innkeeper::metrics {

CallSeries::CallSeries(prometheus::Registry& registry)
    : calls_(counters(registry, "calls_total", "Calls that had their final answer, by its class and by route.")),
      setup_(histograms(registry, "call_setup_seconds", "From an INVITE until it rang or had its final answer.")
                 .Add({}, Histogram::BucketBoundaries{0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60})),
      emergencies_(
          counters(registry, "emergency_calls_total", "Calls to an emergency number that were let pass.").Add({})),
      dropped_(counters(registry, "call_records_dropped_total",
                        "Records of calls that were given up because the database was away for too long.")
                   .Add({})),
      in_progress_(gauge(registry, "calls_in_progress", "Calls that were answered and not hung up yet.")),
      requests_(gauge(registry, "call_requests_under_way", "SIP requests of calls that are held in memory.")) {}

// Routes are the rules of the core: few, and none is anybody's word.
void CallSeries::count(const core::CallConcluded& call) {
    const std::string result = std::to_string(call.status / 100) + "xx";
    Counter*& counter = by_result_[{result, call.route}];
    if (counter == nullptr) counter = &calls_.Add({{"result", result}, {"route", call.route}});
    counter->Increment();
    setup_.Observe(std::chrono::duration<double>(call.setup).count());
}

void CallSeries::count(const core::EmergencyCall&) {
    emergencies_.Increment();
}

void CallSeries::observe(const core::Census& census, std::uint64_t records_dropped) {
    set(in_progress_, census.calls_in_progress);
    set(requests_, census.call_requests);
    raise_to(dropped_, records_dropped);
}

}  // namespace innkeeper::metrics
