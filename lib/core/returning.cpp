// Failback: when a home that is back gets its phones again, which of them first, and what is made of those that do not
// get in there. At the home: who is left to the backup that serves it.
#include <algorithm>

#include "core/gatekeeper_state.h"
#include "core/limits.h"
#include "core/standby.h"

namespace innkeeper::core {

void Gatekeeper::State::on(WallClock& clock) {
    minute_of_day_ = clock.minute_of_day;
    for (auto& [name, peer] : peers_) review(peer);
}

bool Gatekeeper::State::window_open() const {
    const auto& window = settings_.failover.failback_window;
    return !window || (minute_of_day_ && window->contains(*minute_of_day_));
}

FailoverFacts Gatekeeper::State::failover_facts(const Peer& peer) const {
    FailoverFacts facts;
    facts.health = peer.health;
    facts.health_reason = peer.health_reason;
    facts.guests = location_.guests_of(peer.name);
    facts.unreleased = location_.unreleased_of(peer.name);
    facts.vouched_for = peer.vouched_for;
    facts.stable = peer.stability.is_full(settings_.failover.failback_after);
    facts.window_open = window_open();
    facts.busy = location_.busy_of(peer.name);
    if (peer.homecoming.outlook() == Homecoming::Outlook::bad)
        facts.stop = std::to_string(peer.homecoming.failures()) +
                     (peer.homecoming.canaries_first() ? " of the canaries" : " phones") + " did not get in at home, " +
                     std::to_string(peer.homecoming.arrivals()) + " did";
    return facts;
}

// Canaries first, then waves at failback-rate; a released guest hears of it at its next REGISTER (IP13).
void Gatekeeper::State::release_guests(Peer& peer) {
    if (peer.failover.phase != Phase::returning) return;
    if (peer.health != PeerHealth::alive && !peer.vouched_for) return;
    Homecoming& homecoming = peer.homecoming;
    if (homecoming.canaries_first()) {
        // Behind a third peer's back nobody can be seen arriving.
        const bool blind = peer.health != PeerHealth::alive;
        if (blind || homecoming.outlook() == Homecoming::Outlook::good)
            homecoming.go_on(now_);
        else if (homecoming.wants_canaries())
            return send_home(peer, settings_.failover.failback_canaries);
        else
            return;
    }
    std::size_t most = 0;
    const std::uint64_t idle = location_.unreleased_of(peer.name) - location_.busy_of(peer.name);
    while (most < idle && peer.release.take(now_)) ++most;
    send_home(peer, most);
}

void Gatekeeper::State::send_home(Peer& peer, std::size_t most) {
    if (most == 0) return;
    const bool canaries = peer.homecoming.canaries_first();
    std::vector<LocationEntry*> guests = location_.idle_guests(peer.name, canaries ? ~std::size_t{0} : most);
    if (guests.size() > most) {  // those that ask next tell soonest
        const auto asks_before = [](const LocationEntry* one, const LocationEntry* other) {
            return earliest_expiry(one->bindings) < earliest_expiry(other->bindings);
        };
        std::stable_sort(guests.begin(), guests.end(), asks_before);
        guests.resize(most);
    }
    for (LocationEntry* guest : guests) {
        guest->journey = Journey::sent;
        location_.release(*guest);
    }
    if (guests.empty()) return;
    peer.failover.counts.released += guests.size();
    if (canaries) peer.homecoming.sent_canaries(guests.size());
    publish_soon();
    review(peer);
}

// Released, and the home knows it: from now on it takes the phone, so that it is never refused by both (IP13).
bool Gatekeeper::State::sent_home(const Peer& home, const LocationEntry& guest) const {
    return guest.released && (home.health != PeerHealth::alive || home.registrations_to.has(guest.sequence));
}

void Gatekeeper::State::told_to_go_home(Peer& home, LocationEntry& guest) {
    if (guest.journey != Journey::sent) return;
    guest.journey = Journey::told;
    home.told.push_back({&guest, guest.refused_since});
}

void Gatekeeper::State::came_home(Peer& home, LocationEntry& guest, base::Instant registered_there) {
    const base::Instant here =
        guest.bindings.empty() ? home.failover.returning.value_or(now_) : newest_registration(guest.bindings);
    if (guest.journey == Journey::none || registered_there <= here) return;
    if (guest.journey == Journey::told) note_gap(home, guest.refused_since);
    guest.journey = Journey::none;
    home.homecoming.arrived(now_);
}

void Gatekeeper::State::came_back(Peer& home, LocationEntry& guest) {
    note_gap(home, guest.refused_since);
    guest.journey = Journey::none;
    location_.keep(guest);
    publish_soon();
    home.homecoming.failed(now_);
}

// Switched off, logged out or asleep before it heard of its release: it says nothing about the home.
void Gatekeeper::State::went_silent(LocationEntry& guest) {
    if (guest.journey != Journey::sent) return;
    guest.journey = Journey::none;
    if (Peer* home = find_peer(guest.guest_of)) home->homecoming.vanished();
}

// Who was told and is seen neither here nor at home for a lease.
void Gatekeeper::State::follow_up(Peer& peer) {
    while (!peer.told.empty() && now_ - peer.told.front().at >= settings_.failover.guest_lease) {
        const Peer::Told told = peer.told.front();
        peer.told.pop_front();
        if (told.guest->journey != Journey::told || told.guest->refused_since != told.at) continue;
        told.guest->journey = Journey::none;
        if (peer.health == PeerHealth::alive)
            peer.homecoming.failed(now_);
        else
            peer.homecoming.arrived(now_);  // it did not come back, and we could not see it arrive
    }
}

void Gatekeeper::State::take_back(LocationEntry& guest) {
    went_silent(guest);
    guest.journey = Journey::none;
    location_.take_back(guest);
    publish_soon();
}

// After a relapse or a stop whoever was sent home and is still here stays.
void Gatekeeper::State::end_journeys(Peer& home) {
    for (const Peer::Told& told : home.told) told.guest->journey = Journey::none;
    home.told.clear();
    home.homecoming.begin(now_, false);
    std::vector<LocationEntry*> free;
    location_.each_registered([&](LocationEntry& entry) {
        if (entry.guest_of == home.name && (entry.released || entry.kept)) free.push_back(&entry);
    });
    for (LocationEntry* guest : free) take_back(*guest);
}

// A home that starts again does not know which of its phones its backups serve until they have told: a second or two.
bool Gatekeeper::State::hearing_backups() const {
    if (!lived_before_ || now_ - started_ >= Limits::hearing_backups) return false;
    return std::any_of(settings_.backups.begin(), settings_.backups.end(), [this](const base::SiteName& name) {
        const auto backup = peers_.find(name);
        if (backup == peers_.end()) return false;
        const bool reachable = !backup->second.dialled || backup->second.link == LinkState::up;
        return reachable && !backup->second.registrations_from.complete();
    });
}

// One of these bindings serves the very phone that registers.
bool Gatekeeper::State::brings_phone_of(const RegistrationPlan& plan, const std::vector<Binding>& there) const {
    const auto held = [&](const BindingChange& change) {
        const auto* added = std::get_if<AddBinding>(&change);
        return added != nullptr && std::any_of(there.begin(), there.end(), [&](const Binding& binding) {
                   return binding.promised > now_ && binding.role != Role::standby &&
                          (added->binding.contact.empty() || same_phone(added->binding, binding));
               });
    };
    return std::any_of(plan.changes.begin(), plan.changes.end(), held);
}

// At the home. The same phone is a guest of a backup that we hear, and that holds our phones until it releases them:
// a phone that tries its home every few seconds would else be moved by each flapping of ours (R6).
bool Gatekeeper::State::served_by_backup(const base::Aor& aor, const RegistrationPlan& plan) const {
    for (const auto& [name, peer] : peers_) {
        if (peer.health != PeerHealth::alive || peer.leaving || !peer.serving) continue;
        if (std::find(peer.holding.begin(), peer.holding.end(), settings_.site) == peer.holding.end()) continue;
        const ReplicaEntry* there = peer.registrations.find(aor);
        if (there == nullptr || there->guest_of != settings_.site || there->released) continue;
        if (brings_phone_of(plan, there->bindings)) return true;
    }
    return false;
}

// At a backup, of a phone without a binding here: another one that we hear serves it, and has not sent it home.
bool Gatekeeper::State::served_by_another_backup(const Peer& home, const base::Aor& aor,
                                                 const RegistrationPlan& plan) const {
    return std::any_of(peers_.begin(), peers_.end(), [&](const auto& known) {
        const Peer& peer = known.second;
        if (peer.name == home.name || peer.health != PeerHealth::alive || peer.leaving || !peer.serving) return false;
        const ReplicaEntry* there = peer.registrations.find(aor);
        return there != nullptr && there->guest_of == home.name && !there->released &&
               brings_phone_of(plan, there->bindings);
    });
}

// ---- for the history

void Gatekeeper::State::note_gap(Peer& home, base::Instant since) const {
    base::Duration& longest = home.failover.counts.longest_gap;
    longest = std::max(longest, now_ - since);
}

void Gatekeeper::State::count_arrival(Peer& home, LocationEntry& guest) {
    Failover& failover = home.failover;
    if (failover.phase == Phase::normal) return;
    const bool lost = failover.phase == Phase::allowed || failover.phase == Phase::active;
    const ReplicaEntry* there = lost ? home.registrations.find(*guest.aor) : nullptr;
    if (there != nullptr && newest_registration(there->bindings) <= failover.counts.home_gone &&
        earliest_expiry(there->bindings) >= failover.counts.home_gone)
        note_gap(home, failover.counts.home_gone);
    const auto number = static_cast<std::uint32_t>(failover.number);
    if (guest.moved_in != number) ++failover.guests_served;
    guest.moved_in = number;
}

void Gatekeeper::State::count_refusal(Peer& home, LocationEntry& guest) const {
    Failover& failover = home.failover;
    const auto number = static_cast<std::uint32_t>(failover.number);
    if ((failover.phase != Phase::allowed && failover.phase != Phase::active) || guest.refused_in == number) return;
    guest.refused_in = number;
    ++failover.counts.refused;
}

}  // namespace innkeeper::core
