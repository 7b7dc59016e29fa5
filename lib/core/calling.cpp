#include "core/calling.h"

#include <algorithm>

#include "calls/header_fields.h"
#include "core/call_listeners.h"

namespace innkeeper::core {
namespace {

using calls::Message;
using calls::SipUri;

}  // namespace

// ---- what comes in

void Calling::begin(base::Epoch epoch, std::uint64_t seed) {
    records_.begin(epoch);
    calls::ProxySettings settings;
    settings.seed = seed;
    proxy_ = calls::Proxy(settings);
}

void Calling::receive(base::Instant now, Message message, const calls::Hop& from, Effects& out) {
    now_ = now;
    out_ = &out;
    if (!message.is_request() && house_.own_requests.receive(now, message, from, out)) return;
    calls::ProxyEffects done;
    proxy_.receive(now_, std::move(message), from, done);
    settle(std::move(done));
}

void Calling::lost(base::Instant now, const calls::Hop& hop, Effects& out) {
    now_ = now;
    out_ = &out;
    calls::ProxyEffects done;
    proxy_.lost(now_, hop, done);
    settle(std::move(done));
}

void Calling::on_time(base::Instant now, Effects& out) {
    now_ = now;
    out_ = &out;
    end_subscriptions();
    tell_untold();
    calls::ProxyEffects done;
    proxy_.on_time(now_, done);
    while (const auto dialog = dialogs_.take_due(now_)) note_end(*dialog);
    settle(std::move(done));
}

base::Instant Calling::next_deadline() const {
    return std::min({proxy_.next_deadline(), dialogs_.next_end(), end_next_at_, tell_next_at_});
}

// Effects of effects come at the end, in order.
void Calling::settle(calls::ProxyEffects effects) {
    for (std::size_t i = 0; i < effects.size(); ++i) {
        calls::ProxyEffects more;
        calls::ProxyEffect effect = std::move(effects[i]);
        std::visit([&](auto& what) { perform(what, more); }, effect);
        std::move(more.begin(), more.end(), std::back_inserter(effects));
    }
    note_who_is_in_a_call();
}

void Calling::perform(calls::Transmit& transmit, calls::ProxyEffects&) {
    push_sip(std::move(transmit), *out_);
}

void Calling::perform(calls::Decide& decide, calls::ProxyEffects& more) {
    Message& request = *proxy_.request_to_forward(decide.id);
    calls::take_own_routes(request, [this](const SipUri& uri) { return is_ours(uri); });
    const calls::Hop& from = *proxy_.origin(decide.id);
    note_summary(request, from);
    if (calls::is_inside_dialog(request)) return route_inside_dialog(decide.id, more);
    if (origin_of(from) == CallOrigin::user && proxy_.under_way_from(from) > Limits::requests_per_source)
        return proxy_.reject(decide.id, 503, "Too Many Requests From There", {{"Retry-After", "5"}}, more);
    route(decide.id, more);
}

void Calling::perform(calls::Exhausted& exhausted, calls::ProxyEffects& more) {
    if (calls_.contains(exhausted.id))
        go_on(exhausted.id, outcome_of(exhausted.status, exhausted.timed_out), more);
    else if (!go_round(exhausted.id, exhausted.status, more))
        proxy_.conclude(now_, exhausted.id, more);
}

void Calling::forget(const base::Aor& user) {
    hunts_.forget(user);
    summaries_.erase(user);
    for (auto& [backup, users] : untold_) users.erase(user);
    std::erase_if(untold_, [](const auto& backup) { return backup.second.empty(); });
}

void Calling::forget_strangers() {
    const auto is_stranger = [this](const auto& kept) { return record_of(kept.first) == nullptr; };
    hunts_.forget_if(is_stranger);
    std::erase_if(summaries_, is_stranger);
}

void Calling::perform(calls::Answered& answered, calls::ProxyEffects&) {
    records_.rang(now_, answered.id);
    note_dialog(*proxy_.request(answered.id), *proxy_.origin(answered.id), answered);
}

}  // namespace innkeeper::core
