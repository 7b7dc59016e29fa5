// Who of many newcomers gets in when (R11). A newcomer gets in at once while fewer come than the rate. Else it is told
// how long to wait, and that is a promise: the moment is its own, kept for it also when the rate falls meanwhile, and
// given to nobody else. It keeps it for a while: phones come late (their other server must time out first) and, with
// timers of whole seconds, early. After that the place is lost.
//
// Attendants and emergency phones have a twentieth of the rate each, beside the common line, so that they do not wait
// behind the others and cannot push them aside either, however many a careless operator names so.
//
// A place costs the queue nothing but a count: the phone's own entry in the location table, which exists since it
// authenticated, keeps its moment. So the queue is bounded, and strangers cannot make it grow (R15). Pure; a value of
// the gatekeeper.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "backup/user_record.h"
#include "base/instant.h"

namespace innkeeper::core {

// When a phone that was told to wait may come; none at first, and again once it is used.
struct Turn {
    base::Instant at{};
    bool given() const { return at != base::Instant{}; }
};

class AdmissionQueue {
public:
    static constexpr base::Duration early = std::chrono::seconds(1);  // a phone's timer of whole seconds
    static constexpr base::Duration late = std::chrono::seconds(40);  // another server's time-out (32 s) in between

    // Would it get in now? Its own moment has come, or there is room.
    bool open(base::Instant now, Turn turn, backup::Priority priority) const;
    // It gets in, in its turn, or in the room there is, or, if others so decided, in spite of both. `rate`: newcomers
    // per second now.
    void enter(base::Instant now, Turn& turn, backup::Priority priority, std::uint32_t rate);
    // It does not get in: what it is told. `salt` spreads those who came together.
    std::chrono::seconds wait(base::Instant now, Turn& turn, backup::Priority priority, std::uint32_t rate,
                              std::uint64_t salt);

    // Half of what a second lets in came at once: what is granted now should not end at once as well.
    bool crowded(base::Instant now) const;
    void forget_latecomers(base::Instant now);
    std::uint64_t waiting() const { return waiting_; }
    base::Instant last_turn() const { return last_turn_; }  // of those given so far

private:
    static bool kept(base::Instant now, Turn turn);
    void use_place(Turn& turn);
    std::size_t line_for(base::Instant now, backup::Priority priority) const;
    void use_line(std::size_t line, base::Instant now, std::uint32_t rate);

    // By Priority, when it has room; in the past: saved up, for at most a second. The common line is the first.
    std::array<base::Instant, std::size(backup::every_priority)> lines_{};
    std::map<std::int64_t, std::uint32_t> places_;  // how many still wait, by the second of their turn
    std::uint64_t waiting_ = 0;
    base::Instant last_turn_{};
};

}  // namespace innkeeper::core
