// The connection that one site dials to another: an ordered stream of bytes over the virtual network. Loss is delay
// (a segment is sent again), a cut path stalls it, long enough a cut ends it, and it redials.
#pragma once

#include <deque>
#include <string>

#include "core/event.h"
#include "world/calendar.h"

namespace innkeeper::world {

class Site;
class World;

class Wire {
public:
    Wire(World& world, Site& from, Site& to) : world_(world), from_(from), to_(to) {}

    void open();    // the dialling site has started
    void end();     // it was killed: what is under way still arrives
    void vanish();  // its machine lost power: nothing arrives any more
    void redial();
    void reset(base::Duration delay);  // the other side is gone, or somebody between broke it
    void send(std::string bytes);
    void path_changed();
    void other_side_woke();
    bool up() const { return state_ == State::up; }

private:
    enum class State : std::uint8_t { closed, dialling, up };
    struct Segment {
        std::string bytes;
        Moment due;
    };

    void dial();
    void answered();
    void fail(core::LinkState state, std::string_view detail);
    void deliver(std::uint64_t connection);
    void plan_delivery();
    void watch_for_timeout();
    bool path_open() const;

    World& world_;
    Site& from_;
    Site& to_;
    State state_ = State::closed;
    std::uint64_t connection_ = 0;  // plans of an earlier one are void
    std::uint64_t life_of_other_ = 0;
    std::deque<Segment> under_way_;
    Moment dialled_{};
    base::Duration back_off_{};
    bool stalled_ = false;  // by a cut path, when its next segment was due
    bool timeout_watched_ = false;
    bool handshake_waits_ = false;  // for a frozen process
};

}  // namespace innkeeper::world
