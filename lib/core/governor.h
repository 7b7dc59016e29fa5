// How many newcomers a second this site can take, from how late its own loop runs (R11). Lateness is what every phone
// feels, also the known ones, so the rate falls before anybody waits for long: by a quarter at most once a second,
// since a cut shows its effect only after a while, and never below a tenth of the operator's rate, because whoever is
// turned away costs work too. It recovers by as much a second as one cut took. Pure; a value of the gatekeeper.
#pragma once

#include <cstdint>

#include "base/instant.h"

namespace innkeeper::core {

class Governor {
public:
    explicit Governor(std::uint32_t highest) : highest_(highest), rate_(highest) {}

    void on_lag(base::Instant now, base::Duration lag);
    std::uint32_t rate() const { return rate_; }             // newcomers per second, at least 1
    bool strained() const { return rate_ <= highest_ / 2; }  // late for seconds, not by a moment

    // Far below what a phone resends after (500 ms) and within what is promised of answers.
    static constexpr base::Duration late = std::chrono::milliseconds(20);

private:
    std::uint32_t lowest() const { return highest_ / 10 > 0 ? highest_ / 10 : 1; }

    std::uint32_t highest_;
    std::uint32_t rate_;
    base::Instant cut_;        // the last time
    base::Instant recovered_;  // likewise
};

}  // namespace innkeeper::core
