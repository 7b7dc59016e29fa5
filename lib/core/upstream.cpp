#include "core/upstream.h"

#include <algorithm>
#include <utility>

namespace innkeeper::core {

std::uint64_t& Upstream::count_of(State state) {
    return state == State::registered ? counts_.registered : state == State::failed ? counts_.failed : counts_.waiting;
}

void Upstream::enter(Entry& entry, State state) {
    --count_of(entry.state);
    ++count_of(state);
    entry.state = state;
}

void Upstream::plan(Map::iterator which, base::Instant due) {
    agenda_.erase({which->second.due, which->first});
    which->second.due = due;
    if (due != base::Instant::max()) agenda_.insert({due, which->first});
}

void Upstream::want(base::Instant now, const base::Aor& aor) {
    const auto [which, fresh] = all_.try_emplace(aor);
    Entry& entry = which->second;
    if (fresh) {
        ++counts_.waiting;
        entry.number = ++last_number_;
    }
    if (!fresh && entry.wanted) return;
    entry.changed = entry.under_way;
    entry.wanted = true;
    if (!entry.under_way) plan(which, now);
}

void Upstream::release(base::Instant now, const base::Aor& aor) {
    const auto which = all_.find(aor);
    if (which == all_.end() || !which->second.wanted) return;
    Entry& entry = which->second;
    entry.wanted = false;
    entry.changed = entry.under_way;
    if (entry.under_way) return;
    if (entry.state == State::registered) return plan(which, now);
    forget(which);  // the PBX does not have it
}

void Upstream::set_there(base::Instant now, bool there) {
    if (std::exchange(there_, there) == there || !there) return;
    for (auto which = all_.begin(); which != all_.end(); ++which)
        if (!which->second.under_way) plan(which, now);
}

std::optional<Upstream::Turn> Upstream::take_due(base::Instant now) {
    if (!there_ || under_way_ >= most_under_way || next_slot_ > now) return std::nullopt;
    if (agenda_.empty() || agenda_.begin()->first > now) return std::nullopt;
    next_slot_ = std::max(next_slot_, now - pace) + pace;
    const auto which = all_.find(agenda_.begin()->second);
    plan(which, base::Instant::max());
    which->second.under_way = true;
    ++under_way_;
    return again(which->first);
}

Upstream::Turn Upstream::again(const base::Aor& aor) {
    Entry& entry = all_.at(aor);
    return {aor, !entry.wanted, entry.number, ++entry.cseq};
}

void Upstream::granted(base::Instant now, const base::Aor& aor, std::chrono::seconds expires) {
    const auto which = all_.find(aor);
    if (which == all_.end()) return;
    Entry& entry = which->second;
    entry.why.clear();
    enter(entry, State::registered);
    // Early enough for a second try, and not all of a crowd in the same moment: they were paced.
    settled(now, which, now + std::max<base::Duration>(expires * 4 / 5, std::chrono::seconds(10)));
}

void Upstream::failed(base::Instant now, const base::Aor& aor, std::string why, base::Duration wait) {
    const auto which = all_.find(aor);
    if (which == all_.end()) return;
    which->second.why = std::move(why);
    enter(which->second, State::failed);
    settled(now, which, now + wait);
}

void Upstream::settled(base::Instant now, Map::iterator which, base::Instant due) {
    Entry& entry = which->second;
    entry.under_way = false;
    --under_way_;
    const bool changed = std::exchange(entry.changed, false);
    if (!entry.wanted && !changed) return forget(which);  // unregistered, or it lapses by itself
    plan(which, changed ? now : due);
}

void Upstream::forget(Map::iterator which) {
    plan(which, base::Instant::max());
    --count_of(which->second.state);
    all_.erase(which);
}

std::vector<base::Aor> Upstream::wanted() const {
    std::vector<base::Aor> aors;
    for (const auto& [aor, entry] : all_)
        if (entry.wanted) aors.push_back(aor);
    return aors;
}

base::Instant Upstream::next_deadline() const {
    if (!there_ || agenda_.empty() || under_way_ >= most_under_way) return base::Instant::max();
    return std::max(agenda_.begin()->first, next_slot_);
}

const std::string* Upstream::trouble_of(const base::Aor& aor) const {
    const auto which = all_.find(aor);
    return which == all_.end() || which->second.state != State::failed ? nullptr : &which->second.why;
}

}  // namespace innkeeper::core
