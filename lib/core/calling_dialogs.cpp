// Requests inside dialogs, and who is in a call. A call goes on when a site that it passed is lost, as media flows
// between the phones (IP7): its next request finds the other phone where that is registered by then.
#include <algorithm>

#include "calls/header_fields.h"
#include "core/calling.h"
#include "core/contact_uri.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

using calls::Message;

std::string contact_of(const Message& message) {
    const auto address = calls::address_in(message, "Contact");
    return address ? std::string(address->uri) : std::string{};
}

bool makes_dialog(const Message& request) {
    return request.method == "INVITE" || request.method == "SUBSCRIBE" || request.method == "REFER";
}

// Said by a site that does not know the dialog or does not reach the phone any more.
bool is_nobody_there(std::uint16_t status) {
    return status == 404 || status == 408 || status == 480 || status == 481 || status == 503;
}

// "sip:ann@192.0.2.7:5060": what equal Contacts have in common, so that most need not be taken apart.
std::string_view address_part(std::string_view contact) {
    const auto at = contact.find('@');
    return contact.substr(0, contact.find(';', at == std::string_view::npos ? 0 : at));
}

}  // namespace

// ---- what is known of dialogs

void Calling::note_dialog(const Message& request, const calls::Hop& origin, const calls::Answered& answered) {
    const bool inside = calls::is_inside_dialog(request);
    if (inside && dialogs_.find(request).dialog != nullptr) return dialogs_.refreshed(now_, request, answered.answer);
    // A refresh that another site would have seen, before it was lost: from now on the call is known here.
    const bool refreshes = request.method == "INVITE" || request.method == "UPDATE";
    const bool taken_over = inside && refreshes && answered.answer.status / 100 == 2;
    if (!taken_over && (inside || !makes_dialog(request))) return;
    const base::Aor called = inside ? aor_in(request, "To") : answered.callee;
    const auto call = calls_.find(answered.id);
    const base::Aor caller = call != calls_.end() ? call->second.caller : sender_of(request, origin);
    dialogs_.note(now_, request, answered.answer, {caller, contact_of(request), origin, {}},
                  {called, contact_of(answered.answer), answered.from, {}});
}

// Its BYE was answered, or the other side does not know it. One that was not proved well enough ends nothing.
void Calling::note_conclusion(const Message& request, std::uint16_t status) {
    if (!calls::is_inside_dialog(request)) {
        if (request.method == "INVITE") dialogs_.settled(request);
        return;
    }
    const bool refused = status == 401 || status == 407;
    if ((request.method == "BYE" && !refused) || status == 481)
        if (const auto dialog = dialogs_.end(request)) note_end(*dialog);
}

// A phone in a call is not moved by failback.
void Calling::note_who_is_in_a_call() {
    for (const base::Aor& aor : dialogs_.take_changes())
        if (LocationEntry* entry = house_.location.find(aor)) note_calls(now_, *entry);
}

void Calling::note_calls(base::Instant now, LocationEntry& entry) {
    const std::uint32_t calls = dialogs_.calls_of(*entry.aor);
    if (calls == 0 && entry.calls == 0) return;
    entry.calls = calls;
    entry.calls_since = now;
    house_.location.settle(entry, false);
}

// ---- where it goes

bool Calling::is_by_its_own(const Message& request, const calls::Hop& from) const {
    const calls::Party* sender = dialogs_.find(request).from;
    return sender != nullptr && calls::same_origin(from, sender->hop);
}

void Calling::route_inside_dialog(calls::ContextId id, calls::ProxyEffects& more) {
    Message& request = *proxy_.request_to_forward(id);
    const calls::Hop from = *proxy_.origin(id);
    if (origin_of(from) == CallOrigin::user && !is_by_its_own(request, from) && !prove(request, from))
        return challenge(id, more);
    auto fork = next_inside_dialog(request, from);
    if (!fork) return proxy_.answer(now_, id, 481, "Call/Transaction Does Not Exist", {}, more);
    dialogs_.passed(now_, request);
    send_inside_dialog(id, std::move(*fork), more);
}

