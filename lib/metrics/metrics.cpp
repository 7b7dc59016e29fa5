#include "metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include "metrics/call_series.h"
#include "metrics/census_series.h"
#include "metrics/notice_series.h"
#include "metrics/runtime_series.h"

namespace innkeeper::metrics {

struct Metrics::Impl {
    prometheus::Registry registry;
    NoticeSeries notices;
    CensusSeries census;
    RuntimeSeries runtime;
    CallSeries calls;

    Impl(const core::Settings& settings, std::string_view version)
        : notices(registry, settings), census(registry, settings), runtime(registry), calls(registry) {
        gauge(registry, "up", "1: the daemon runs.").Set(1);
        gauges(registry, "build_info", "Always 1; says what runs.").Add({{"version", label(version)}}).Set(1);
        gauges(registry, "site_info", "Always 1; says which site this is.").Add({{"site", settings.site.text}}).Set(1);
    }
};

Metrics::Metrics(const core::Settings& settings, std::string_view version)
    : impl_(std::make_unique<Impl>(settings, version)) {}

Metrics::~Metrics() = default;

void Metrics::count(const core::Notice& notice) {
    impl_->notices.count(notice);
    if (const auto* call = std::get_if<core::CallConcluded>(&notice)) impl_->calls.count(*call);
    if (const auto* emergency = std::get_if<core::EmergencyCall>(&notice)) impl_->calls.count(*emergency);
}

void Metrics::observe(const core::Census& census, const RuntimeNumbers& numbers) {
    impl_->census.observe(census);
    impl_->runtime.observe(numbers, impl_->notices.paced());
    impl_->calls.observe(census, numbers.call_records_dropped);
}

void Metrics::observe_loop_lag(base::Duration lag) {
    impl_->runtime.observe_loop_lag(lag);
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace innkeeper::metrics
