#include "core/calling.h"

#include <algorithm>

#include "auth/credentials_header.h"
#include "calls/address_fields.h"
#include "core/call_listeners.h"
#include "core/contact_uri.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

using calls::Message;
using calls::NameAddr;
using calls::SipUri;

std::optional<NameAddr> address_in(const Message& message, std::string_view header) {
    const std::string* value = message.find(header);
    if (value == nullptr) return std::nullopt;
    auto address = NameAddr::parse(*value);
    return address ? std::optional(std::move(*address)) : std::nullopt;
}

std::string contact_of(const Message& message) {
    const auto address = address_in(message, "Contact");
    return address ? address->uri : std::string{};
}

bool is_inside_dialog(const Message& request) {
    const auto to = address_in(request, "To");
    return to && !to->tag().empty();
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
    if (is_inside_dialog(request)) return route_inside_dialog(decide.id, more);
    const calls::Hop& from = *proxy_.origin(decide.id);
    if (origin_of(from) == CallOrigin::user && proxy_.under_way_from(from) > Limits::requests_per_source)
        return proxy_.reject(decide.id, 503, "Too Many Requests From There", {{"Retry-After", "5"}}, more);
    route(decide.id, more);
}

void Calling::perform(calls::Exhausted& exhausted, calls::ProxyEffects& more) {
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
    if (is_inside_dialog(request)) return dialogs_.refreshed(now_, request, answered.answer);
    if (!makes_dialog(request)) return;
    calls::Party caller{aor_in(request, "From"), contact_of(request), *proxy_.origin(answered.id), {}};
    calls::Party callee{aor_of(request.uri).value_or(base::Aor{}), contact_of(answered.answer), answered.from, {}};
    dialogs_.note(now_, request, answered.answer, std::move(caller), std::move(callee));
}

// ---- whose it is

// Our addresses, our own Record-Route, and our domains.
bool Calling::is_ours(const SipUri& uri) const {
    if (uri.parameters.has("site")) return uri.parameters.value("site") == house_.settings.site.text;
    const auto& listeners = house_.settings.calls.listeners;
    const std::uint16_t port = uri.port == 0 ? static_cast<std::uint16_t>(uri.secure ? 5061 : 5060) : uri.port;
    return std::any_of(listeners.begin(), listeners.end(), [&](const CallSettings::Address& listener) {
        return listener.port == port && calls::same_ignoring_case(listener.host, uri.host);
    });
}

// The user that a URI names, if it is of this network.
std::optional<base::Aor> Calling::aor_of(std::string_view uri) const {
    const auto parsed = SipUri::parse(uri);
    if (!parsed || parsed->user.empty()) return std::nullopt;
    const auto& domains = house_.settings.matching.domains;
    auto domain = std::find_if(domains.begin(), domains.end(),
                               [&](const std::string& one) { return calls::same_ignoring_case(one, parsed->host); });
    if (domain == domains.end() && !is_ours(*parsed)) return std::nullopt;
    // What we have registered with a PBX on a user's behalf (registering_upstream.cpp).
    const std::string_view named = parsed->parameters.value("domain");
    if (domain == domains.end())
        domain = std::find_if(domains.begin(), domains.end(),
                              [&](const std::string& one) { return calls::same_ignoring_case(one, named); });
    const std::string_view user = std::string_view(parsed->user).substr(0, parsed->user.find(':'));
    auto aor = base::Aor::from_parts(user, domain == domains.end() ? domains.front() : *domain);
    return aor ? std::optional(std::move(*aor)) : std::nullopt;
}

base::Aor Calling::aor_in(const Message& message, std::string_view header) const {
    const auto address = address_in(message, header);
    const auto aor = address ? aor_of(address->uri) : std::nullopt;
    return aor.value_or(base::Aor{});
}

const backup::UserRecord* Calling::record_of(const base::Aor& aor) const {
    const backup::UserRecord* own = house_.directory.find(aor);
    return own != nullptr ? own : house_.vault.find(aor).record;
}

const CallSettings::Pbx* Calling::pbx_at(const calls::Hop& hop) const {
    const auto& pbxs = house_.settings.calls.pbxs;
    const auto found = std::find_if(pbxs.begin(), pbxs.end(), [&](const CallSettings::Pbx& pbx) {
        return calls::same_origin(hop, calls::AddressHop{pbx.transport, pbx.endpoint});
    });
    return found == pbxs.end() ? nullptr : &*found;
}