void Calling::send_inside_dialog(calls::ContextId id, calls::Fork fork, calls::ProxyEffects& more) {
    std::vector<calls::Group> groups(1);
    groups.front().forks.push_back(std::move(fork));
    proxy_.forward(now_, id, std::move(groups), more);
}

// A site that is back, or whose phone has moved, has refused: the way behind it may do. False: there is none.
bool Calling::go_round(calls::ContextId id, std::uint16_t status, calls::ProxyEffects& more) {
    Message& request = *proxy_.request_to_forward(id);
    if (!calls::is_inside_dialog(request) || !is_nobody_there(status) || !site_in_route(request)) return false;
    request.remove_first("Route");
    auto fork = next_inside_dialog(request, *proxy_.origin(id));
    if (!fork) return false;
    send_inside_dialog(id, std::move(*fork), more);
    return true;
}

void Calling::perform(calls::RelayAck& relay, calls::ProxyEffects& more) {
    calls::take_own_routes(relay.ack, [this](const calls::SipUri& uri) { return is_ours(uri); });
    if (!may_acknowledge(relay.ack, relay.from)) return;
    if (const auto fork = next_inside_dialog(relay.ack, relay.from)) proxy_.relay(std::move(relay.ack), *fork, more);
}

// An ACK cannot be asked for a password: it comes from where its side of the call is, or its user is registered.
bool Calling::may_acknowledge(const Message& ack, const calls::Hop& from) const {
    if (origin_of(from) != CallOrigin::user) return true;
    if (is_by_its_own(ack, from)) return true;
    const LocationEntry* entry = house_.location.find(aor_in(ack, "From"));
    return entry != nullptr && std::any_of(entry->bindings.begin(), entry->bindings.end(), [&](const Binding& binding) {
               return calls::same_origin(from, binding.flow);
           });
}

// The site that the topmost Route names.
std::optional<base::SiteName> Calling::site_in_route(const Message& request) const {
    const auto route = calls::address_in(request, "Route");
    const auto uri = route ? calls::SipUri::parse(route->uri) : base::Expected<calls::SipUri>(base::error("no Route"));
    if (!uri || !uri->parameters.has("site")) return std::nullopt;
    return base::SiteName{std::string(uri->parameters.value("site"))};
}

// One that speaks, so also one that drains or has lost its PBX: it takes no phones, but its calls go on.
bool Calling::is_reached(const base::SiteName& site) const {
    const auto found = house_.peers.find(site);
    if (found == house_.peers.end() || found->second.link != LinkState::up) return false;
    return found->second.health != PeerHealth::lost ||
           now_ - found->second.heard < house_.settings.health.suspect_after;
}

// Where else a user has a phone in service. Of two sites that say so the one where it registered last: the other one
// has not heard of it yet, or is frozen.
const base::SiteName* Calling::site_of(const base::Aor& aor) const {
    const base::SiteName* site = nullptr;
    base::Instant latest;
    for (const auto& [name, peer] : house_.peers) {
        const ReplicaEntry* there = peer.registrations.find(aor);
        if (there == nullptr || !is_served(there->bindings) || !is_reached(name)) continue;
        const base::Instant registered = newest_registration(there->bindings);
        if (site != nullptr && registered <= latest) continue;
        site = &name;
        latest = registered;
    }
    return site;
}

