#include "world/wire.h"

#include <algorithm>
#include <utility>

#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration connect_timeout = 2s;
constexpr base::Duration syn_again = 1s;
constexpr base::Duration handshake_timeout = 5s;
constexpr base::Duration user_timeout = 10s;  // unacknowledged data ends a connection (TCP_USER_TIMEOUT)
constexpr base::Duration least_back_off = 100ms;
constexpr base::Duration most_back_off = 800ms;

}  // namespace

bool Wire::path_open() const {
    return to_.powered() && world_.network.open(from_.name().text, to_.name().text) &&
           world_.network.open(to_.name().text, from_.name().text);
}

void Wire::open() {
    back_off_ = least_back_off;
    dial();
}

void Wire::end() {
    state_ = State::closed;
}

void Wire::vanish() {
    state_ = State::closed;
    ++connection_;
    under_way_.clear();
}

void Wire::redial() {
    under_way_.clear();
    back_off_ = least_back_off;
    dial();
}

void Wire::dial() {
    state_ = State::dialling;
    handshake_waits_ = false;
    stalled_ = false;
    under_way_.clear();
    dialled_ = world_.calendar.now();
    const std::uint64_t connection = ++connection_;
    const base::Duration there = world_.network.delay(from_.name().text, to_.name().text);
    const base::Duration back = world_.network.delay(to_.name().text, from_.name().text);
    const bool again = world_.network.loses(from_.name().text, to_.name().text);
    world_.calendar.after(there + back + (again ? syn_again : base::Duration{}), [this, connection] {
        if (connection == connection_ && state_ == State::dialling) answered();
    });
}

void Wire::answered() {
    const std::uint64_t connection = connection_;
    const auto later = [this, connection](base::Duration delay, std::string_view why) {
        world_.calendar.after(delay, [this, connection, why] {
            if (connection == connection_ && state_ == State::dialling) fail(core::LinkState::unreachable, why);
        });
    };
    const base::Duration trying_for = world_.calendar.now() - dialled_;
    if (!path_open() && trying_for < syn_again)
        return world_.calendar.after(syn_again, [this, connection] {
            if (connection == connection_ && state_ == State::dialling) answered();
        });
    if (!path_open()) return later(connect_timeout - trying_for, "no answer");
    if (to_.process() == Site::Process::off) return fail(core::LinkState::refused, "connection refused");
    handshake_waits_ = to_.process() == Site::Process::frozen;
    if (handshake_waits_) return later(handshake_timeout, "handshake timed out");
    state_ = State::up;
    life_of_other_ = to_.life();
    back_off_ = least_back_off;
    timeout_watched_ = false;
    from_.link_changed(to_.name(), core::LinkState::up, {});
}

void Wire::fail(core::LinkState state, std::string_view detail) {
    state_ = State::dialling;
    handshake_waits_ = false;
    stalled_ = false;
    under_way_.clear();
    const std::uint64_t connection = ++connection_;
    from_.link_changed(to_.name(), state, std::string(detail));
    const base::Duration wait = std::max(least_back_off, dialled_ + back_off_ - world_.calendar.now());
    back_off_ = std::min(back_off_ * 2, most_back_off);
    world_.calendar.after(wait, [this, connection] {
        if (connection == connection_ && state_ == State::dialling) dial();
    });
}

void Wire::other_side_woke() {
    if (state_ == State::dialling && std::exchange(handshake_waits_, false)) answered();
}

void Wire::reset(base::Duration delay) {
    const std::uint64_t connection = connection_;
    world_.calendar.after(delay, [this, connection] {
        if (connection == connection_ && state_ == State::up) fail(core::LinkState::lost, "connection reset");
    });
}

void Wire::send(std::string bytes) {
    if (state_ != State::up) return;
    base::Duration travel = world_.network.delay(from_.name().text, to_.name().text);
    for (base::Duration wait = 200ms; world_.network.loses(from_.name().text, to_.name().text) && wait < 4s; wait *= 2)
        travel += wait;  // retransmitted
    const Moment due = world_.calendar.now() + travel;
    under_way_.push_back({std::move(bytes), under_way_.empty() ? due : std::max(due, under_way_.back().due)});
    if (under_way_.size() == 1) plan_delivery();
    if (!path_open()) watch_for_timeout();
}

void Wire::plan_delivery() {
    const std::uint64_t connection = connection_;
    world_.calendar.after(under_way_.front().due - world_.calendar.now(), [this, connection] { deliver(connection); });
}

void Wire::deliver(std::uint64_t connection) {
    if (connection != connection_ || under_way_.empty()) return;
    if (under_way_.front().due > world_.calendar.now()) return;  // put off meanwhile
    stalled_ = !world_.network.open(from_.name().text, to_.name().text);
    if (stalled_) return;                                                       // path_changed() plans it again
    if (to_.process() == Site::Process::off || to_.life() != life_of_other_) {  // answered by a reset
        under_way_.clear();
        if (to_.powered()) reset(world_.network.delay(to_.name().text, from_.name().text));
        return;
    }
    Segment segment = std::move(under_way_.front());
    under_way_.pop_front();
    if (!under_way_.empty()) plan_delivery();
    to_.message(from_.name(), segment.bytes);
}

void Wire::path_changed() {
    if (!stalled_ || under_way_.empty() || !world_.network.open(from_.name().text, to_.name().text)) return;
    stalled_ = false;
    const Moment soonest = world_.calendar.now() + world_.nature.between(20ms, 1600ms);  // its next retransmission
    for (Segment& segment : under_way_) segment.due = std::max(segment.due, soonest);
    plan_delivery();
}

void Wire::watch_for_timeout() {
    if (timeout_watched_) return;
    timeout_watched_ = true;
    const std::uint64_t connection = connection_;
    world_.calendar.after(user_timeout, [this, connection] {
        if (connection != connection_ || state_ != State::up) return;
        timeout_watched_ = false;
        if (!path_open()) fail(core::LinkState::lost, "connection timed out");
    });
}

}  // namespace innkeeper::world
