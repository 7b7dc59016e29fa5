// One direction of a phone's connection over a stream: what is sent arrives in order. Loss is delay (a segment is sent
// again), a cut path holds everything up.
#pragma once

#include <deque>
#include <functional>

#include "world/calendar.h"
#include "world/network.h"

namespace innkeeper::world {

class Pipe {
public:
    Pipe(Calendar& calendar, Network& network, Place from, Place to)
        : calendar_(calendar), network_(network), from_(std::move(from)), to_(std::move(to)) {}
    Pipe(const Pipe&) = delete;

    void send(std::function<void()> arrive);
    void close() { under_way_.clear(); }

private:
    void deliver();
    void plan_delivery(base::Duration delay);

    struct Segment {
        Moment due{};
        std::function<void()> arrive;
    };
    Calendar& calendar_;
    Network& network_;
    Place from_;
    Place to_;
    std::deque<Segment> under_way_;
    std::uint64_t plan_ = 0;
};

}  // namespace innkeeper::world
