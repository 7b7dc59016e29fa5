// What happens because time passes.
#include <algorithm>

#include "core/gatekeeper_state.h"

namespace innkeeper::core {
namespace {

constexpr base::Duration longest_caution = std::chrono::seconds(5);
constexpr base::Duration release_interval = std::chrono::milliseconds(100);
// Our own heartbeat is overdue by as much: we are not running, or so slowly that what others said still waits to be
// read.
constexpr base::Duration stall = std::chrono::milliseconds(250);

}  // namespace

void Gatekeeper::State::on(Started& started) {
    epoch_ = {std::max<std::uint64_t>(started.wall_seconds, 1)};
    std::uint64_t seed = epoch_.value;  // with its site's name: no two lives of any sites are alike
    for (const char letter : settings_.site.text) seed = seed * 31 + static_cast<unsigned char>(letter);
    calling_.begin(epoch_, seed);
    own_requests_.begin(seed);
    for (const base::SiteName& site : settings_.peers)
        peers_.emplace(site, Peer(site, now_, settings_.failover.failback_rate));
    started_ = heartbeat_at_ = now_;
}

void Gatekeeper::State::on(TimePassed&) {
    if (draining_ && draining_->ends && *draining_->ends <= now_) end_drain(true);
    calling_.on_time(now_, *out_);
    own_requests_.on_time(now_, *out_);
    settle_own_requests();
    ask_pbxs();
    follow_registrations();
    expire_bindings();
    searches_.drop_overdue(now_);
    beat();
    if (publish_at_ && *publish_at_ <= now_) {
        publish_at_.reset();
        for (auto& [name, peer] : peers_) pump(peer);
    }
    review_pbx();
    for (auto& [name, peer] : peers_) {
        follow_up(peer);
        review(peer);
        serve_next_standbys(peer);
        release_guests(peer);
    }
}

// While we did not run nobody could be heard: that silence is ours, be it one long stall or a loop that is always late
// (R1, R2). Whatever woke us, this comes first.
void Gatekeeper::State::forgive_own_stall() {
    const base::Duration asleep = now_ - ran_at_;
    ran_at_ = now_;
    if (now_ - heartbeat_at_ < stall) return;
    stalled_at_ = now_;
    if (asleep >= settings_.failover.guest_lease && !peers_.empty()) woke_at_ = now_;
    pbx_.forgive(now_, asleep);
    for (auto& [name, peer] : peers_) {
        peer.heard = std::min(now_, peer.heard + asleep);
        if (peer.seen_elsewhere) peer.seen_elsewhere = std::min(now_, *peer.seen_elsewhere + asleep);
        peer.serving_until = std::min(now_, peer.serving_until + asleep);
        peer.stability.skip(asleep);
    }
}

// R5: what happened while we slept is known when every peer was heard again. What they said long ago still waits in the
// connections and comes at once, so a heartbeat counts only after one interval.
bool Gatekeeper::State::just_woken() const {
    if (!woke_at_ || now_ - *woke_at_ >= longest_caution) return false;
    const base::Instant fresh = *woke_at_ + settings_.health.heartbeat_interval;
    return std::any_of(peers_.begin(), peers_.end(), [fresh](const auto& peer) { return peer.second.heard < fresh; });
}

void Gatekeeper::State::expire_bindings() {
    for (LocationEntry* entry : location_.due(now_)) {
        std::vector<Binding> kept;
        for (Binding& binding : entry->bindings)
            if (binding.expires > now_) kept.push_back(std::move(binding));
        if (kept.empty()) went_silent(*entry);
        const RemovalCause cause = entry->released ? RemovalCause::moved : RemovalCause::expired;
        remove_bindings(*entry, std::move(kept), cause, entry->released ? entry->guest_of : base::SiteName{});
    }
}

void Gatekeeper::State::beat() {
    if (now_ < heartbeat_at_) return;
    heartbeat_at_ = now_ + settings_.health.heartbeat_interval;
    watch_storm();
    for (auto& [name, peer] : peers_) {
        send_heartbeat(peer);
        pump(peer);
    }
    borrow_what_is_wanted();
    note_what_is_written();
}

base::Instant Gatekeeper::State::next_deadline() const {
    base::Instant next =
        std::min({heartbeat_at_, location_.next_expiry(), searches_.next_deadline(), calling_.next_deadline(),
                  own_requests_.next_deadline(), pbx_.next_deadline(settings_.health.pbx_lost_after)});
    if (publish_at_) next = std::min(next, *publish_at_);
    if (registers_upstream()) next = std::min(next, upstream_.next_deadline());
    if (draining_ && draining_->ends) next = std::min(next, *draining_->ends);
    const auto consider = [&](base::Instant moment) {
        if (moment > now_) next = std::min(next, moment);
    };
    for (const auto& [name, peer] : peers_) {
        for (const base::Instant seen : {peer.heard, peer.seen_elsewhere.value_or(peer.heard)})
            if (const auto threshold = next_threshold(settings_.health, now_ - seen)) consider(seen + *threshold);
        const auto stable_at = peer.stability.full_at(settings_.failover.failback_after);
        if (const auto change = next_change(peer.failover, settings_.failover, stable_at)) consider(*change);
        if (!peer.told.empty()) consider(peer.told.front().at + settings_.failover.guest_lease);
        if (!peer.standbys_to_serve.empty()) consider(now_ + std::chrono::milliseconds(1));
        if (peer.failover.phase == Phase::returning) consider(now_ + release_interval);
    }
    return next;
}

Census Gatekeeper::State::census(base::Instant now) const {
    Census census;
    census.status = status();
    for (const auto& [name, peer] : peers_) {
        census.peers.push_back(report_on(peer));
        census.replica_registrations += peer.registrations.size();
    }
    census.licences = licences_.report(now);
    census.bindings = location_.bindings();
    census.dialogs = calling_.dialogs();
    census.pairs = readiness();
    census.calls_in_progress = calling_.calls();
    census.call_requests = calling_.requests();
    return census;
}

}  // namespace innkeeper::core
