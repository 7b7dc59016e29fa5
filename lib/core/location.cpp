#include "core/location.h"

#include <algorithm>

#include "core/fingerprint.h"
#include "core/standby.h"

namespace innkeeper::core {

base::Instant earliest_expiry(const std::vector<Binding>& bindings) {
    base::Instant earliest = base::Instant::max();
    for (const Binding& binding : bindings) earliest = std::min(earliest, binding.expires);
    return earliest;
}

LocationEntry* Location::find(const base::Aor& aor) {
    const auto found = entries_.find(aor);
    return found == entries_.end() ? nullptr : &found->second;
}

const LocationEntry* Location::find(const base::Aor& aor) const {
    const auto found = entries_.find(aor);
    return found == entries_.end() ? nullptr : &found->second;
}

LocationEntry& Location::obtain(const base::Aor& aor) {
    const auto [found, is_new] = entries_.try_emplace(aor);
    if (is_new) found->second.aor = &found->first;
    return found->second;
}

void Location::count(LocationEntry& entry) {
    GuestCount* guests = entry.guest_of.text.empty() ? nullptr : &guests_[entry.guest_of];
    const bool free = entry.released || entry.kept;
    const LocationEntry::Counted now{guests,      static_cast<std::uint32_t>(entry.bindings.size()),
                                     free,        entry.calls > 0 && !free,
                                     entry.stray, is_served(entry.bindings)};
    if (now == entry.counted) return;
    const auto add = [this](const LocationEntry::Counted& counted, std::uint64_t sign) {
        bindings_ += sign * counted.bindings;
        if (counted.bindings == 0) return;
        if (counted.guests == nullptr) {
            own_registered_ += sign;
        } else if (!counted.served) {
            counted.guests->standbys += sign;
        } else {
            counted.guests->guests += sign;
            if (counted.free) counted.guests->free += sign;
            if (counted.busy) counted.guests->busy += sign;
            if (counted.stray) counted.guests->strays += sign;
        }
    };
    add(entry.counted, ~std::uint64_t{0});  // minus one, modulo 2^64
    add(now, 1);
    entry.counted = now;
}

void Location::settle(LocationEntry& entry, bool tell) {
    if (!is_served(entry.bindings)) entry.released = entry.kept = entry.stray = false;
    count(entry);
    put_in_agenda(entry);
    if (!tell) return;
    digest_ -= entry.digest;
    entry.digest = fingerprint(*entry.aor, entry.guest_of, entry.bindings);
    digest_ += entry.digest;
    changes_.touch(entry);
}

void Location::put_in_agenda(LocationEntry& entry) {
    const base::Instant at = earliest_expiry(entry.bindings);
    const bool waiting = entry.in_agenda != base::Instant{};
    // A later expiry finds its way when the earlier one comes due, so that a refresh costs nothing here.
    if (at == base::Instant::max() || (waiting && entry.in_agenda <= at)) return;
    agenda_.push({at, &entry});
    entry.in_agenda = at;
}

std::vector<LocationEntry*> Location::due(base::Instant now) {
    std::vector<LocationEntry*> expired;
    while (!agenda_.empty() && agenda_.top().at <= now) {
        const Due top = agenda_.top();
        agenda_.pop();
        if (top.entry->in_agenda != top.at) continue;  // a newer, earlier one stands for it
        top.entry->in_agenda = {};
        if (earliest_expiry(top.entry->bindings) <= now)
            expired.push_back(top.entry);
        else
            put_in_agenda(*top.entry);
    }
    return expired;
}

base::Instant Location::next_expiry() const {
    return agenda_.empty() ? base::Instant::max() : agenda_.top().at;
}

std::uint64_t Location::guests() const {
    std::uint64_t sum = 0;
    for (const auto& [home, count] : guests_) sum += count.guests;
    return sum;
}

std::uint64_t Location::standbys() const {
    std::uint64_t sum = 0;
    for (const auto& [home, count] : guests_) sum += count.standbys;
    return sum;
}

std::uint64_t Location::standbys_of(const base::SiteName& home) const {
    const auto found = guests_.find(home);
    return found == guests_.end() ? 0 : found->second.standbys;
}

std::uint64_t Location::guests_of(const base::SiteName& home) const {
    const auto found = guests_.find(home);
    return found == guests_.end() ? 0 : found->second.guests;
}

std::uint64_t Location::strays_of(const base::SiteName& home) const {
    const auto found = guests_.find(home);
    return found == guests_.end() ? 0 : found->second.strays;
}

std::uint64_t Location::unreleased_of(const base::SiteName& home) const {
    const auto found = guests_.find(home);
    return found == guests_.end() ? 0 : found->second.guests - found->second.free;
}

std::uint64_t Location::busy_of(const base::SiteName& home) const {
    const auto found = guests_.find(home);
    return found == guests_.end() ? 0 : found->second.busy;
}

std::vector<LocationEntry*> Location::idle_guests(const base::SiteName& home, std::size_t most) {
    std::vector<LocationEntry*> guests;
    each_registered([&](LocationEntry& entry) {
        const bool idle = !entry.released && !entry.kept && entry.calls == 0 && is_served(entry.bindings);
        if (guests.size() < most && entry.guest_of == home && idle) guests.push_back(&entry);
    });
    return guests;
}

// The peers are told: the home takes nobody whom we still serve.
void Location::release(LocationEntry& guest) {
    guest.released = true;
    guest.kept = false;
    settle(guest, true);
}

void Location::keep(LocationEntry& guest) {
    guest.released = false;
    guest.kept = true;
    settle(guest, true);
}

void Location::take_back(LocationEntry& guest) {
    guest.released = guest.kept = false;
    settle(guest, true);
}

}  // namespace innkeeper::core
