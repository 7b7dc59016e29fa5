// Calls: where one goes. What is known of its target is gathered here, call_plan.h says what is tried, and the proxy
// does it.
#include <algorithm>
#include <utility>

#include "calls/header_fields.h"
#include "calls/identity.h"
#include "core/calling.h"
#include "core/feature_codes.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

using calls::Message;
using calls::SipUri;

// A site that is asked answers at once, or is not there; so does a voicemail server that has another one behind it.
constexpr base::Duration others_answer_within = std::chrono::seconds(4);

std::uint16_t cause_of(Diversion reason) {  // RFC 4458 section 2
    switch (reason) {
        case Diversion::unconditional:
        case Diversion::time_of_day:
            return 302;
        case Diversion::do_not_disturb:
            return 480;
        case Diversion::busy:
            return 486;
        case Diversion::no_answer:
            return 408;
        case Diversion::unavailable:
            return 404;
    }
    return 404;
}

std::vector<calls::Group> alone(calls::Fork fork, base::Duration answer_within = base::Duration::max()) {
    std::vector<calls::Group> groups(1);
    groups[0].forks.push_back(std::move(fork));
    groups[0].answer_within = answer_within;
    return groups;
}

std::string_view user_in(std::string_view uri) {
    const auto colon = uri.find(':');
    const auto at = uri.find('@');
    return colon == std::string_view::npos || at == std::string_view::npos ? std::string_view{}
                                                                           : uri.substr(colon + 1, at - colon - 1);
}

}  // namespace

bool Calling::is_emergency(const Message& request) const {
    const auto& numbers = house_.settings.calls.emergency_numbers;
    return request.method == "INVITE" &&
           std::find(numbers.begin(), numbers.end(), user_in(request.uri)) != numbers.end();
}

void Calling::route(calls::ContextId id, calls::ProxyEffects& more) {
    Message& request = *proxy_.request_to_forward(id);
    request.remove("Route");  // it has led here; from here on we say where calls go
    const calls::Hop from = *proxy_.origin(id);
    CallPlan::Beginning beginning{origin_of(from), is_emergency(request), Right::all, {}};
    const bool hunted = take_hunt_mark(request, beginning.origin);
    base::Aor caller;
    if (beginning.origin == CallOrigin::user) {
        const auto proved = prove(request, from);
        // Nobody is asked for a password first in an emergency.
        if (!proved && !beginning.emergency) return challenge(id, more);
        caller = proved ? *proved : sender_of(request, from);
        calls::forget_claims(request);
        if (proved) {
            beginning.right = features_of(settings_of(caller)).right;
            vouch_for(request, *record_of(caller));
        }
        if (proved && request.method == "INVITE" && !beginning.emergency) {
            if (carry_out_code(id, caller, more)) return;
            beginning.own_mailbox = user_in(request.uri) == house_.settings.calls.voicemail_code;
            if (beginning.own_mailbox) request.uri = calls::uri_of(caller.user(), caller.domain());
        }
    } else {
        caller = aor_in(request, "From");
    }
    for (const std::string& uri : calls::diverted_before(request)) {
        const auto aor = aor_of(uri);
        beginning.before.push_back(aor ? std::string(aor->text()) : std::string(user_in(uri)));
    }
    calls_.insert_or_assign(id,
                            Call{CallPlan(std::move(beginning)), std::move(caller), hunted, request.uri, {}, false});
    go_on(id, Outcome::begun, more);
}

// The answer's phrase says what came of it. 480 makes no phone try elsewhere or again, nor take its password for wrong.
bool Calling::carry_out_code(calls::ContextId id, const base::Aor& caller, calls::ProxyEffects& more) {
    const auto dialled = aor_of(proxy_.request(id)->uri);
    if (!dialled) return false;
    const auto code = read_feature_code(house_.settings.calls.feature_codes, dialled->user());
    if (!code) return false;
    if (!*code) {
        proxy_.answer(now_, id, 484, code->error().text, {}, more);
        return true;
    }
    const auto changed = change_settings_(caller, (*code)->changes);
    if (changed)
        proxy_.answer(now_, id, 480, (*code)->done, {{"Warning", "399 innkeeper \"" + *changed + "\""}}, more);
    else
        proxy_.answer(now_, id, 403, "That Cannot Be Set", {{"Warning", "399 innkeeper \"not changed\""}}, more);
    return true;
}

