// Whether our PBXs are there: asked by OPTIONS of our own, judged by PbxWatch.
#include <algorithm>

#include "core/call_listeners.h"
#include "core/gatekeeper_state.h"

namespace innkeeper::core {
namespace {

calls::AddressHop hop_to(const CallSettings::Pbx& pbx) {
    return {pbx.transport, pbx.endpoint};
}

}  // namespace

void Gatekeeper::State::ask_pbxs() {
    while (const auto turn = pbx_.take_due(now_)) {
        const CallSettings::Pbx& pbx = settings_.calls.pbxs[*turn];
        const calls::Hop hop = hop_to(pbx);
        const std::string there =
            "sip:" + pbx.endpoint.text() + ";transport=" + std::string(base::to_text(pbx.transport));
        const CallSettings::Address* ours = listener_for(settings_, hop);
        const std::string here = ours != nullptr ? uri_of(*ours) : "sip:" + settings_.site.text + ".invalid";
        if (!own_requests_.send(now_, own_requests_.make("OPTIONS", there, here, there), hop, PbxProbe{*turn}, *out_,
                                PbxWatch::patience))
            pbx_.not_asked(now_, *turn);
    }
}

void Gatekeeper::State::settled(const PbxProbe& probe, const calls::Settled& outcome) {
    const bool changed = pbx_.on_answer(now_, probe.pbx, outcome.answer.status, outcome.answered);
    if (changed) {
        const PbxWatch::Seen& seen = pbx_.all()[probe.pbx];
        if (probe.pbx == 0) upstream_.set_there(now_, seen.state != PbxState::away);
        announce(PbxStateChanged{seen.name, seen.state != PbxState::away, seen.detail});
        // What waits there for an answer goes on to the next one now, not when its own time is over.
        if (seen.state == PbxState::away) calling_.lost(now_, hop_to(settings_.calls.pbxs[probe.pbx]), *out_);
    }
    review_pbx();
}

// Any answer of the backup means that it has heard, also that it does not have the user's phone.
void Gatekeeper::State::settled(const SummaryTold& told, const calls::Settled& outcome) {
    if (!outcome.answered) calling_.summary_unanswered(now_, told, outcome.answer.status == 503);
}

void Gatekeeper::State::settle_own_requests() {
    for (const OwnRequests::Outcome& outcome : own_requests_.take_settled())
        std::visit([&](const auto& purpose) { settled(purpose, outcome.settled); }, outcome.purpose);
}

// A connection that is gone takes with it what was under way. ICMP about a PBX is only a reason to ask it at once: it
// can be forged, and then would cost every call there.
void Gatekeeper::State::on(HopLost& lost) {
    own_requests_.lost(lost.hop, *out_);
    const auto& pbxs = settings_.calls.pbxs;
    const auto pbx = std::find_if(pbxs.begin(), pbxs.end(),
                                  [&](const CallSettings::Pbx& one) { return lost.hop == calls::Hop(hop_to(one)); });
    if (pbx != pbxs.end()) pbx_.doubt(now_, static_cast<std::size_t>(pbx - pbxs.begin()));
    if (pbx == pbxs.end() || pbx->transport != base::Transport::udp) calling_.lost(now_, lost.hop, *out_);
    settle_own_requests();
}

void Gatekeeper::State::review_pbx() {
    if (!pbx_.review(now_, settings_.health.pbx_lost_after)) return;
    announce(PbxReported{!pbx_.lost(), pbx_.detail()});
    for (auto& [name, peer] : peers_) send_heartbeat(peer);  // backups act on it without waiting for the next one
}

}  // namespace innkeeper::core
