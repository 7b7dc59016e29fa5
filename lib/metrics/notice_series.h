// Counters of what the core announces.
#pragma once

#include <array>
#include <cstddef>
#include <map>

#include "core/notice.h"
#include "core/settings.h"
#include "metrics/series.h"

namespace innkeeper::metrics {

class NoticeSeries {
public:
    NoticeSeries(prometheus::Registry& registry, const core::Settings& settings);

    void count(const core::Notice& notice);
    std::uint64_t paced() const { return paced_; }  // REGISTERs refused for the pace so far

private:
    // One slot for each reason a refusal has, and one for none.
    static constexpr std::size_t reasons = std::size(core::every_refusal) + 1;
    struct PerPeer {
        Counter* failovers;
        Counter* standbys_served;
        Counter* stops;
        Histogram* durations;
        Histogram* gaps;
        Counter* lost;
        Counter* repaired_registrations;
        Counter* repaired_records;
    };

    void add_registers(prometheus::Registry& registry);
    void add_peers(prometheus::Registry& registry, const core::Settings& settings);

    void on(const core::RegisterJudged& judged);
    void on(const core::PhoneRegistered& registered);
    void on(const core::TurnPromised& promised);
    void on(const core::PhoneRemoved& removed);
    void on(const core::StandbysServed& served);
    void on(const core::PeerHealthChanged& changed);
    void on(const core::FailoverBegan& began);
    void on(const core::FailoverEnded& ended);
    void on(const core::FailbackStopped& stopped);
    void on(const core::ReplicaRepaired& repaired);
    void on(const core::DoubleServiceEnded& ended);
    template <class Other>
    void on(const Other&) {}

    std::array<std::array<Counter*, reasons>, 3> registers_;  // by Verdict and reason
    std::array<Counter*, std::size(backup::every_priority)> admissions_;
    Histogram& promised_waits_;
    std::array<Counter*, 5> removed_;  // by RemovalCause
    Counter* doubles_ended_ = nullptr;
    std::map<base::SiteName, PerPeer> peers_;
    std::uint64_t paced_ = 0;
};

}  // namespace innkeeper::metrics
