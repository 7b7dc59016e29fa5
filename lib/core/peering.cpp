// What other sites say, and what they are told.
#include <algorithm>
#include <utility>

#include "core/contact_uri.h"
#include "core/fingerprint.h"
#include "core/gatekeeper_state.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

// A phone that moves is at both sites for as long as its old one takes to hear of it; longer than this is double
// service.
constexpr base::Duration hearing_takes = std::chrono::seconds(2);

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::vector<std::string> mismatches_between(const MatchingSettings& here, const MatchingSettings& there) {
    std::vector<std::string> found;
    if (here.root_ca != there.root_ca)
        found.push_back("root CA: " + here.root_ca + " here, " + there.root_ca + " there");
    if (here.domains != there.domains)
        found.push_back("domains: " + joined(here.domains) + " here, " + joined(there.domains) + " there");
    if (here.ipv6 != there.ipv6)
        found.push_back(std::string("IPv6: ") + (here.ipv6 ? "listens here, not there" : "listens there, not here"));
    return found;
}

}  // namespace

bool same_phone(const Binding& one, const Binding& other) {
    if (!one.instance.empty() && one.instance == other.instance) return true;
    return same_contact(one.contact, other.contact);
}

Peer* Gatekeeper::State::find_peer(const base::SiteName& site) {
    const auto found = peers_.find(site);
    return found == peers_.end() ? nullptr : &found->second;
}

bool Gatekeeper::State::is_backup(const Peer& peer) const {
    return std::find(settings_.backups.begin(), settings_.backups.end(), peer.name) != settings_.backups.end();
}

void Gatekeeper::State::on(PeerLinkChanged& changed) {
    Peer* peer = find_peer(changed.site);
    if (peer == nullptr) return;
    if (peer->link == LinkState::up && changed.state != LinkState::up) {
        peer->stability.suffer(Stability::Incident::link_down, settings_.failover.failback_after);
        own_requests_.lost(calls::SiteHop{peer->name}, *out_);
        settle_own_requests();
    }
    peer->link = changed.state;
    peer->link_detail = changed.detail;
    peer->dialled = true;
    peer->registrations_to.reset();
    peer->records_to.reset();
    peer->has_our_records = false;
    announce(PeerLinkReported{changed.site, changed.state, changed.detail});
    if (changed.state == LinkState::up) {
        inquiries_.on_link_up(peer->name);
        send_hello(*peer);
        send_positions(*peer);
        send_heartbeat(*peer);
        borrow_what_is_wanted();
    }
    review(*peer);
}

void Gatekeeper::State::on(NonceKeyMade& made) {
    keyring_.install_own(std::move(made.key));
    for (auto& [name, peer] : peers_) send_hello(peer);
}

void Gatekeeper::State::on(PeerMessageReceived& received) {
    Peer* peer = find_peer(received.from);
    if (peer == nullptr) return;
    std::visit([&](auto& message) { receive(*peer, message); }, received.message);
}

void Gatekeeper::State::receive(Peer& peer, Hello& hello) {
    if (hello.epoch_heard_of_you > epoch_) raise_epoch(hello.epoch_heard_of_you);
    if (hello.epoch < peer.epoch) return send_hello(peer);  // tells it which epoch we have heard of it
    note_epoch(peer, hello.epoch);
    for (auth::NonceKey& key : hello.nonce_keys) keyring_.install_peer(peer.name.text, std::move(key));
    std::vector<std::string> mismatches = mismatches_between(settings_.matching, hello.matching);
    if (hello.protocol != Hello{}.protocol)
        mismatches.push_back("peer protocol: " + std::to_string(Hello{}.protocol) + " here, " +
                             std::to_string(hello.protocol) + " there");
    for (const std::string& mismatch : mismatches)
        if (std::find(peer.mismatches.begin(), peer.mismatches.end(), mismatch) == peer.mismatches.end())
            announce(PeerMismatched{peer.name, mismatch});
    peer.mismatches = std::move(mismatches);
    peer.introduced = true;
    peer.matching = std::move(hello.matching);
    peer.protocol = hello.protocol;
    peer.backed_up_here = hello.you_are_my_backup;
    peer.backups = std::move(hello.backups);
    peer.voicemail = VoicemailServer::from(hello.voicemail);
    peer.voicemail_backup = VoicemailServer::from(hello.voicemail_backup);
    if (!peer.backed_up_here) {
        vault_.drop_all(peer.name);
        calling_.forget_strangers();
        peer.records_from = {};
        peer.records_whole = false;
    }
    keep_home(peer);
    send_positions(peer);
}

