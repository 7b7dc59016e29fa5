// Bindings without service of phones that register with home and backup at once (SR4): when they are served, and when
// they stand by again. The rules are in standby.h.
#include <algorithm>

#include "core/gatekeeper_state.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

// So that phones which register meanwhile are answered in between (R11).
constexpr std::size_t standbys_per_step = 1000;

}  // namespace

// The bindings that this REGISTER made or kept; true: peers and database have to hear of it.
bool Gatekeeper::State::assign_roles(LocationEntry& entry, bool standby, bool stood_by) const {
    const Role role = standby ? Role::standby : stood_by ? Role::stand_in : Role::service;
    bool changed = false;
    for (Binding& binding : entry.bindings) {
        if (binding.registered != now_ || binding.role == role) continue;
        binding.role = role;
        changed = true;
    }
    return changed;
}

// IP4: a standby binding of a physical phone is as good as its REGISTER.
bool Gatekeeper::State::begin_with_standby(Peer& home) {
    if (draining_ || just_woken()) return false;
    const bool any = settings_.failover.trigger == FailoverTrigger::any;
    const LocationEntry* first = nullptr;
    location_.each_registered([&](LocationEntry& entry) {
        if (first != nullptr || entry.guest_of != home.name) return;
        const backup::UserRecord* record = vault_.find(*entry.aor).record;
        const bool fits = std::any_of(entry.bindings.begin(), entry.bindings.end(), [&](const Binding& binding) {
            return binding.role == Role::standby && (any || backup::is_physical(binding.terminal));
        });
        if (fits && record != nullptr && record->enabled) first = &entry;
    });
    if (first == nullptr) return false;
    const Phase from = home.failover.phase;
    begin(home.failover, now_, std::string(first->aor->text()));
    announce(FailoverBegan{home.name, *first->aor});
    on_phase(home, from);
    return true;
}

// The failover of `home` is on: its standbys need no further REGISTER. They are served from the next step on, because
// this one may have a phone to answer first.
void Gatekeeper::State::serve_standbys(Peer& home) {
    home.standbys_to_serve.clear();
    home.standbys_served = 0;
    location_.each_registered([&](LocationEntry& entry) {
        if (entry.guest_of == home.name) home.standbys_to_serve.push_back(&entry);
    });
    std::reverse(home.standbys_to_serve.begin(), home.standbys_to_serve.end());
}

void Gatekeeper::State::serve_next_standbys(Peer& home) {
    auto& waiting = home.standbys_to_serve;
    if (waiting.empty()) return;
    if (home.failover.phase != Phase::active) return waiting.clear();
    for (std::size_t most = std::min(standbys_per_step, waiting.size()); most > 0; --most) {
        LocationEntry& entry = *waiting.back();
        waiting.pop_back();
        const backup::UserRecord* record = vault_.find(*entry.aor).record;
        const bool was_served = is_served(entry.bindings);
        if (entry.guest_of != home.name || (record != nullptr && !record->enabled)) continue;
        if (!was_served && better_backup_serves(*entry.aor, home)) continue;
        if (!was_served && room_for_guests() == std::uint64_t{0}) continue;  // its REGISTER is refused likewise
        if (!put_in_service(now_, entry.bindings)) continue;
        home.stand_ins_here = true;
        tell(entry);
        if (was_served) continue;
        calling_.came(now_, entry, *out_);
        count_arrival(home, entry);
        ++home.standbys_served;
        announce(PhoneRegistered{*entry.aor, home.name, std::string(entry.bindings.front().contact), false,
                                 record != nullptr ? record->priority : backup::Priority::normal});
    }
    if (!waiting.empty() || home.standbys_served == 0) return;
    announce(StandbysServed{home.name, home.standbys_served});
    write_failover(home, false);
}