// The PBX whose address a Route shows.
const CallSettings::Pbx* Calling::pbx_named(const SipUri& uri) const {
    const auto ip = base::IpAddress::parse(uri.host);
    const auto& pbxs = house_.settings.calls.pbxs;
    const auto found = std::find_if(pbxs.begin(), pbxs.end(),
                                    [&](const CallSettings::Pbx& pbx) { return ip && *ip == pbx.endpoint.ip; });
    return found == pbxs.end() ? nullptr : &*found;
}

CallOrigin Calling::origin_of(const calls::Hop& from) const {
    if (std::holds_alternative<calls::SiteHop>(from)) return CallOrigin::site;
    return pbx_at(from) != nullptr ? CallOrigin::pbx : CallOrigin::user;
}

// By the password of the user in From (RFC 3261 section 22.3); what it was proved with goes no further.
bool Calling::prove(Message& request, const calls::Hop& from) {
    const auto* flow = std::get_if<base::Flow>(&from);
    const base::Aor aor = aor_in(request, "From");
    if (flow == nullptr || aor.empty()) return false;
    const backup::UserRecord* record = record_of(aor);
    if (record == nullptr || !record->enabled) return false;
    for (const std::string_view header : request.all("Proxy-Authorization")) {
        const auto credentials = auth::read_credentials(header);
        if (!credentials || !calls::same_ignoring_case(credentials->realm, aor.domain())) continue;
        const auth::NonceCheck nonce =
            house_.keyring.check(now_, credentials->nonce, aor, flow->remote.ip, house_.settings.nonce_lifetime);
        if (nonce.state != auth::NonceState::good || credentials->username != aor.user()) continue;
        if (!auth::response_is_right(*credentials, request.method, record->ha1)) continue;
        if (!house_.location.obtain(aor).replay.accept(nonce.identity, credentials->nonce_count)) continue;
        request.remove("Proxy-Authorization");
        return true;
    }
    return false;
}

void Calling::challenge(calls::ContextId id, calls::ProxyEffects& more) {
    const Message& request = *proxy_.request(id);
    const auto* flow = std::get_if<base::Flow>(proxy_.origin(id));
    const base::Aor aor = aor_in(request, "From");
    // Nobody relays through us for strangers: who is not of this network is told nothing.
    if (flow == nullptr || aor.empty()) return proxy_.reject(id, 403, "Not A User Of This Network", {}, more);
    const LocationEntry* entry = house_.location.find(aor);
    const std::string nonce =
        house_.keyring.issue(now_, aor, flow->remote.ip, entry == nullptr ? nullptr : &entry->replay);
    std::vector<calls::Header> challenges;
    const auto offer = [&](std::string_view algorithm) {
        challenges.push_back({"Proxy-Authenticate", "Digest realm=\"" + std::string(aor.domain()) + "\", nonce=\"" +
                                                        nonce + "\", algorithm=" + std::string(algorithm) +
                                                        ", qop=\"auth\""});
    };
    offer("MD5");
    const std::string* user_agent = request.find("User-Agent");
    if (!house_.settings.phone_profiles.of(user_agent != nullptr ? *user_agent : "").md5_only) offer("SHA-256");
    proxy_.reject(id, 407, "Proxy Authentication Required", std::move(challenges), more);
}

// ---- where it goes

// One entry for each side that is no site; two when they differ (RFC 5658). The site's name lets another site know
// whose it was when this one is gone.
std::vector<std::string> Calling::recorded(const calls::Hop& from, const calls::Hop& to) const {
    std::vector<std::string> entries;
    for (const calls::Hop* hop : {&to, &from}) {
        const CallSettings::Address* ours = listener_for(house_.settings, *hop);
        if (ours == nullptr) continue;
        std::string entry = "<" + uri_of(*ours) + ";lr;site=" + house_.settings.site.text + ">";
        if (entries.empty() || entries.back() != entry) entries.push_back(std::move(entry));
    }
    return entries;
}