void Gatekeeper::State::note_epoch(Peer& peer, base::Epoch epoch) {
    if (peer.epoch.value != 0 && epoch > peer.epoch) {
        peer.stability.suffer(Stability::Incident::restarted, settings_.failover.failback_after);
        calling_.site_reborn(peer.name);
    }
    peer.epoch = epoch;
}

void Gatekeeper::State::receive(Peer& peer, Heartbeat& heartbeat) {
    if (heartbeat.epoch < peer.epoch) return;
    note_epoch(peer, heartbeat.epoch);
    peer.holding = std::move(heartbeat.holding);
    peer.heard = now_;
    const bool first = !std::exchange(peer.ever_heard, true);
    peer.redialled = false;
    peer.knocking.clear();
    peer.serving = heartbeat.serving;
    peer.why_not_serving = std::move(heartbeat.why_not_serving);
    peer.leaving = heartbeat.leaving;
    peer.leaving_reason = std::move(heartbeat.leaving_reason);
    peer.back_at.reset();
    if (heartbeat.back_in) peer.back_at = now_ + *heartbeat.back_in;
    peer.condition = std::move(heartbeat.condition);
    peer.condition_at = now_;
    peer.clock_lead.reset();
    if (const std::uint64_t ours = condition().wall_seconds; ours > 0 && peer.condition.wall_seconds > 0)
        peer.clock_lead = std::chrono::seconds(static_cast<std::int64_t>(peer.condition.wall_seconds - ours));
    if (heartbeat.serving) peer.serving_until = now_;
    peer.registrations_there = heartbeat.registrations;
    peer.records_there = heartbeat.records;
    peer.views = std::move(heartbeat.views);
    for (const View& view : peer.views) {
        Peer* seen = view.forced || view.health == PeerHealth::alive ? find_peer(view.site) : nullptr;
        if (seen == nullptr) continue;
        const base::Instant when = now_ - view.silence;
        seen->seen_elsewhere = std::max(when, seen->seen_elsewhere.value_or(when));
    }
    compare(peer);
    review(peer);
    calling_.site_heard(now_, peer.name);
    stand_down_at_home(peer);
    if (first) borrow_what_is_wanted();
}

// Equal positions must hold equal data; if not, a copy is made anew rather than trusted.
void Gatekeeper::State::compare(Peer& peer) {
    if (peer.registrations_from.comparable(peer.epoch, peer.registrations_there.sequence) &&
        peer.registrations.digest() != peer.registrations_there.digest) {
        peer.registrations_from.forget();
        announce(ReplicaRepaired{peer.name, Dataset::registrations});
        send_positions(peer);
    }
    if (peer.backed_up_here && peer.records_from.comparable(peer.epoch, peer.records_there.sequence) &&
        vault_.digest(peer.name) != peer.records_there.digest) {
        peer.records_from.forget();
        keep_home(peer);
        announce(ReplicaRepaired{peer.name, Dataset::records});
        send_positions(peer);
    }
}

void Gatekeeper::State::receive(Peer& peer, Changes& page) {
    const bool records = page.dataset == Dataset::records;
    if (records && !peer.backed_up_here) return;
    Subscription& subscription = records ? peer.records_from : peer.registrations_from;
    switch (subscription.on_page(page)) {
        case Subscription::Outcome::stale:
            return;
        case Subscription::Outcome::gap:
            subscription.forget();
            break;
        case Subscription::Outcome::apply:
            for (RegistrationEntry& entry : page.registrations) apply_registration(peer, std::move(entry));
            for (RecordEntry& entry : page.records) apply_record(peer, std::move(entry));
            if (subscription.finish(page)) {
                if (records) {
                    vault_.drop_older(peer.name, subscription.generation());
                    calling_.forget_strangers();
                    peer.records_whole = true;
                } else {
                    peer.registrations.drop_older(subscription.generation());
                }
            }
            if (!records) stand_down_at_home(peer);
            break;
    }
    if (records) keep_home(peer);
    out_->push_back(SendToPeer{peer.name, subscription.position(page.dataset)});
}

void Gatekeeper::State::apply_record(Peer& peer, RecordEntry entry) {
    if (!entry.record) {
        vault_.drop(peer.name, entry.aor);
        if (directory_.find(entry.aor) == nullptr) calling_.forget(entry.aor);
        return;
    }
    const std::uint64_t digest = fingerprint(*entry.record);
    vault_.put(peer.name, std::move(*entry.record), digest, peer.records_from.generation());
}

