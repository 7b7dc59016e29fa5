// How the guests fare that failback has sent home (IP13, R6): counts of one home's failback, and the verdict on them.
// Pure; who is meant by a count is known to the gatekeeper.
//
// What is known of a guest after its release: nothing until its next REGISTER, at which it is told. From then on it
// either is seen registered at home (arrived), or asks here again because its home did not take it (failed), or is seen
// nowhere for a lease (failed). One that asks nothing more, because it was switched off or sleeps, has no say.
//
// The first ones are canaries: nobody else is sent until more than half of them have arrived. One phone may have
// troubles of its own, so the canaries stop the failback only when those that failed cannot be outnumbered any more,
// and later phones only when at least `least_failures` failed and no more than that arrived in the same while.
#pragma once

#include <cstdint>

#include "base/instant.h"

namespace innkeeper::core {

class Homecoming {
public:
    enum class Outlook : std::uint8_t { unknown, good, bad };

    static constexpr std::uint64_t least_failures = 3;
    static constexpr base::Duration while_counted = std::chrono::seconds(10);  // then the past counts half

    // A failback begins, with canaries or without.
    void begin(base::Instant now, bool canaries);
    // Canaries have to be sent: none were yet, or all that were have vanished.
    bool wants_canaries() const { return canaries_first_ && canaries_ == 0; }
    void sent_canaries(std::uint64_t count) { canaries_ = count; }
    // The canaries have shown that phones get in: from now on the waves are counted.
    void go_on(base::Instant now);
    bool canaries_first() const { return canaries_first_; }

    void arrived(base::Instant now);
    void failed(base::Instant now);
    void vanished();  // it has no say

    // Good: the next may be sent. Unknown: the canaries are out. Bad: nobody may.
    Outlook outlook() const;

    std::uint64_t arrivals() const { return arrived_; }
    std::uint64_t failures() const { return failed_; }

private:
    void age(base::Instant now);

    bool canaries_first_ = false;
    std::uint64_t canaries_ = 0;  // that were sent and have a say
    std::uint64_t arrived_ = 0;
    std::uint64_t failed_ = 0;
    base::Instant counted_since_;
};

}  // namespace innkeeper::core
