// Making series: one registry, one help text per name, the prefix in one place.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace innkeeper::metrics {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using Labels = prometheus::Labels;

inline prometheus::Family<Counter>& counters(prometheus::Registry& registry, const std::string& name,
                                             const std::string& help) {
    return prometheus::BuildCounter().Name("innkeeper_" + name).Help(help).Register(registry);
}

inline prometheus::Family<Gauge>& gauges(prometheus::Registry& registry, const std::string& name,
                                         const std::string& help) {
    return prometheus::BuildGauge().Name("innkeeper_" + name).Help(help).Register(registry);
}

inline prometheus::Family<Histogram>& histograms(prometheus::Registry& registry, const std::string& name,
                                                 const std::string& help) {
    return prometheus::BuildHistogram().Name("innkeeper_" + name).Help(help).Register(registry);
}

inline Gauge& gauge(prometheus::Registry& registry, const std::string& name, const std::string& help) {
    return gauges(registry, name, help).Add({});
}

inline std::string label(std::string_view value) {
    return std::string(value);
}

inline void set(Gauge& gauge, std::uint64_t value) {
    gauge.Set(static_cast<double>(value));
}

// For a number that somebody else counts.
inline void raise_to(Counter& counter, std::uint64_t value) {
    const double more = static_cast<double>(value) - counter.Value();
    if (more > 0) counter.Increment(more);
}

}  // namespace innkeeper::metrics
