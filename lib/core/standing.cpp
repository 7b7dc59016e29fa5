// How the other sites stand: their health from evidence, and the failover of those that this site backs up.
#include "core/gatekeeper_state.h"
#include "core/limits.h"
#include "core/standby.h"

namespace innkeeper::core {

HealthEvidence Gatekeeper::State::evidence_of(const Peer& peer) const {
    HealthEvidence evidence;
    evidence.forced = peer.forced;
    evidence.silence = now_ - peer.heard;
    if (peer.seen_elsewhere) evidence.testimony_age = now_ - *peer.seen_elsewhere;
    evidence.ever_heard = peer.ever_heard;
    evidence.leaving = peer.leaving;
    if (!peer.serving && peer.ever_heard) evidence.not_serving = now_ - peer.serving_until;
    evidence.port_refuses = peer.link == LinkState::refused;
    evidence.knocking_phones = static_cast<std::uint32_t>(peer.knocking.size());
    for (const auto& [name, third] : peers_) {
        if (name == peer.name || third.health != PeerHealth::alive) continue;
        for (const View& view : third.views) {
            if (view.site != peer.name) continue;
            // A witness of death says so itself, of a silence as long as ours has to be: on two bad paths short ones
            // come together often (R2). What has aged since it was sent is no testimony of silence, nor any longer one
            // of life.
            const base::Duration age = now_ - third.heard;
            if (view.silence >= settings_.health.lost_after_witnessed)
                evidence.third_peer_misses = true;
            else if (view.silence + age < settings_.health.suspect_after &&
                     (view.forced || view.health == PeerHealth::alive))
                evidence.third_peer_hears = true;  // what its operator decided does not silence what it hears
        }
    }
    return evidence;
}

void Gatekeeper::State::review(Peer& peer) {
    const HealthEvidence evidence = evidence_of(peer);
    const HealthJudgement judgement = judge_health(settings_.health, evidence);
    peer.health_reason = judgement.reason;
    if (judgement.names_its_own_reason && !peer.leaving && !peer.why_not_serving.empty())
        peer.health_reason.append(": ").append(peer.why_not_serving);
    if (judgement.names_its_own_reason && peer.leaving) peer.health_reason = leaving_in_words(peer, now_);
    peer.vouched_for = judgement.health == PeerHealth::suspect && evidence.third_peer_hears;
    const base::Duration full_proof = settings_.failover.failback_after;
    if (judgement.health != peer.health) {
        if (judgement.health == PeerHealth::suspect) peer.stability.suffer(Stability::Incident::doubted, full_proof);
        if (judgement.health == PeerHealth::lost) peer.stability.suffer(Stability::Incident::lost, full_proof);
        announce(PeerHealthChanged{peer.name, peer.health, judgement.health, peer.health_reason});
        peer.health = judgement.health;
        if (peer.health == PeerHealth::lost) calling_.site_lost(now_, peer.name);
        if (peer.health == PeerHealth::lost)
            for (auto& [name, home] : peers_)  // it may have served phones that stand by here
                if (home.failover.phase == Phase::active) serve_standbys(home);
    }
    peer.stability.observe(now_, (peer.health == PeerHealth::alive && peer.serving) || peer.vouched_for, full_proof);
    // A connection that survived an outage waits for TCP to try again; a new one is quicker. Not at the first doubt: on
    // a slow path it would throw away what is under way, and make the silence that it is meant to end (R2).
    if (evidence.silence >= settings_.health.lost_after_witnessed && peer.link == LinkState::up && !peer.redialled) {
        peer.redialled = true;
        out_->push_back(RedialPeer{peer.name});
    }
    if (!peer.backed_up_here && peer.failover.phase == Phase::normal) return;
    for (;;) {
        const Phase from = peer.failover.phase;
        if (!advance(peer.failover, now_, failover_facts(peer), settings_.failover)) return;
        on_phase(peer, from);
    }
}

std::string Gatekeeper::State::why_not_serving() const {
    if (!users_known()) return "users are not loaded";
    if (!pbx_.lost()) return {};
    std::string why = "its PBX does not answer";
    if (!pbx_.detail().empty()) why += ": " + pbx_.detail();
    return why.substr(0, Limits::reason_octets);
}

void Gatekeeper::State::on_phase(Peer& peer, Phase from) {
    Failover& failover = peer.failover;
    announce(FailoverPhaseChanged{peer.name, from, failover.phase, failover.cause});
    if (failover.phase == Phase::allowed || failover.phase == Phase::active)
        note_loss(peer, failover.phase == Phase::allowed);
    if (failover.phase == Phase::returning) peer.homecoming.begin(now_, settings_.failover.failback_canaries > 0);
    const bool stopped = failover.phase == Phase::settling && from != Phase::active &&
                         peer.homecoming.outlook() == Homecoming::Outlook::bad;
    if (stopped)
        announce(FailbackStopped{peer.name, failover.cause.substr(std::string_view("failback stopped: ").size()),
                                 location_.guests_of(peer.name) - location_.unreleased_of(peer.name)});
    if (stopped || failover.phase == Phase::active || failover.phase == Phase::normal) end_journeys(peer);
    if (failover.phase == Phase::active) adopt_strays(peer);
    if (failover.phase == Phase::active) serve_standbys(peer);
    if (failover.phase == Phase::allowed && begin_with_standby(peer)) return;
    const bool ended = failover.phase == Phase::normal && failover.began.has_value();
    if (failover.began) write_failover(peer, ended);
    if (!ended) return;
    std::vector<LocationEntry*> left;
    location_.each_registered([&](LocationEntry& entry) {
        if (entry.guest_of == peer.name && is_served(entry.bindings)) left.push_back(&entry);
    });
    for (LocationEntry* entry : left) end_service(*entry, peer);
    vault_.end_overlays(peer.name);
    calling_.forget_guests(peer.name);
    announce(FailoverEnded{peer.name, now_ - *failover.began, failover.guests_served, failover.counts.longest_gap});
    failover.began.reset();
    failover.last_end = now_;
}

// What the history tells of it: what spoke for the loss, and since when nobody was served there.
void Gatekeeper::State::note_loss(Peer& peer, bool first) {
    FailoverCounts& counts = peer.failover.counts;
    const HealthEvidence evidence = evidence_of(peer);
    if (first) counts.evidence = evidence_in_words(peer.health_reason, evidence);
    counts.home_gone = peer.heard;
    if (peer.seen_elsewhere) counts.home_gone = std::max(counts.home_gone, *peer.seen_elsewhere);
    if (evidence.leaving) counts.home_gone = now_;
    if (evidence.not_serving > base::Duration{}) counts.home_gone = peer.serving_until;
}

FailoverRow Gatekeeper::State::failover_row(const Peer& peer) const {
    const Failover& failover = peer.failover;
    FailoverRow row;
    row.home = peer.name;
    row.number = failover.number;
    row.allowed = failover.allowed;
    row.began = failover.began;
    row.returning = failover.returning;
    row.cause = failover.cause;
    row.first_guest = failover.first_guest;
    row.guests = failover.guests_served;
    row.evidence = failover.counts.evidence;
    row.refused = failover.counts.refused;
    row.longest_gap = failover.counts.longest_gap;
    row.released = failover.counts.released;
    row.stops = failover.counts.stops;
    row.relapses = failover.counts.relapses;
    return row;
}

void Gatekeeper::State::write_failover(const Peer& peer, bool ended) {
    if (!state_loaded_) return;  // the numbers of earlier failovers are not known yet
    FailoverRow row = failover_row(peer);
    if (ended) row.ended = now_;
    history_.put(row);
    out_->push_back(WriteRow{std::move(row)});
}

}  // namespace innkeeper::core