// A phone that nobody serves here asks to be. A standby only renews what it has, unless its home has let go of it.
bool Gatekeeper::State::knocks(const LocationEntry& entry, const Peer& home) const {
    if (entry.bindings.empty()) return true;
    return !is_served(entry.bindings) && home.registrations.find(*entry.aor) == nullptr;
}

// Its home serves but does not reach it: a standby needs no further REGISTER to be its stray.
void Gatekeeper::State::serve_stray(const base::Aor& aor) {
    LocationEntry* entry = location_.find(aor);
    if (entry == nullptr || entry->bindings.empty() || is_served(entry->bindings) || draining_ || just_woken()) return;
    Peer* home = find_peer(entry->guest_of);
    if (home == nullptr || home->failover.phase != Phase::normal || room_for_guests() == std::uint64_t{0}) return;
    put_in_service(now_, entry->bindings);
    entry->stray = true;
    tell(*entry);
    calling_.came(now_, *entry, *out_);
    announce(PhoneRegistered{*entry->aor, home->name, std::string(entry->bindings.front().contact), true});
}

// Once for each return of a home, as soon as what it says of its phones is all here.
void Gatekeeper::State::stand_down_at_home(Peer& home) {
    if (!home.stand_ins_here || !home_is_back(home.failover.phase)) return;
    if (!home.registrations_from.comparable(home.epoch, home.registrations_there.sequence)) return;
    home.stand_ins_here = false;
    std::vector<std::pair<LocationEntry*, const ReplicaEntry*>> both;
    location_.each_registered([&](LocationEntry& entry) {
        if (entry.guest_of != home.name || !is_served(entry.bindings)) return;
        if (const ReplicaEntry* at_home = home.registrations.find(*entry.aor)) both.emplace_back(&entry, at_home);
    });
    for (const auto& [entry, at_home] : both)
        if (newest_registration(at_home->bindings) >= newest_registration(entry->bindings) - simultaneous)
            stands_down(*entry);
}

// Among the backups of one home its own order decides.
bool Gatekeeper::State::goes_before(const base::SiteName& other, const Peer& home) const {
    const auto& order = home.backups;
    const auto mine = std::find(order.begin(), order.end(), settings_.site);
    const auto theirs = std::find(order.begin(), order.end(), other);
    return mine == theirs ? other < settings_.site : theirs < mine;
}

bool Gatekeeper::State::better_backup_serves(const base::Aor& aor, const Peer& home) const {
    return std::any_of(peers_.begin(), peers_.end(), [&](const auto& one) {
        const Peer& peer = one.second;
        if (peer.name == home.name || peer.health != PeerHealth::alive) return false;
        const ReplicaEntry* there = peer.registrations.find(aor);
        return there != nullptr && there->guest_of == home.name && stands_in(there->bindings) &&
               goes_before(peer.name, home);
    });
}

// Registered with two backups at once, a phone is served by one of them: which one must not change with its refreshes.
void Gatekeeper::State::choose_backup(LocationEntry& entry, const Peer& other) {
    const Peer* home = find_peer(entry.guest_of);
    if (home != nullptr && goes_before(other.name, *home)) stands_down(entry);
}

// Whoever stood in for the home stands by again; true: nothing here is served any more.
bool Gatekeeper::State::stands_down(LocationEntry& entry) {
    if (!stand_down(entry.bindings)) return false;
    tell(entry);
    if (is_served(entry.bindings)) return false;
    announce(PhoneStandsBy{*entry.aor, entry.guest_of});
    return true;
}

// The failover of its home is over: a phone that is registered there stands by, any other is let go.
void Gatekeeper::State::end_service(LocationEntry& entry, const Peer& home) {
    if (home.registrations.find(*entry.aor) != nullptr && stands_down(entry)) return;
    std::vector<Binding> standbys;
    for (Binding& binding : entry.bindings)
        if (binding.role == Role::standby) standbys.push_back(std::move(binding));
    remove_bindings(entry, std::move(standbys), RemovalCause::moved, home.name);
}

}  // namespace innkeeper::core
