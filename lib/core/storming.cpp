// Many newcomers at once: how fast they are let in, who waits, and what is known of it.
#include <algorithm>

#include "core/gatekeeper_state.h"

namespace innkeeper::core {

void Gatekeeper::State::on(LoopLagMeasured& measured) {
    governor_.on_lag(now_, measured.lag);
}

// An own phone waits only while this site is late with its work: its home is the only place for it. A guest also waits
// for the operator's rate.
bool Gatekeeper::State::may_enter(const Caller& caller, const LocationEntry* entry) const {
    if (caller.record == nullptr || (caller.standing == Standing::own && !governor_.strained())) return true;
    return queue_.open(now_, entry != nullptr ? entry->turn : Turn{}, caller.record->priority);
}

void Gatekeeper::State::enter(const Caller& caller, LocationEntry& entry) {
    queue_.enter(now_, entry.turn, caller.record->priority, governor_.rate());
}

std::chrono::seconds Gatekeeper::State::tell_to_wait(const Caller& caller, LocationEntry& entry) {
    const std::uint64_t waiting = queue_.waiting();
    const auto wait = queue_.wait(now_, entry.turn, caller.record->priority, governor_.rate(), salt());
    if (queue_.waiting() == waiting) return wait;  // it has its turn already, or there is none to give
    if (!storm_) {
        storm_ = Storm{now_};
        announce(StormBegan{governor_.rate()});
    }
    ++storm_->told_to_wait;
    storm_->longest_wait = std::max<base::Duration>(storm_->longest_wait, wait);
    announce(TurnPromised{*entry.aor, wait});
    return wait;
}

void Gatekeeper::State::watch_storm() {
    queue_.forget_latecomers(now_);
    if (!storm_ || queue_.waiting() > 0) return;
    announce(StormPassed{now_ - storm_->began, storm_->told_to_wait, storm_->longest_wait});
    storm_.reset();
}

AdmissionsReport Gatekeeper::State::admissions() const {
    AdmissionsReport report;
    report.rate = governor_.rate();
    report.waiting = queue_.waiting();
    if (report.waiting > 0) report.all_in_within = std::max(queue_.last_turn() - now_, base::Duration{});
    return report;
}

}  // namespace innkeeper::core