void Calling::go_on(calls::ContextId id, Outcome outcome, calls::ProxyEffects& more) {
    Call& call = calls_.at(id);
    const calls::Hop from = *proxy_.origin(id);
    const Message& request = *proxy_.request(id);
    for (;;) {
        const Target target = target_of(call.uri);
        const CallStep step = call.plan.next(facts_of(target, request, from, call, outcome), outcome);
        if (const auto* elsewhere = std::get_if<Divert>(&step)) {
            divert(call, target, *elsewhere);
            outcome = Outcome::begun;
            continue;
        }
        if (std::exchange(call.noted, true))
            records_.rerouted(id, call.plan.rule(), guest_home_of(call.uri));
        else
            note_call(id, call.plan.rule(), call.plan.is_emergency());
        if (const auto* end = std::get_if<GiveUp>(&step)) {
            if (end->status == 0) return proxy_.conclude(now_, id, more);
            return proxy_.answer(now_, id, end->status, end->phrase, {}, more);
        }
        if (const auto* ring = std::get_if<RingMembers>(&step); ring != nullptr && ring->next)
            hunts_.rung(*target.aor, *ring->next);
        std::vector<calls::Group> groups = groups_for(step, call, target, from);
        const std::vector<calls::Header> headers = headers_for(step, call, target, request);
        for (calls::Group& group : groups)
            for (calls::Fork& fork : group.forks) {
                fork.extra.insert(fork.extra.end(), headers.begin(), headers.end());
                if (!std::holds_alternative<base::Flow>(fork.hop)) continue;
                for (calls::Header& header : calls::for_phones(request)) fork.extra.push_back(std::move(header));
            }
        return proxy_.forward(now_, id, std::move(groups), more);
    }
}

// ---- what is known of a target

// By its AOR, else by its extension.
Calling::Target Calling::target_of(const std::string& uri) const {
    Target target;
    target.aor = aor_of(uri);
    if (!target.aor) return target;
    const auto look_up = [&] {
        target.record = house_.directory.find(*target.aor);
        if (target.record == nullptr) {
            const backup::Vault::Held held = house_.vault.find(*target.aor);
            target.record = held.record;
            target.home = held.home;
        }
        const LocationEntry* entry = house_.location.find(*target.aor);
        target.registered = entry != nullptr && is_served(entry->bindings) ? entry : nullptr;
    };
    look_up();
    if (target.record == nullptr && target.registered == nullptr) {
        const base::Aor* user = house_.directory.find_extension(*target.aor);
        if (user == nullptr) user = house_.vault.find_extension(*target.aor);
        if (user != nullptr) {
            target.aor = *user;
            look_up();
        }
    }
    target.voicemails = voicemails_of(target);
    return target;
}

// A record that was entrusted to us counts from the moment when its home cannot be asked.
bool Calling::counts_here(const Target& target) const {
    if (target.record == nullptr) return false;
    if (target.home == nullptr || target.registered != nullptr) return true;
    const auto home = house_.peers.find(*target.home);
    return home == house_.peers.end() || home->second.failover.phase != Phase::normal ||
           home->second.link != LinkState::up || home->second.health == PeerHealth::lost;
}

TargetFacts Calling::facts_of(const Target& target, const Message& request, const calls::Hop& from, const Call& call,
                              Outcome outcome) const {
    TargetFacts facts;
    facts.for_us = target.aor.has_value();
    facts.name = target.aor ? std::string(target.aor->text()) : std::string(user_in(call.uri));
    facts.known_here = counts_here(target);
    facts.registered_here = target.registered != nullptr;
    // What a user has set is about calls; one who is disabled has nothing but a name.
    if (request.method == "INVITE" && target.record != nullptr && target.record->enabled) {
        facts.features = features_of(settings_of(*target.aor));
        facts.voicemails = target.voicemails.size();
    }
    facts.hunted = call.hunted;
    facts.in_call = target.aor && dialogs_.calls_of(*target.aor) > 0;
    if (const base::SiteName* site = target.aor ? site_of(*target.aor) : nullptr) facts.registered_at = *site;
    const bool begins = outcome == Outcome::begun && request.method == "INVITE";
    if (begins && target.record != nullptr && target.record->terminal == backup::TerminalKind::group)
        note_group(target, call.caller, facts);
    facts.askable = serving_sites();
    std::erase_if(facts.askable, [&](const base::SiteName& site) { return from == calls::Hop(calls::SiteHop{site}); });
    // An emergency call tries one that seems to be away rather than none.
    const bool any = !house_.pbxs.all().empty();
    facts.pbx = is_emergency(request) ? any : house_.pbxs.any_there();
    facts.pbx_away = any && !house_.pbxs.any_there();
    const std::string_view dialled = user_in(call.uri);
    const std::string& prefix = house_.settings.calls.international_prefix;
    facts.international =
        dialled.substr(0, 1) == "+" || (!prefix.empty() && dialled.substr(0, prefix.size()) == prefix);
    return facts;
}

