#include "world/pipe.h"

#include <algorithm>

namespace innkeeper::world {
namespace {

constexpr base::Duration segment_again = std::chrono::milliseconds(800);

}  // namespace

void Pipe::send(std::function<void()> arrive) {
    base::Duration travel = network_.delay(from_, to_);
    if (network_.loses(from_, to_)) travel += segment_again;
    const Moment due = calendar_.now() + travel;
    under_way_.push_back({under_way_.empty() ? due : std::max(due, under_way_.back().due), std::move(arrive)});
    if (under_way_.size() == 1) plan_delivery(travel);
}

void Pipe::plan_delivery(base::Duration delay) {
    calendar_.after(delay, [this, plan = ++plan_] {
        if (plan == plan_ && !under_way_.empty()) deliver();
    });
}

void Pipe::deliver() {
    if (!network_.open(from_, to_)) return plan_delivery(segment_again);
    const std::function<void()> arrive = std::move(under_way_.front().arrive);
    under_way_.pop_front();
    if (!under_way_.empty()) plan_delivery(under_way_.front().due - calendar_.now());
    arrive();
}

}  // namespace innkeeper::world