// A phone is where it registered last. Where both sites hold it, the younger registration stays; of two at the same
// time, the one at its home.
void Gatekeeper::State::apply_registration(Peer& peer, RegistrationEntry entry) {
    LocationEntry* mine = location_.find(entry.aor);
    if (mine != nullptr && mine->guest_of == peer.name && !entry.bindings.empty())
        came_home(peer, *mine, newest_registration(entry.bindings));
    const bool both = mine != nullptr && !mine->bindings.empty() && !entry.bindings.empty();
    const std::vector<Binding> theirs = both ? entry.bindings : std::vector<Binding>{};
    const bool home_is_there = both && mine->guest_of == peer.name;
    const bool of_same_home = both && mine->guest_of == entry.guest_of;
    // A user with several phones may have one that strays and others at home: then these are told apart.
    const bool others_stay = both && (entry.stray || (mine->stray && peer.registrations.find(entry.aor) != nullptr));
    if (entry.guest_of.text.empty() && !entry.bindings.empty()) inquiries_.forget(entry.aor);
    const ReplicaEntry* before = peer.registrations.find(entry.aor);
    const bool has_come = is_served(entry.bindings) && (before == nullptr || !is_served(before->bindings));
    if (has_come) calling_.moved(now_, entry.aor);
    const bool news = peer.registrations.apply(std::move(entry), peer.registrations_from.generation());
    if (!both) return;
    if (!is_served(theirs) || !is_served(mine->bindings)) return;  // a standby is in nobody's way
    if (of_same_home && stands_in(mine->bindings) && stands_in(theirs)) return choose_backup(*mine, peer);
    // Its home is out of service, whatever its table says.
    if (home_is_there && stands_in(mine->bindings) && !home_is_back(peer.failover.phase)) return;

    const base::Duration lead = newest_registration(theirs) - newest_registration(mine->bindings);
    if (lead > simultaneous || (lead >= -simultaneous && home_is_there)) {
        std::vector<Binding> kept;
        bool changed = false;
        const bool one_each = !others_stay && theirs.size() == 1 && mine->bindings.size() == 1;
        for (const Binding& binding : mine->bindings) {
            if (binding.role == Role::standby) {
                kept.push_back(binding);
                continue;
            }
            const bool moved = one_each || std::any_of(theirs.begin(), theirs.end(), [&](const Binding& other) {
                                   return same_phone(binding, other);
                               });
            if (moved) changed = true;
            if (!moved || binding.role == Role::stand_in) kept.push_back(binding);
            if (moved && binding.role == Role::stand_in) kept.back().role = Role::standby;
        }
        if (changed) {
            if (now_ - newest_registration(theirs) > hearing_takes) announce(DoubleServiceEnded{*mine->aor, peer.name});
            remove_bindings(*mine, std::move(kept), RemovalCause::moved, peer.name);
        }
    } else if (news || lead < -simultaneous) {
        tell(*mine);  // they may not know that the phone is here by now: not every refresh is told
    }
}

void Gatekeeper::State::receive(Peer& peer, Position& position) {
    const bool records = position.dataset == Dataset::records;
    Outbox& outbox = records ? peer.records_to : peer.registrations_to;
    outbox.on_position(position, epoch_,
                       records ? directory_.changes().resumable_from() : location_.changes().resumable_from());
    // A reader that starts over has nothing; one that is behind has all but the latest.
    const base::Sequence all = directory_.changes().latest();
    if (records && (outbox.acknowledged() == all || outbox.acknowledged() == base::Sequence{}))
        peer.has_our_records = directory_.loaded() && outbox.acknowledged() == all;
    pump(peer);
}

void Gatekeeper::State::raise_epoch(base::Epoch above) {
    epoch_ = {above.value + 1};
    location_.renumber();
    written_upto_ = {};
    written_marks_.clear();
    directory_.renumber();
    out_->push_back(WriteRow{EpochRow{epoch_}});
    for (auto& [name, peer] : peers_) {
        peer.registrations_to.reset();
        peer.records_to.reset();
        send_hello(peer);
    }
}

