#include "core/calling.h"

#include <algorithm>

#include "calls/header_fields.h"
#include "core/call_listeners.h"
#include "core/contact_uri.h"

namespace innkeeper::core {
namespace {

using calls::Message;
using calls::NameAddr;
using calls::SipUri;

std::string contact_of(const Message& message) {
    const auto address = calls::address_in(message, "Contact");
    return address ? address->uri : std::string{};
}

bool makes_dialog(const Message& request) {
    return request.method == "INVITE" || request.method == "SUBSCRIBE" || request.method == "REFER";
}

}  // namespace

// ---- what comes in

void Calling::begin(base::Epoch epoch, std::uint64_t seed) {
    records_.begin(epoch);
    calls::ProxySettings settings;
    settings.seed = seed;
    proxy_ = calls::Proxy(settings);
}

void Calling::receive(base::Instant now, std::string_view octets, const calls::Hop& from, Effects& out) {
    now_ = now;
    out_ = &out;
    auto message = Message::parse(octets);
    if (!message) return;  // nobody to answer to: the edge has answered what it could
    if (!message->is_request() && house_.own_requests.receive(now, *message, from, out)) return;
    calls::ProxyEffects done;
    proxy_.receive(now_, std::move(*message), from, done);
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
    calls::ProxyEffects done;
    proxy_.on_time(now_, done);
    settle(std::move(done));
    while (const auto dialog = dialogs_.take_due(now_)) note_end(*dialog);
}

base::Instant Calling::next_deadline() const {
    return std::min(proxy_.next_deadline(), dialogs_.next_end());
}

// Effects of effects come at the end, in order.
void Calling::settle(calls::ProxyEffects effects) {
    for (std::size_t i = 0; i < effects.size(); ++i) {
        calls::ProxyEffects more;
        calls::ProxyEffect effect = std::move(effects[i]);
        std::visit([&](auto& what) { perform(what, more); }, effect);
        std::move(more.begin(), more.end(), std::back_inserter(effects));
    }
}

void Calling::perform(calls::Transmit& transmit, calls::ProxyEffects&) {
    push_sip(std::move(transmit), *out_);
}

void Calling::perform(calls::Decide& decide, calls::ProxyEffects& more) {
    Message& request = *proxy_.request_to_forward(decide.id);
    calls::take_own_routes(request, [this](const SipUri& uri) { return is_ours(uri); });
    if (calls::is_inside_dialog(request)) return route_inside_dialog(decide.id, more);
    const calls::Hop& from = *proxy_.origin(decide.id);
    if (origin_of(from) == CallOrigin::user && proxy_.under_way_from(from) > Limits::requests_per_source)
        return proxy_.reject(decide.id, 503, "Too Many Requests From There", {{"Retry-After", "5"}}, more);
    route(decide.id, more);
}

void Calling::perform(calls::Exhausted& exhausted, calls::ProxyEffects& more) {
    if (calls_.contains(exhausted.id))
        go_on(exhausted.id, outcome_of(exhausted.status, exhausted.timed_out), more);
    else
        proxy_.conclude(now_, exhausted.id, more);
}

void Calling::perform(calls::RelayAck& relay, calls::ProxyEffects& more) {
    calls::take_own_routes(relay.ack, [this](const SipUri& uri) { return is_ours(uri); });
    if (!may_acknowledge(relay.ack, relay.from)) return;
    if (const auto fork = next_inside_dialog(relay.ack, relay.from)) proxy_.relay(std::move(relay.ack), *fork, more);
}

// An ACK cannot be asked for a password: it comes from where its side of the call is, or its user is registered.
bool Calling::may_acknowledge(const Message& ack, const calls::Hop& from) const {
    if (origin_of(from) != CallOrigin::user) return true;
    if (const auto match = dialogs_.find(ack); match.from != nullptr && calls::same_origin(from, match.from->hop))
        return true;
    const LocationEntry* entry = house_.location.find(aor_in(ack, "From"));
    return entry != nullptr && std::any_of(entry->bindings.begin(), entry->bindings.end(), [&](const Binding& binding) {
               return calls::same_origin(from, binding.flow);
           });
}

void Calling::perform(calls::Answered& answered, calls::ProxyEffects&) {
    const Message& request = *proxy_.request(answered.id);
    records_.rang(now_, answered.id);
    if (calls::is_inside_dialog(request)) return dialogs_.refreshed(now_, request, answered.answer);
    if (!makes_dialog(request)) return;
    calls::Party caller{aor_in(request, "From"), contact_of(request), *proxy_.origin(answered.id), {}};
    calls::Party callee{aor_of(request.uri).value_or(base::Aor{}), contact_of(answered.answer), answered.from, {}};
    dialogs_.note(now_, request, answered.answer, std::move(caller), std::move(callee));
}

// ---- inside a dialog

void Calling::route_inside_dialog(calls::ContextId id, calls::ProxyEffects& more) {
    Message& request = *proxy_.request_to_forward(id);
    const calls::Hop from = *proxy_.origin(id);
    const calls::Dialogs::Match match = dialogs_.find(request);
    const bool its_own = match.from != nullptr && calls::same_origin(from, match.from->hop);
    if (!its_own && origin_of(from) == CallOrigin::user && !prove(request, from)) return challenge(id, more);
    auto fork = next_inside_dialog(request, from);
    if (!fork) return proxy_.answer(now_, id, 481, "Call/Transaction Does Not Exist", {}, more);
    if (request.method == "BYE")
        if (const auto dialog = dialogs_.end(request)) note_end(*dialog);
    std::vector<calls::Group> groups(1);
    groups.front().forks.push_back(std::move(*fork));
    proxy_.forward(now_, id, std::move(groups), more);
}

// The Route that is left names another site, which is skipped when it is lost: its phones may be here by now (IP7). Or
// it is a PBX's, which then finds its own way. Behind it stands a phone: where it is registered now, or where the
// dialog knows it to be.
std::optional<calls::Fork> Calling::next_inside_dialog(Message& request, const calls::Hop& from) {
    while (const std::string* top = request.find("Route")) {
        const auto entry = NameAddr::parse(*top);
        const auto uri = entry ? SipUri::parse(entry->uri) : base::Expected<SipUri>(base::error("no address"));
        const base::SiteName site{uri ? std::string(uri->parameters.value("site")) : std::string{}};
        const auto peer = house_.peers.find(site);
        const bool lost = peer == house_.peers.end() || peer->second.link != LinkState::up;
        if (!lost && calls::Hop(calls::SiteHop{site}) != from)
            return fork_to(request.uri, calls::SiteHop{site}, from, {});
        if (const CallSettings::Pbx* pbx = uri ? pbx_named(*uri) : nullptr)
            return fork_to(request.uri, calls::AddressHop{pbx->transport, pbx->endpoint}, from, {});
        request.remove_first("Route");
    }
    const calls::Dialogs::Match match = dialogs_.find(request);
    const base::Aor aor = match.to != nullptr && !match.to->aor.empty() ? match.to->aor : aor_in(request, "To");
    if (const LocationEntry* entry = house_.location.find(aor))
        for (const Binding& binding : entry->bindings)
            if (same_contact(binding.contact, request.uri))
                return fork_to(request.uri, binding.flow, from, binding.path);
    if (match.to != nullptr) return fork_to(request.uri, match.to->hop, from, {});
    return std::nullopt;
}

}  // namespace innkeeper::core
