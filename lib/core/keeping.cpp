// What PostgreSQL brings: users, licences, and what an earlier life of this site kept.
#include <algorithm>

#include "core/gatekeeper_state.h"
#include "core/row_image.h"
#include "core/standby.h"

namespace innkeeper::core {

void Gatekeeper::State::on(StateLoaded& loaded) {
    if (state_loaded_) return;
    state_loaded_ = true;
    lived_before_ = loaded.epoch.value != 0;
    // Written only now: a lower one written before the stored one was read would let a later life repeat an epoch.
    if (loaded.epoch >= epoch_)
        raise_epoch(loaded.epoch);
    else
        out_->push_back(WriteRow{EpochRow{epoch_}});
    for (std::size_t i = 0; i < loaded.failovers.size(); ++i) {
        FailoverRow& row = loaded.failovers[i];
        const bool superseded = i + 1 < loaded.failovers.size() && loaded.failovers[i + 1].home == row.home;
        // Its end was never written: the next of that home tells when it was over, or the home is none of our peers.
        if (!row.ended && (superseded || find_peer(row.home) == nullptr)) {
            row.ended = superseded ? loaded.failovers[i + 1].allowed : now_;
            out_->push_back(WriteRow{row});
        }
        restore(row);
    }
    calling_.restore(std::move(loaded.calls));
    reconcile_recovered(loaded.bindings);
    for (BindingsRow& row : loaded.bindings) restore(row);
    for (auto& [name, peer] : peers_) {
        const bool over = peer.failover.phase == Phase::normal;
        if (peer.failover.began) write_failover(peer, over);
        if (over) peer.failover.began.reset();
    }
    for (auto& [name, peer] : peers_) {
        if (peer.failover.phase == Phase::allowed) begin_with_standby(peer);
        if (peer.failover.phase == Phase::active) serve_standbys(peer);
    }
    if (!publish_at_) publish_at_ = now_;
}

void Gatekeeper::State::restore(const FailoverRow& row) {
    Peer* home = find_peer(row.home);
    const bool recovered = home != nullptr && home->failover_recovered && row.number == home->failover.number;
    if (recovered) return;  // what was recovered is at least as new
    history_.put(row);
    if (home == nullptr) return;
    Failover& failover = home->failover;
    const bool under_way = failover.phase != Phase::normal;  // begun in this life, before the database was reached
    if (home->failover_recovered && row.number < failover.number) return;
    if (row.ended) {
        failover.last_end = row.ended;
        failover.number = std::max(failover.number, row.number + (under_way ? 1 : 0));
        if (!under_way) failover.began.reset();
        return;
    }
    take(row, failover);
}

void Gatekeeper::State::take(const FailoverRow& row, Failover& failover) {
    failover.number = row.number;
    failover.allowed = row.allowed;
    failover.began = row.began;
    failover.returning = row.returning;
    failover.cause = row.cause;
    failover.first_guest = row.first_guest;
    failover.guests_served += row.guests;
    failover.counts.evidence = row.evidence;
    failover.counts.refused += row.refused;
    failover.counts.longest_gap = std::max(failover.counts.longest_gap, row.longest_gap);
    failover.counts.released += row.released;
    failover.counts.stops += row.stops;
    failover.counts.relapses += row.relapses;
}

// The peers may have been quicker than the database with what happened while we were away.
bool Gatekeeper::State::registered_later_elsewhere(const BindingsRow& row) const {
    if (!is_served(row.bindings) || stands_in(row.bindings)) return false;
    return std::any_of(peers_.begin(), peers_.end(), [&row](const auto& peer) {
        const ReplicaEntry* there = peer.second.registrations.find(row.aor);
        return there != nullptr && newest_registration(there->bindings) > newest_registration(row.bindings);
    });
}

// A phone that was quicker than the database has a binding here already; what else its user had stays.
void Gatekeeper::State::restore(BindingsRow& row) {
    std::erase_if(row.bindings, [this](const Binding& binding) { return binding.expires <= now_; });
    Peer* home = row.guest_of.text.empty() ? nullptr : find_peer(row.guest_of);
    const bool of_nobody = home == nullptr && !row.guest_of.text.empty();
    const LocationEntry* known = location_.find(row.aor);
    const bool quicker = known != nullptr && !known->bindings.empty();
    if (quicker && known->guest_of != row.guest_of) return;
    if (row.bindings.empty() || of_nobody || registered_later_elsewhere(row)) {
        if (!quicker) out_->push_back(WriteRow{BindingsRow{std::move(row.aor), std::move(row.guest_of), {}, {}, 0}});
        return;
    }
    LocationEntry& entry = location_.obtain(row.aor);
    for (Binding& binding : row.bindings) {
        const bool is_back = std::any_of(entry.bindings.begin(), entry.bindings.end(),
                                         [&](const Binding& other) { return quicker && same_phone(other, binding); });
        if (!is_back && entry.bindings.size() < Limits::bindings_per_aor) entry.bindings.push_back(std::move(binding));
    }
    entry.guest_of = row.guest_of;
    entry.stray = row.stray && home != nullptr;
    if (home != nullptr && stands_in(entry.bindings)) home->stand_ins_here = true;
    if (const auto kind = backup::terminal_kind_from(row.licence_pool); kind && home == nullptr)
        draw_licences(entry, quicker ? entry.licence_kind : *kind,
                      static_cast<std::uint32_t>(terminals_after({}, entry.bindings)));
    if (quicker)
        tell(entry);
    else
        location_.settle(entry, true);
    if (memory_kept_ && home != nullptr) write_row(memory_, row_of(entry));  // the image has every guest
    if (home == nullptr || home->failover.phase != Phase::normal || entry.stray || !is_served(entry.bindings)) return;
    const Phase from = home->failover.phase;
    resume(home->failover, now_);
    on_phase(*home, from);
}

void Gatekeeper::State::on(UsersLoaded& loaded) {
    const bool complete = loaded.complete;
    const bool served_before = serving();
    for (const backup::UserRecord& record : loaded.users)
        if (!record.enabled) forget_user(record.aor);
    for (const base::Aor& gone : directory_.load(std::move(loaded))) {
        forget_user(gone);
        calling_.forget(gone);
    }
    if (complete) announce(UsersReady{directory_.users()});
    if (serving() && !served_before)
        for (auto& [name, peer] : peers_) send_heartbeat(peer);  // backups stop taking guests before they hear of ours
    if (!publish_at_) publish_at_ = now_;
}

void Gatekeeper::State::on(UsersChanged& changed) {
    for (backup::UserRecord& record : changed.changed) {
        const base::Aor aor = record.aor;
        const bool enabled = record.enabled;
        directory_.put(std::move(record));
        if (!enabled) forget_user(aor);
    }
    for (const base::Aor& aor : changed.removed) {
        directory_.remove(aor);
        forget_user(aor);
        calling_.forget(aor);
    }
    if (!publish_at_) publish_at_ = now_;
}

void Gatekeeper::State::forget_user(const base::Aor& aor) {
    LocationEntry* entry = location_.find(aor);
    if (entry == nullptr || entry->bindings.empty() || !entry->guest_of.text.empty()) return;
    remove_bindings(*entry, {}, RemovalCause::user_removed, {});
}

void Gatekeeper::State::on(LicencesLoaded& loaded) {
    licences_.load(std::move(loaded.pools));
}

void Gatekeeper::State::on(StoreAvailability& availability) {
    if (availability.available == store_available_ && state_loaded_) return;
    store_available_ = availability.available;
    announce(StoreReported{availability.available, availability.detail});
}

}  // namespace innkeeper::core