// That may know a user who is not known here, in the order of the settings.
std::vector<base::SiteName> Calling::serving_sites() const {
    std::vector<base::SiteName> sites;
    for (const base::SiteName& site : house_.settings.peers) {
        const auto peer = house_.peers.find(site);
        if (peer != house_.peers.end() && peer->second.link == LinkState::up && peer->second.serving &&
            peer->second.health != PeerHealth::lost)
            sites.push_back(site);
    }
    return sites;
}

// In failover the home's first server may be gone with its site.
std::vector<const VoicemailServer*> Calling::voicemails_of(const Target& target) const {
    if (target.record == nullptr) return {};
    const std::optional<VoicemailServer>* first = &house_.settings.calls.voicemail;
    const std::optional<VoicemailServer>* second = &house_.settings.calls.voicemail_backup;
    if (target.home != nullptr) {
        const auto home = house_.peers.find(*target.home);
        if (home == house_.peers.end()) return {};
        first = &home->second.voicemail;
        second = &home->second.voicemail_backup;
        if (home->second.failover.phase != Phase::normal || home->second.health == PeerHealth::lost)
            std::swap(first, second);
    }
    std::vector<const VoicemailServer*> servers;
    for (const auto* server : {first, second})
        if (server->has_value()) servers.push_back(&**server);
    return servers;
}

// ---- what is done

calls::Diverted Calling::diverted_from(const Target& target, Diversion reason) {
    return {calls::uri_of(target.aor->user(), target.aor->domain()), to_text(reason), cause_of(reason)};
}

void Calling::divert(Call& call, const Target& target, const Divert& divert) const {
    call.diverted.push_back(diverted_from(target, divert.reason));
    const auto at = divert.to.find('@');
    call.uri = at == std::string::npos ? calls::uri_of(divert.to, target.aor->domain())
                                       : calls::uri_of(divert.to.substr(0, at), divert.to.substr(at + 1));
}

std::vector<calls::Group> Calling::groups_for(const CallStep& step, const Call& call, const Target& target,
                                              const calls::Hop& from) const {
    if (const auto* ring = std::get_if<RingPhones>(&step)) {
        const CallFeatures features = features_of(settings_of(*target.aor));
        return forks_to_bindings(*target.registered, from, features.simultaneous, ring->each);
    }
    if (const auto* ring = std::get_if<RingMembers>(&step)) return forks_to_members(ring->stage, call, target, from);
    if (const auto* to = std::get_if<PassToSite>(&step)) {
        // Under the name by which the other site knows it.
        const auto uri = SipUri::parse(call.uri);
        const bool by_our_name = target.aor && (!uri || is_ours(*uri) || aor_of(call.uri) != target.aor);
        std::string name = by_our_name ? calls::uri_of(target.aor->user(), target.aor->domain()) : call.uri;
        calls::Fork fork = fork_to(std::move(name), calls::SiteHop{to->site}, from, {});
        fork.callee = target.aor.value_or(base::Aor{});
        return alone(std::move(fork), others_answer_within);
    }
    if (const auto* box = std::get_if<PassToVoicemail>(&step)) {
        const VoicemailServer& server = *target.voicemails.at(box->server);
        const bool is_last = box->server + 1 == target.voicemails.size();
        return alone(fork_to(server.uri, calls::AddressHop{server.transport, server.endpoint}, from, {}),
                     is_last ? base::Duration::max() : others_answer_within);
    }
    return forks_to_pbxs(call.uri, from, call.plan.is_emergency());
}

std::vector<calls::Header> Calling::headers_for(const CallStep& step, const Call& call, const Target& target,
                                                const Message& request) const {
    std::vector<calls::Diverted> diverted = call.diverted;
    std::string to = call.uri;
    if (const auto* box = std::get_if<PassToVoicemail>(&step)) {
        if (box->reason) diverted.push_back(diverted_from(target, *box->reason));
        to = target.voicemails.at(box->server)->uri;
    }
    // A member sees whose call it is.
    if (std::holds_alternative<RingMembers>(step)) diverted.push_back(diverted_from(target, Diversion::unconditional));
    if (diverted.empty()) return {};
    return calls::diversion_headers(request, diverted, to);
}

}  // namespace innkeeper::core
