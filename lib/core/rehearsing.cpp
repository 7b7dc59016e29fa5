// Before it is needed: drills, readiness, and what this site says of its own condition.
#include <algorithm>

#include "core/gatekeeper_state.h"

namespace innkeeper::core {

void Gatekeeper::State::on(SelfObserved& observed) {
    self_ = std::move(observed);
    self_at_ = now_;
    look_for_physical_phones();
}

// Mostly a look at one phone, at worst one at each: too much for every second.
void Gatekeeper::State::look_for_physical_phones() {
    for (auto& [name, peer] : peers_) {
        const auto& there = peer.registrations.entries();
        peer.physical_phone = std::any_of(there.begin(), there.end(), [](const auto& entry) {
            return entry.second.guest_of.text.empty() && has_physical(entry.second.bindings);
        });
    }
    own_physical_phone_ = location_.any_registered(
        [](const LocationEntry& entry) { return entry.guest_of.text.empty() && has_physical(entry.bindings); });
}

bool has_physical(const std::vector<Binding>& bindings) {
    return std::any_of(bindings.begin(), bindings.end(),
                       [](const Binding& binding) { return backup::is_physical(binding.terminal); });
}

std::optional<std::uint64_t> Gatekeeper::State::room_for_guests() const {
    const std::uint64_t most = settings_.failover.guest_capacity;
    if (most == 0) return std::nullopt;
    return most - std::min(most, location_.guests());
}

Condition Gatekeeper::State::condition() const {
    Condition condition;
    condition.version = self_.version;
    const base::Duration since = now_ - self_at_;
    if (self_.wall_seconds > 0)
        condition.wall_seconds =
            self_.wall_seconds +
            static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count());
    if (self_.certificate_ends_in) condition.certificate_ends_in = *self_.certificate_ends_in - since;
    condition.memory_locked = self_.memory_locked;
    condition.guest_room = room_for_guests();
    return condition;
}

PairFacts Gatekeeper::State::pair_facts(const Peer& peer, bool at_home) const {
    PairFacts facts;
    facts.home = at_home ? settings_.site : peer.name;
    facts.backup = at_home ? peer.name : settings_.site;
    facts.asked_at_home = at_home;
    facts.link_up = peer.link == LinkState::up;
    if (!facts.link_up) facts.link_detail = link_in_words(peer);
    facts.health = peer.health;
    facts.health_reason = peer.health_reason;
    facts.ours = {settings_.matching, Hello{}.protocol, condition(), draining_.has_value()};
    if (peer.introduced) {
        facts.theirs = SiteFacts{peer.matching, peer.protocol, peer.condition, peer.leaving};
        if (facts.theirs->condition.certificate_ends_in)
            *facts.theirs->condition.certificate_ends_in -= now_ - peer.condition_at;
    }
    facts.clock_lead = peer.clock_lead;
    facts.trigger = settings_.failover.trigger;
    if (at_home) {
        facts.users_loaded = directory_.loaded();
        facts.records = directory_.size();
        facts.records_complete = peer.has_our_records;
        facts.records_behind = directory_.changes().latest().value -
                               std::min(directory_.changes().latest(), peer.records_to.acknowledged()).value;
        facts.phones = location_.own_registered();
        facts.physical_phone = own_physical_phone_;
        facts.room = peer.condition.guest_room;
    } else {
        facts.phase = peer.failover.phase;
        if (peer.forced != ForcedVerdict::automatic) facts.forced = to_text(peer.forced);
        facts.records = vault_.count(peer.name);
        facts.records_complete = peer.records_from.complete();
        facts.records_behind = report_on(peer).records_behind;
        facts.phones = peer.registrations.size();
        facts.physical_phone = peer.physical_phone;
        facts.room = room_for_guests();
    }
    return facts;
}

std::vector<PairReadiness> Gatekeeper::State::readiness() const {
    std::vector<PairReadiness> pairs;
    const auto judge = [&pairs](const PairFacts& facts) {
        pairs.push_back({facts.home, facts.backup, judge_pair(facts)});
    };
    for (const base::SiteName& backup : settings_.backups)
        if (const auto peer = peers_.find(backup); peer != peers_.end()) judge(pair_facts(peer->second, true));
    if (settings_.backups.empty()) {
        PairFacts alone;
        alone.home = settings_.site;
        judge(alone);
    }
    for (const auto& [name, peer] : peers_)
        if (peer.backed_up_here) judge(pair_facts(peer, false));
    return pairs;
}

Report Gatekeeper::State::carry_out(const ShowReadiness&) {
    look_for_physical_phones();
    return ReadinessReport{settings_.site, readiness()};
}

Report Gatekeeper::State::carry_out(const Drill& command) {
    look_for_physical_phones();
    const std::string& home = command.home.text;
    if (command.home == settings_.site) {
        std::string where;
        for (const base::SiteName& backup : settings_.backups) where += (where.empty() ? "" : ", ") + backup.text;
        return Declined{"what this site's phones would meet is known at its backups: ask --drill " + home + " at " +
                        (where.empty() ? "one of them, but this site names none" : where)};
    }
    const Peer* peer = find_peer(command.home);
    if (peer == nullptr) return Declined{"'" + home + "' is no peer of this site; see --peers"};
    DrillFacts facts;
    facts.home = peer->name;
    facts.backup = settings_.site;
    facts.entrusted = peer->backed_up_here;
    facts.matching = settings_.matching;
    facts.transports = settings_.transports;
    facts.trigger = settings_.failover.trigger;
    facts.lost_after = settings_.health.lost_after;
    facts.lost_after_witnessed = settings_.health.lost_after_witnessed;
    facts.admission_rate = settings_.failover.admission_rate;
    facts.room = room_for_guests();
    if (peer->backed_up_here) facts.findings = judge_pair(pair_facts(*peer, false));
    DrillTally tally(std::move(facts));
    for (const auto& [aor, entry] : peer->registrations.entries()) {
        if (!entry.guest_of.text.empty()) continue;
        const backup::Vault::Held held = vault_.find(aor);
        const bool ours_to_serve = held.record != nullptr && *held.home == peer->name;
        tally.add(now_, {&aor, &entry.bindings, ours_to_serve ? held.record : nullptr, has_physical(entry.bindings)});
    }
    return std::move(tally).finish();
}

}  // namespace innkeeper::core
