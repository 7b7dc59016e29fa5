// What the site tells Prometheus: every series of innkeeper_, all present from the start, so that a rule over one that
// never moved still has data. No label takes a value that phones choose (R23).
//
// The loop counts and observes; text() may be called from any thread at the same time: prometheus-cpp's values are
// atomics and its lists of series are locked, so a scrape is written on the scraper's thread and costs the loop
// nothing. Values of one scrape may be a moment apart.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "core/census.h"
#include "core/notice.h"
#include "core/settings.h"

namespace innkeeper::metrics {

// What one transport of the phones' edge counted since start.
struct TransportNumbers {
    std::uint64_t received = 0;  // messages
    std::uint64_t answered = 0;
    std::uint64_t malformed = 0;
    std::uint64_t oversized = 0;
    std::uint64_t ignored = 0;   // responses, ACKs and keepalives
    std::uint64_t withheld = 0;  // the answer would have been larger than R19 allows
    std::uint64_t send_failed = 0;

    std::uint64_t accepted = 0;  // connections
    std::uint64_t refused_per_source = 0;
    std::uint64_t refused_in_all = 0;
    std::uint64_t no_descriptor = 0;
    std::uint64_t handshake_failed = 0;
    std::uint64_t handshake_timed_out = 0;
    std::uint64_t message_timed_out = 0;
    std::uint64_t unregistered_timed_out = 0;
    std::uint64_t open = 0;  // now
};

// Phones asked whether they are there.
struct ProbeNumbers {
    std::uint64_t asked = 0;
    std::uint64_t answered = 0;
    std::uint64_t timed_out = 0;
    std::uint64_t flow_gone = 0;  // not asked: its connection has ended
};

// What the core does not know.
struct RuntimeNumbers {
    ProbeNumbers probes;
    std::array<TransportNumbers, 3> transports;  // by base::Transport
    std::uint64_t database_backlog = 0;          // rows that wait to be written
    std::uint64_t call_records_dropped = 0;
    bool memory_locked = false;
    std::optional<std::chrono::system_clock::time_point> certificate_ends;  // the first of ours to end; empty: no TLS
};

class Metrics {
public:
    Metrics(const core::Settings& settings, std::string_view version);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    void count(const core::Notice& notice);                                   // every one; a REGISTER costs about 20 ns
    void observe(const core::Census& census, const RuntimeNumbers& numbers);  // about once a second
    void observe_loop_lag(base::Duration lag);

    std::string text() const;  // Prometheus text format 0.0.4; any thread

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace innkeeper::metrics
