// What PostgreSQL brings: users, licences, and what an earlier life of this site kept.
#include <algorithm>

#include "core/gatekeeper_state.h"

namespace innkeeper::core {

void Gatekeeper::State::on(StateLoaded& loaded) {
    if (state_loaded_) return;
    state_loaded_ = true;
    if (loaded.epoch >= epoch_) raise_epoch(loaded.epoch);
    for (const FailoverRow& row : loaded.failovers) {
        if (Peer* home = find_peer(row.home)) {
            Failover& failover = home->failover;
            if (row.number <= failover.number) continue;
            failover.number = row.number;
            if (row.ended) continue;
            failover.allowed = row.allowed;
            failover.began = row.began;
            failover.first_guest = row.first_guest;
            failover.guests_served = row.guests;
        }
    }
    for (BindingsRow& row : loaded.bindings) {
        std::erase_if(row.bindings, [this](const Binding& binding) { return binding.expires <= now_; });
        Peer* home = row.guest_of.text.empty() ? nullptr : find_peer(row.guest_of);
        const LocationEntry* known = location_.find(row.aor);
        if (known != nullptr && !known->bindings.empty()) continue;  // the phone was quicker than the database
        const bool of_nobody = home == nullptr && !row.guest_of.text.empty();
        if (row.bindings.empty() || of_nobody || registered_later_elsewhere(row)) {
            out_->push_back(WriteRow{BindingsRow{std::move(row.aor), std::move(row.guest_of), {}, {}, 0}});
            continue;
        }
        LocationEntry& entry = location_.obtain(row.aor);
        entry.bindings = std::move(row.bindings);
        entry.guest_of = row.guest_of;
        const auto kind = backup::terminal_kind_from(row.licence_pool);
        if (home == nullptr && kind) draw_licences(entry, *kind, row.licences);
        location_.settle(entry, true);
        if (home == nullptr || home->failover.phase != Phase::normal) continue;
        const Phase from = home->failover.phase;
        resume(home->failover, now_);
        on_phase(*home, from);
    }
    if (!publish_at_) publish_at_ = now_;
}

// The peers may have been quicker than the database with what happened while we were away.
bool Gatekeeper::State::registered_later_elsewhere(const BindingsRow& row) const {
    return std::any_of(peers_.begin(), peers_.end(), [&row](const auto& peer) {
        const ReplicaEntry* there = peer.second.registrations.find(row.aor);
        return there != nullptr && newest_registration(there->bindings) > newest_registration(row.bindings);
    });
}

void Gatekeeper::State::on(UsersLoaded& loaded) {
    const bool complete = loaded.complete;
    for (const base::Aor& gone : directory_.load(std::move(loaded))) forget_user(gone);
    if (complete) announce(UsersReady{directory_.size()});
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
