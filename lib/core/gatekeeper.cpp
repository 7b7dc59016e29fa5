#include "core/gatekeeper.h"

#include <utility>

#include "core/gatekeeper_state.h"

namespace innkeeper::core {

Gatekeeper::Gatekeeper(Settings settings) : state_(std::make_unique<State>(std::move(settings))) {}
Gatekeeper::~Gatekeeper() = default;
Gatekeeper::Gatekeeper(Gatekeeper&&) noexcept = default;
Gatekeeper& Gatekeeper::operator=(Gatekeeper&&) noexcept = default;

void Gatekeeper::step(base::Instant now, Event event, Effects& out) {
    state_->step(now, std::move(event), out);
}
base::Instant Gatekeeper::next_deadline() const {
    return state_->next_deadline();
}
Census Gatekeeper::census(base::Instant now) const {
    return state_->census(now);
}

Gatekeeper::State::State(Settings settings)
    : settings_(std::move(settings)), governor_(settings_.failover.admission_rate) {
    INNKEEPER_ASSERT(!settings_.matching.domains.empty());
}

void Gatekeeper::State::step(base::Instant now, Event event, Effects& out) {
    INNKEEPER_ASSERT(now >= now_);
    now_ = now;
    out_ = &out;
    const std::size_t first_effect = out.size();
    forgive_own_stall();
    std::visit([this](auto& happened) { on(happened); }, event);
    if (memory_kept_) remember(first_effect);
    out_ = nullptr;
}

void Gatekeeper::State::on(SipReceived& received) {
    calling_.receive(now_, std::move(received.message), received.from, *out_);
    settle_own_requests();
}

void Gatekeeper::State::receive(Peer& peer, SipRelay& relay) {
    auto message = calls::Message::parse(relay.octets);
    if (!message) return;  // the other site has answered what it could
    calling_.receive(now_, std::move(*message), calls::SiteHop{peer.name}, *out_);
    settle_own_requests();
}

}  // namespace innkeeper::core
