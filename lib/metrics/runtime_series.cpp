#include "metrics/runtime_series.h"

#include <limits>
#include <utility>

#include "base/address.h"

namespace innkeeper::metrics {
namespace {

using Number = std::uint64_t TransportNumbers::*;

constexpr std::pair<const char*, Number> message_drops[] = {
    {"malformed", &TransportNumbers::malformed},     {"oversized", &TransportNumbers::oversized},
    {"ignored", &TransportNumbers::ignored},         {"withheld", &TransportNumbers::withheld},
    {"send_failed", &TransportNumbers::send_failed},
};

constexpr std::pair<const char*, Number> connection_ends[] = {
    {"refused_per_source", &TransportNumbers::refused_per_source},
    {"refused_in_all", &TransportNumbers::refused_in_all},
    {"no_descriptor", &TransportNumbers::no_descriptor},
    {"handshake_failed", &TransportNumbers::handshake_failed},
    {"handshake_timed_out", &TransportNumbers::handshake_timed_out},
    {"message_timed_out", &TransportNumbers::message_timed_out},
    {"unregistered_timed_out", &TransportNumbers::unregistered_timed_out},
};

// From what a quiet loop shows to what a peer would notice.
const Histogram::BucketBoundaries lag_bounds = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5};

Histogram& make_loop_lag(prometheus::Registry& registry) {
    return prometheus::BuildHistogram()
        .Name("innkeeper_loop_lag_seconds")
        .Help("How late the event loop ran what was due, measured ten times a second.")
        .Register(registry)
        .Add({}, lag_bounds);
}

}  // namespace

RuntimeSeries::RuntimeSeries(prometheus::Registry& registry)
    : backlog_(gauge(registry, "database_backlog_rows", "Rows that wait to be written to PostgreSQL.")),
      memory_locked_(gauge(registry, "memory_locked", "1 while the process cannot be swapped out.")),
      certificate_ends_(gauge(registry, "certificate_expiry_timestamp_seconds",
                              "When the first of our certificates ends, since 1970; +Inf without TLS.")),
      storm_(gauge(registry, "storm", "1 while phones are refused for the pace of admissions.")),
      loop_lag_(make_loop_lag(registry)) {
    add_transports(registry);
    add_probes(registry);
    certificate_ends_.Set(std::numeric_limits<double>::infinity());
}

void RuntimeSeries::add_transports(prometheus::Registry& registry) {
    auto& received = counters(registry, "sip_messages_received_total", "SIP messages from phones.");
    auto& answered = counters(registry, "sip_messages_answered_total", "SIP messages from phones that were answered.");
    auto& dropped = counters(registry, "sip_messages_rejected_total", "SIP messages not served, by reason.");
    auto& accepted = counters(registry, "sip_connections_accepted_total", "Connections from phones.");
    auto& ended = counters(registry, "sip_connections_ended_total", "Connections refused or ended here, by reason.");
    auto& open = gauges(registry, "sip_connections_open", "Connections from phones now.");
    for (const auto one : {base::Transport::udp, base::Transport::tcp, base::Transport::tls}) {
        const std::string name = label(to_text(one));
        Transport& series = transports_[static_cast<std::size_t>(one)];
        series.counters.push_back({&received.Add({{"transport", name}}), &TransportNumbers::received});
        series.counters.push_back({&answered.Add({{"transport", name}}), &TransportNumbers::answered});
        for (const auto& [reason, number] : message_drops)
            series.counters.push_back({&dropped.Add({{"transport", name}, {"reason", reason}}), number});
        series.open = &open.Add({{"transport", name}});
        if (one == base::Transport::udp) continue;
        series.counters.push_back({&accepted.Add({{"transport", name}}), &TransportNumbers::accepted});
        for (const auto& [reason, number] : connection_ends)
            series.counters.push_back({&ended.Add({{"transport", name}, {"reason", reason}}), number});
    }
}

void RuntimeSeries::add_probes(prometheus::Registry& registry) {
    auto& sent = counters(registry, "phone_probes_sent_total", "Own phones asked whether they are there.");
    auto& ended = counters(registry, "phone_probes_ended_total", "What became of these questions.");
    probes_ = {{&sent.Add({}), &ProbeNumbers::asked},
               {&ended.Add({{"result", "answered"}}), &ProbeNumbers::answered},
               {&ended.Add({{"result", "timed_out"}}), &ProbeNumbers::timed_out},
               {&ended.Add({{"result", "flow_gone"}}), &ProbeNumbers::flow_gone}};
}

void RuntimeSeries::observe(const RuntimeNumbers& numbers, std::uint64_t paced) {
    for (std::size_t i = 0; i < transports_.size(); ++i) {
        for (const Followed& followed : transports_[i].counters)
            raise_to(*followed.counter, numbers.transports[i].*followed.number);
        set(*transports_[i].open, numbers.transports[i].open);
    }
    for (const auto& [counter, number] : probes_) raise_to(*counter, numbers.probes.*number);
    set(backlog_, numbers.database_backlog);
    memory_locked_.Set(numbers.memory_locked);
    certificate_ends_.Set(numbers.certificate_ends
                              ? std::chrono::duration<double>(numbers.certificate_ends->time_since_epoch()).count()
                              : std::numeric_limits<double>::infinity());
    storm_.Set(std::exchange(paced_before_, paced) != paced);
}

}  // namespace innkeeper::metrics