// The Route that is left names another site, which is skipped when it is lost; it may be the one that has sent this,
// where a call for a group here went back to a member there. Behind it stands a phone or a PBX.
std::optional<calls::Fork> Calling::next_inside_dialog(Message& request, const calls::Hop& from) {
    while (request.find("Route") != nullptr) {
        const auto site = site_in_route(request);
        if (site && is_reached(*site)) return fork_to(request.uri, calls::SiteHop{*site}, from, {});
        const auto route = calls::address_in(request, "Route");
        const auto uri = calls::SipUri::parse(route ? route->uri : "");
        if (const CallSettings::Pbx* pbx = uri ? pbx_named(*uri) : nullptr)
            return fork_to(request.uri, calls::AddressHop{pbx->transport, pbx->endpoint}, from, {});
        request.remove_first("Route");
    }
    return find_other_side(request, from);
}

// Where the other phone is registered by now, under the Contact that the dialog knows, else where the dialog knows it
// to be; a phone that has registered anew may have another Contact.
std::optional<calls::Fork> Calling::find_other_side(const Message& request, const calls::Hop& from) {
    const calls::Party* known = dialogs_.find(request).to;
    const base::Aor aor = known != nullptr && !known->aor.empty() ? known->aor : aor_in(request, "To");
    const auto to_binding = [&](const Binding& binding) {
        return fork_to(request.uri, binding.flow, from, binding.path);
    };
    const LocationEntry* entry = house_.location.find(aor);
    const Binding* here = entry != nullptr ? phone_of(entry->bindings, request.uri) : nullptr;
    if (here != nullptr && same_contact(here->contact, request.uri)) return to_binding(*here);
    if (known != nullptr) {
        const auto* flow = std::get_if<base::Flow>(&known->hop);
        const auto* site = std::get_if<calls::SiteHop>(&known->hop);
        const bool broken = flow != nullptr && flow->connection != 0 && here != nullptr && here->flow != *flow;
        const bool led_back = known->hop == from;
        if (!led_back && (site == nullptr ? !broken : is_reached(site->site)))
            return fork_to(request.uri, known->hop, from, {});
    }
    if (here != nullptr) return to_binding(*here);
    // What another site has sent here is never sent to a third: both know the same registrations.
    const bool may_pass_on = !std::holds_alternative<calls::SiteHop>(from);
    if (const base::SiteName* site = may_pass_on ? site_of(aor) : nullptr)
        return fork_to(request.uri, calls::SiteHop{*site}, from, {});
    return known == nullptr ? find_by_contact(request, from) : std::nullopt;
}

// The phone that has this Contact, or else the one that registered last.
const Binding* Calling::phone_of(const std::vector<Binding>& bindings, std::string_view contact) {
    const Binding* found = nullptr;
    for (const Binding& binding : bindings) {
        if (binding.role == Role::standby) continue;
        if (same_contact(binding.contact, contact)) return &binding;
        if (found == nullptr || found->registered < binding.registered) found = &binding;
    }
    return found;
}

// To names no user, but a group or a number: the Contact alone says whose phone it is. That is a look at everybody.
std::optional<calls::Fork> Calling::find_by_contact(const Message& request, const calls::Hop& from) {
    if (!searches_.take(now_)) return std::nullopt;
    const std::string_view wanted = address_part(request.uri);
    const auto is_its = [&](const Binding& binding) {
        return binding.role != Role::standby && address_part(binding.contact) == wanted &&
               same_contact(binding.contact, request.uri);
    };
    std::optional<calls::Fork> found;
    house_.location.any_registered([&](const LocationEntry& entry) {
        const auto binding = std::find_if(entry.bindings.begin(), entry.bindings.end(), is_its);
        if (binding != entry.bindings.end()) found = fork_to(request.uri, binding->flow, from, binding->path);
        return found.has_value();
    });
    if (found || std::holds_alternative<calls::SiteHop>(from)) return found;
    for (const auto& [name, peer] : house_.peers) {
        const auto& entries = peer.registrations.entries();
        const bool there = is_reached(name) && std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
                               return std::any_of(entry.second.bindings.begin(), entry.second.bindings.end(), is_its);
                           });
        if (there) return fork_to(request.uri, calls::SiteHop{name}, from, {});
    }
    return std::nullopt;
}

}  // namespace innkeeper::core
