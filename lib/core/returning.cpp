// Failback: when a home that is back gets its phones again, which of them first, and what is made of those that do not
// get in there.
#include "core/gatekeeper_state.h"

namespace innkeeper::core {

void Gatekeeper::State::on(WallClock& clock) {
    minute_of_day_ = clock.minute_of_day;
    for (auto& [name, peer] : peers_) review(peer);
}

void Gatekeeper::State::on(CallsChanged& changed) {
    LocationEntry* entry = location_.find(changed.aor);
    if (entry == nullptr) return;
    entry->calls = changed.calls;
}

// Waves at failback-rate: a released guest hears of it at its next REGISTER (IP13).
void Gatekeeper::State::release_guests(Peer& peer) {
    if (peer.failover.phase != Phase::returning) return;
    if (peer.health != PeerHealth::alive && !peer.vouched_for) return;
    std::size_t most = 0;
    while (most < location_.unreleased_of(peer.name) && peer.release.take(now_)) ++most;
    if (most == 0) return;
    for (LocationEntry* guest : location_.unreleased_guests(peer.name, most)) location_.release(*guest);
    review(peer);
}

}  // namespace innkeeper::core
