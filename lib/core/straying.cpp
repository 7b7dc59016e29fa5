// Phones of a living home that it does not reach (core/stray.h): the backup's question, the home's search, its verdict.
#include <algorithm>

#include "core/gatekeeper_state.h"

namespace innkeeper::core {
namespace {

// A phone that its home has just refused is one that it hears: it stays with its home, without a licence too.
constexpr base::Duration heard_for = 60s;
// The asker may have missed the verdict, or there is another one: for so long a phone that was let go of stays so.
constexpr base::Duration gone_for = 60s;

bool surely_before(base::Instant nonce_issued, base::Instant moment) {
    constexpr base::Duration nonces_are_equal_within = 1s;
    return nonce_issued + nonces_are_equal_within <= moment;
}

}  // namespace

// ---- the backup's end

bool Gatekeeper::State::can_be_asked(const Peer& home) const {
    return home.link == LinkState::up && home.serving && home.ever_heard &&
           now_ - home.heard < settings_.health.suspect_after;
}

// A phone that is not served here asks to be: a witness when its home is silent, a question when it is not. A standby
// that is renewed is no witness, since it is renewed anyway, but its home may have stopped reaching it: a question that
// yields to those about phones which have nothing.
void Gatekeeper::State::note_knock(Peer& home, const LocationEntry& entry, const RegisterRequest& request) {
    // Some phones always knock at their backup too (SR4): only a knock after the silence was noticed means something.
    const bool renews = !knocks(entry, home);
    const bool silent = now_ - home.heard >= settings_.health.suspect_after;
    if (silent && !renews && home.knocking.size() < settings_.health.witness_phones + 1)
        home.knocking.insert(*entry.aor);
    if (home.failover.phase != Phase::normal || draining_ || !can_be_asked(home)) return;
    if (!inquiries_.on_knock(now_, *entry.aor, renews)) return;
    if (!(renews ? home.renewal_questions : home.questions).take(now_)) return;
    inquiries_.on_asked(now_, *entry.aor, home.name);
    PhoneQuestion question{*entry.aor, {}, {}};
    if (!request.contacts.empty()) {
        question.contact = request.contacts.front().uri;
        question.instance = request.contacts.front().instance;
    }
    out_->push_back(SendToPeer{home.name, std::move(question)});
}

void Gatekeeper::State::receive(Peer& peer, PhoneVerdict& verdict) {
    if (!inquiries_.on_verdict(now_, peer.name, verdict)) return;
    // A standby was registered at its home, so that it is on its way there is no explanation.
    const bool lost_there =
        verdict.finding == PhoneFinding::not_registered && peer.registrations.find(verdict.aor) == nullptr;
    if (lost_there || inquiries_.standing(now_, verdict.aor) == Straying::yes) serve_stray(verdict.aor);
}

// The home is lost and its failover is on: whoever strayed here before is a guest like the others.
void Gatekeeper::State::adopt_strays(Peer& home) {
    if (location_.strays_of(home.name) == 0) return;
    std::vector<LocationEntry*> strays;
    location_.each_registered([&](LocationEntry& entry) {
        if (entry.guest_of == home.name && entry.stray) strays.push_back(&entry);
    });
    for (LocationEntry* entry : strays) {
        entry->stray = false;
        ++home.failover.guests_served;
        tell(*entry);
    }
}

// ---- the home's end

void Gatekeeper::State::receive(Peer& peer, PhoneQuestion& question) {
    // Who cannot tell is silent; the backup asks again.
    if (!is_backup(peer) || !serving() || draining_ || just_woken() || directory_.find(question.aor) == nullptr) return;
    if (Searches::Search* under_way = searches_.find(question.aor)) {
        under_way->askers.insert(peer.name);
        return;
    }
    const LocationEntry* entry = location_.find(question.aor);
    if (entry != nullptr && !entry->bindings.empty()) return begin_search(*entry, question, peer);
    const auto lately = [this](base::Instant moment, base::Duration span) {
        return moment != LocationEntry::never && now_ - moment < span;
    };
    PhoneFinding finding = PhoneFinding::not_registered;
    if (entry != nullptr && lately(entry->turned_away, heard_for))
        finding = PhoneFinding::reachable;
    else if (entry != nullptr && lately(entry->let_go, gone_for))
        finding = PhoneFinding::let_go;
    send_verdict(peer.name, question.aor, finding);
}

// The phone that knocks is probed where it registered from; where it is none of those registered, each of them is: a
// user whom one phone reaches is not cut off.
void Gatekeeper::State::begin_search(const LocationEntry& entry, const PhoneQuestion& question, const Peer& asker) {
    Binding knocking;
    knocking.contact = question.contact;
    knocking.instance = question.instance;
    std::vector<const Binding*> sought;
    for (const Binding& binding : entry.bindings)
        if (same_phone(binding, knocking)) sought.push_back(&binding);
    if (sought.empty())
        for (const Binding& binding : entry.bindings) sought.push_back(&binding);
    if (!searches_.room_for(sought.size())) return;
    std::vector<Searches::Probed> probed;
    for (const Binding* binding : sought) probed.push_back({binding->contact, binding->flow});
    const auto probes = searches_.begin(now_, *entry.aor, asker.name, std::move(probed));
    for (std::size_t i = 0; i < probes.size(); ++i)
        out_->push_back(ProbePhone{probes[i], sought[i]->flow, std::string(sought[i]->contact),
                                   std::string(sought[i]->path), *entry.aor});
}

// Of a phone that was let go of we know that what we send does not arrive, or what it sends. It is heard again when it
// answers a challenge made since, which it cannot where only its own requests get through.
bool Gatekeeper::State::must_prove_way_back(const LocationEntry& entry, const Authentication& authentication) {
    return entry.let_go != LocationEntry::never && entry.bindings.empty() &&
           surely_before(authentication.nonce_issued, entry.let_go);
}

// That a phone refreshes while it is probed proves nothing: its requests may be all that gets through. That it answers
// a challenge made since does, whatever becomes of the probe.
void Gatekeeper::State::note_way_back(const RegisterRequest& request, const base::Aor& aor,
                                      const Authentication& authentication) {
    const Searches::Search* search = searches_.find(aor);
    if (search == nullptr || surely_before(authentication.nonce_issued, search->began)) return;
    for (const ContactRequest& contact : request.contacts)
        if (const auto ended = searches_.on_heard(aor, contact.uri))
            return answer_askers(*ended, PhoneFinding::reachable);
}

void Gatekeeper::State::on(PhoneProbed& probed) {
    const auto search = searches_.on_probed(probed.probe, probed.heard);
    if (!search) return;
    if (search->heard) return answer_askers(*search, PhoneFinding::reachable);
    // While we did not run its answer may have been lost in our own queues: the backup asks again.
    if (stalled_at_ > search->began) return;
    let_go(*search);
}

// Where it has registered from another flow meanwhile it may be there, since that was not asked.
void Gatekeeper::State::let_go(const Searches::Search& search) {
    LocationEntry* entry = location_.find(search.aor);
    if (entry == nullptr || !entry->guest_of.text.empty()) return;
    bool elsewhere = false;
    std::vector<Binding> kept;
    for (const Binding& binding : entry->bindings) {
        const auto silent = std::find_if(search.probed.begin(), search.probed.end(),
                                         [&](const auto& probed) { return probed.contact == binding.contact; });
        if (silent == search.probed.end())
            kept.push_back(binding);
        else if (silent->flow != binding.flow)
            elsewhere = true;
    }
    if (!elsewhere) {
        entry->let_go = now_;
        if (kept.size() != entry->bindings.size())
            remove_bindings(*entry, std::move(kept), RemovalCause::unreachable, {});
    }
    answer_askers(search, elsewhere ? PhoneFinding::reachable : PhoneFinding::let_go);
}

void Gatekeeper::State::answer_askers(const Searches::Search& search, PhoneFinding finding) {
    for (const base::SiteName& asker : search.askers) send_verdict(asker, search.aor, finding);
}

// After what it knows of our registrations: the binding that was let go of is gone there before the phone comes back.
void Gatekeeper::State::send_verdict(const base::SiteName& asker, const base::Aor& aor, PhoneFinding finding) {
    Peer* peer = find_peer(asker);
    if (peer == nullptr || peer->link != LinkState::up) return;
    pump(*peer);
    out_->push_back(SendToPeer{asker, PhoneVerdict{aor, finding}});
}

}  // namespace innkeeper::core