void Gatekeeper::State::send_hello(Peer& peer) {
    if (peer.link != LinkState::up) return;
    Hello hello;
    hello.epoch = epoch_;
    hello.epoch_heard_of_you = peer.epoch;
    hello.matching = settings_.matching;
    hello.you_are_my_backup = is_backup(peer);
    hello.backups = settings_.backups;
    hello.voicemail = uri_of(settings_.calls.voicemail);
    hello.voicemail_backup = uri_of(settings_.calls.voicemail_backup);
    for (const auth::NonceKey& key : keyring_.own()) hello.nonce_keys.push_back(key.clone());
    out_->push_back(SendToPeer{peer.name, std::move(hello)});
}

void Gatekeeper::State::send_heartbeat(Peer& peer) {
    if (peer.link != LinkState::up) return;
    Heartbeat heartbeat;
    heartbeat.epoch = epoch_;
    heartbeat.serving = serving();
    heartbeat.why_not_serving = why_not_serving();
    heartbeat.leaving = draining_.has_value();
    if (draining_) {
        heartbeat.leaving_reason = draining_->reason;
        if (draining_->ends) heartbeat.back_in = *draining_->ends - now_;
    }
    heartbeat.condition = condition();
    heartbeat.registrations = location_.version();
    if (directory_.loaded()) heartbeat.records = directory_.version();  // what is borrowed is told to nobody
    for (const auto& [name, other] : peers_)
        if (name != peer.name && (other.ever_heard || other.forced != ForcedVerdict::automatic))
            heartbeat.views.push_back(
                {name, other.health, now_ - other.heard, other.forced != ForcedVerdict::automatic});
    // Only while we can serve them: a home takes nobody whom we hold.
    const Phase phase = peer.failover.phase;
    if (!draining_ && (phase == Phase::active || phase == Phase::settling || phase == Phase::returning) &&
        vault_.count(peer.name) > 0)
        heartbeat.holding.push_back(peer.name);
    out_->push_back(SendToPeer{peer.name, std::move(heartbeat)});
}

void Gatekeeper::State::send_positions(Peer& peer) {
    if (peer.link != LinkState::up) return;
    out_->push_back(SendToPeer{peer.name, peer.registrations_from.position(Dataset::registrations)});
    if (peer.backed_up_here) out_->push_back(SendToPeer{peer.name, peer.records_from.position(Dataset::records)});
}

void Gatekeeper::State::pump(Peer& peer) {
    if (peer.link != LinkState::up) return;
    pump_registrations(peer);
    // Not before they are loaded: an empty list would wipe what the backups still hold (R8, R9).
    if (is_backup(peer) && directory_.loaded()) pump_records(peer);
}

RegistrationEntry Gatekeeper::State::told_of(const LocationEntry& entry) {
    RegistrationEntry told;
    told.aor = *entry.aor;
    told.guest_of = entry.guest_of;
    told.bindings = entry.bindings;
    told.stray = entry.stray;
    told.released = entry.released || entry.kept;
    return told;
}

void Gatekeeper::State::pump_registrations(Peer& peer) {
    while (const auto next = peer.registrations_to.next(location_.changes().latest())) {
        Changes page{Dataset::registrations, epoch_, next->after, {}, next->restart, false, {}, {}};
        page.upto = location_.changes().visit_after(next->after, Limits::changes_per_page,
                                                    [&](const LocationEntry* entry, const base::Aor* gone) {
                                                        if (entry != nullptr)
                                                            page.registrations.push_back(told_of(*entry));
                                                        else
                                                            page.registrations.push_back({*gone, {}, {}, false});
                                                    });
        page.complete = page.upto == location_.changes().latest();
        peer.registrations_to.on_sent(page.upto);
        out_->push_back(SendToPeer{peer.name, std::move(page)});
    }
}

void Gatekeeper::State::pump_records(Peer& peer) {
    while (const auto next = peer.records_to.next(directory_.changes().latest())) {
        Changes page{Dataset::records, epoch_, next->after, {}, next->restart, false, {}, {}};
        page.upto = directory_.changes().visit_after(
            next->after, Limits::changes_per_page, [&](const DirectoryEntry* entry, const base::Aor* gone) {
                if (entry != nullptr)
                    page.records.push_back({entry->record.aor, entry->record.clone()});
                else
                    page.records.push_back({*gone, std::nullopt});
            });
        page.complete = page.upto == directory_.changes().latest();
        peer.records_to.on_sent(page.upto);
        out_->push_back(SendToPeer{peer.name, std::move(page)});
    }
}

}  // namespace innkeeper::core