calls::Fork Calling::fork_to(std::string uri, calls::Hop hop, const calls::Hop& from, std::string_view path) const {
    calls::Fork fork;
    fork.uri = std::move(uri);
    fork.sent_by = sent_by(house_.settings, hop);
    for (const std::string_view entry : calls::split_list(path)) fork.routes.emplace_back(entry);
    fork.recorded = recorded(from, hop);
    fork.hop = std::move(hop);
    return fork;
}

// Every Contact of a user at once, or one group after the other by their q (RFC 3261 section 16.6).
std::vector<calls::Group> Calling::forks_to_bindings(const LocationEntry& entry, const calls::Hop& from) const {
    std::vector<const Binding*> bindings;
    for (const Binding& binding : entry.bindings)
        if (binding.role != Role::standby) bindings.push_back(&binding);
    std::stable_sort(bindings.begin(), bindings.end(),
                     [](const Binding* one, const Binding* other) { return one->q > other->q; });
    std::vector<calls::Group> groups;
    std::uint16_t q = 0;
    for (const Binding* binding : bindings) {
        if (groups.empty() || binding->q != q) groups.emplace_back();
        q = binding->q;
        groups.back().forks.push_back(
            fork_to(std::string(std::string_view(binding->contact)), binding->flow, from, binding->path));
    }
    return groups;
}

void Calling::route(calls::ContextId id, calls::ProxyEffects& more) {
    Message& request = *proxy_.request_to_forward(id);
    request.remove("Route");  // it has led here; from here on we say where calls go
    const calls::Hop from = *proxy_.origin(id);
    const auto uri = SipUri::parse(request.uri);
    const auto target = aor_of(request.uri);
    const LocationEntry* entry = target ? house_.location.find(*target) : nullptr;

    CallFacts facts;
    facts.origin = origin_of(from);
    const auto& numbers = house_.settings.calls.emergency_numbers;
    facts.emergency =
        request.method == "INVITE" && uri && std::find(numbers.begin(), numbers.end(), uri->user) != numbers.end();
    facts.proved = facts.origin != CallOrigin::user || facts.emergency || prove(request, from);
    facts.for_us = target.has_value();
    facts.registered_here = entry != nullptr && is_served(entry->bindings);
    facts.known_here = target && record_of(*target) != nullptr;
    if (target)
        for (const auto& [name, peer] : house_.peers)
            if (const ReplicaEntry* there = peer.registrations.find(*target);
                there != nullptr && peer.link == LinkState::up && is_served(there->bindings))
                facts.registered_at = name;
    // An emergency call tries one that seems to be away rather than none.
    facts.pbx = facts.emergency ? !house_.pbxs.all().empty() : house_.pbxs.any_there();
    facts.pbx_away = !house_.pbxs.all().empty() && !house_.pbxs.any_there();

    const CallVerdict verdict = judge_call(facts);
    if (verdict.to != CallTo::challenge) note_call(id, verdict.rule, facts.emergency);
    switch (verdict.to) {
        case CallTo::challenge:
            return challenge(id, more);
        case CallTo::bindings:
            return proxy_.forward(now_, id, forks_to_bindings(*entry, from), more);
        case CallTo::site:
            return proxy_.forward(
                now_, id,
                {{{fork_to(request.uri, calls::SiteHop{*facts.registered_at}, from, {})}, base::Duration::max()}},
                more);
        case CallTo::pbx:
            return proxy_.forward(now_, id, forks_to_pbxs(request.uri, from, facts.emergency), more);
        case CallTo::nobody:
            return proxy_.answer(now_, id, verdict.status, verdict.phrase, {}, more);
    }
}

// In their order: the next one when the one before does not answer. None that is known to be away: a caller would wait
// for it in vain; but where all are, an emergency call tries them all the same.
std::vector<calls::Group> Calling::forks_to_pbxs(const std::string& uri, const calls::Hop& from, bool emergency) const {
    const auto& pbxs = house_.settings.calls.pbxs;
    std::vector<calls::Group> groups;
    for (std::size_t i = 0; i < pbxs.size(); ++i) {
        if (house_.pbxs.is_away(i) && !(emergency && !house_.pbxs.any_there())) continue;
        const CallSettings::Pbx& pbx = pbxs[i];
        groups.emplace_back();
        groups.back().forks.push_back(fork_to(uri, calls::AddressHop{pbx.transport, pbx.endpoint}, from, {}));
    }
    return groups;
}

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
