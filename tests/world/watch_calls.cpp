// The rules about calls (issue "calls follow the phones"): whoever calls is told how it ended; a registered phone
// rings, no other one does, and by one site; nothing goes in circles; nobody calls on credentials that he has not; what
// a call leaves behind is gone soon.
#include "world/watch_calls.h"

#include <algorithm>
#include <utility>

#include "calls/address_fields.h"
#include "calls/diversion.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration longest_set_up = 225s;    // timer C (181 s), a CANCEL that nobody answers (32 s), and some
constexpr base::Duration new_in_office = 15s;      // a site that has just started borrows records
constexpr base::Duration dialog_set_up = 305s;     // an early dialog that was never confirmed is forgotten
constexpr base::Duration transactions_end = 260s;  // timer C, a CANCEL and what is left of both, and what was frozen
constexpr std::uint64_t most_requests = 6;         // of one call
constexpr std::size_t most_branches = 8;
constexpr std::size_t attempts_remembered = 400;

std::string value_of(const std::string& octets, std::string_view header) {
    const auto start = octets.find(header);
    if (start == std::string::npos) return {};
    const auto from = start + header.size();
    return octets.substr(from, octets.find_first_of(";\r", from) - from);
}

}  // namespace

bool CallWatch::ByAor::operator()(const Phone* one, const Phone* other) const {
    return one->orders().aor < other->orders().aor;
}

CallWatch::Attempt* CallWatch::find(const std::string& call_id) {
    const auto found = attempts_.find(call_id);
    return found == attempts_.end() ? nullptr : &found->second;
}

// ---- what telephones see

void CallWatch::changed(const Phone& phone, const Call& call) {
    Attempt* attempt = find(call.id);
    if (attempt == nullptr) return call.outgoing ? dialled(phone, call) : void();
    if (call.state == Call::State::talking && !attempt->answered) {  // a caller is the first to know when by a machine
        attempt->answered = true;
        attempt->callee = call.outgoing ? nullptr : &phone;
        for (const base::SiteName& site : {attempt->by, call.server})
            attempt->lives[site] = world_.site(site.text).life();
    }
    if (call.state == Call::State::talking && call.outgoing) attempt->set_up = true;
    if (call.state == Call::State::talking && !call.outgoing) {
        attempt->picked_up.try_emplace(&phone, world_.calendar.now());
        if (attempt->hunt && !attempt->hunt->members.contains(&phone))
            judge_hunt(*attempt, std::string(phone.orders().aor.user()) + " took the group's call");
    }
    if (call.state == Call::State::over) {
        if (!call.outgoing) attempt->picked_up.erase(&phone);
        if (call.outgoing || attempt->callee == &phone) ended(*attempt, call);  // else one that rang, too
    }
}

void CallWatch::dialled(const Phone& caller, const Call& call) {
    if (attempts_.size() > attempts_remembered)
        std::erase_if(attempts_, [&](const auto& one) {
            return one.second.over && !one.second.left_hanging &&
                   world_.calendar.now() - one.second.ended > dialog_set_up;
        });
    Attempt attempt;
    attempt.caller = &caller;
    attempt.number = call.other;
    attempt.with_credentials = call.with_credentials;
    attempt.began = world_.calendar.now();
    attempt.by = call.server;
    attempt.life_of_by = world_.site(call.server.text).life();
    const auto called = std::find_if(world_.phones().begin(), world_.phones().end(),
                                     [&](const auto& phone) { return phone->orders().aor.user() == call.other; });
    if (called != world_.phones().end()) attempt.callee = called->get();
    attempt.may_ring = behind(call.other);
    attempt.hunt = hunt_for(call.other);
    if (call.other.starts_with('*')) settings_change(std::string(caller.orders().aor.user()));  // a feature code
    note_service();
    attempt.in_the_way = !way_is_clear(attempt);
    attempt.cut_off = !server_in_reach(attempt);
    note_hunt(attempt);
    attempt.outside = goes_outside(attempt) && pbx_is_there(attempt);
    attempts_[call.id] = std::move(attempt);
}

// A caller is told how its call ended; it never has to find out by itself while its server could tell.
void CallWatch::ended(Attempt& attempt, const Call& call) {
    if (!call.outgoing && !attempt.answered) return;  // what it says has still to reach the caller
    const std::string told = call.id + " of " + attempt.by.text + " to " + attempt.number;
    if (call.outgoing && !attempt.over) {
        if (call.lost && !attempt.answered && !attempt.cut_off && server_in_reach(attempt))
            world_.watch.violated("a caller gets a final answer", told + " got none");
        const bool failed = call.status >= 300 && !call.cancel_wanted;
        if (failed && !attempt.put_through && !attempt.in_the_way && way_is_clear(attempt) &&
            known_to_its_server(attempt))
            world_.watch.violated("a call to a registered phone rings it",
                                  told + " got " + std::to_string(call.status) + ' ' + call.phrase);
        if (failed) judge_refusal(attempt, call);
        if (failed) judge_outside(attempt, told + " got " + std::to_string(call.status) + ' ' + call.phrase);
        if (failed && is_emergency(attempt) && world_.site(attempt.by.text).has_pbx() && server_in_reach(attempt))
            world_.watch.violated("an emergency call is never refused", told + " got " + std::to_string(call.status));
    }
    if (call.bye_status / 100 == 2) attempt.hung_up = true;
    if (!std::exchange(attempt.over, true)) {
        attempt.left_hanging = attempt.left_hanging || call.lost || attempt.answered;
        attempt.ended = world_.calendar.now();
    }
    // A refresh by another site has made the call known there (IP7), and what ends it may pass that site by: it is on
    // the path in no life of its own, and the call is left hanging.
    if (attempt.answered) attempt.lives.try_emplace(call.server, 0);
    const bool same_lives = std::all_of(attempt.lives.begin(), attempt.lives.end(), [&](const auto& one) {
        return world_.site(one.first.text).life() == one.second;
    });
    if (call.bye_status / 100 == 2 && call.bye_by == call.server && same_lives) attempt.left_hanging = false;
}

void CallWatch::power_lost(const Phone& phone) {
    for (auto& [id, attempt] : attempts_) {
        attempt.picked_up.erase(&phone);
        const bool its_call = attempt.caller == &phone || attempt.callee == &phone;
        if (!its_call || attempt.over) continue;
        attempt.left_hanging = true;
        attempt.in_the_way = attempt.cut_off = true;
        if (attempt.caller != &phone) continue;
        attempt.over = true;
        attempt.ended = world_.calendar.now();
    }
}

void CallWatch::rings(const Phone& phone, const Site& from, const calls::Message& invite) {
    Attempt* attempt = find(*invite.find("Call-ID"));
    if (attempt == nullptr) return;
    const std::string told = from.name().text + " rings " + std::string(phone.orders().aor.user()) + " for a call of " +
                             std::string(attempt->caller->orders().aor.user()) + " to " + attempt->number;
    if (!attempt->may_ring.contains(std::string(phone.orders().aor.user())) && !came_by(*attempt, invite))
        world_.watch.violated("a call rings nobody else's phone", told);
    if (!attempt->with_credentials) world_.watch.violated("nobody is put through without credentials", told);
    const bool one_life = world_.site(attempt->by.text).life() == attempt->life_of_by;
    const bool by_another = attempt->rung_by.try_emplace(&phone, from.name()).first->second != from.name();
    if (by_another && one_life) world_.watch.violated("a call comes to a phone by one site", told);
    attempt->put_through = true;
}

// Forwarded: it says whom it was for.
bool CallWatch::came_by(const Attempt& attempt, const calls::Message& invite) {
    const auto before = calls::diverted_before(invite);
    return std::any_of(before.begin(), before.end(),
                       [&](const std::string& uri) { return uri.starts_with("sip:" + attempt.number + '@'); });
}

void CallWatch::settings_change(const std::string& user) {
    with_settings_.insert(user.substr(0, user.find('@')));
}

// ---- what sites do

void CallWatch::stepped(const Site& site, const Occasion& occasion, const core::Effects& effects) {
    if (attempts_.empty()) return;
    for (const core::Effect& effect : effects) {
        const auto* write = std::get_if<core::WriteRow>(&effect);
        if (write != nullptr && occasion.what == "SIP" && std::holds_alternative<core::BindingsRow>(write->row))
            world_.watch.violated("a call changes no registration and takes no licence", site.name().text);
        const auto* sip = std::get_if<core::SendSip>(&effect);
        const auto* send = std::get_if<core::SendToPeer>(&effect);
        const auto* relay = send != nullptr ? std::get_if<core::SipRelay>(&send->message) : nullptr;
        if (sip == nullptr && relay == nullptr) continue;
        const std::string& octets = sip != nullptr ? sip->octets : relay->octets;
        if (!octets.starts_with("INVITE ")) continue;
        Attempt* attempt = find(value_of(octets, "Call-ID: "));
        if (attempt == nullptr || attempt->answered) continue;
        attempt->branches.insert(value_of(octets, "branch="));
        if (attempt->branches.size() > most_branches * attempt->may_ring.size())
            world_.watch.violated("no call goes in circles",
                                  site.name().text + " sends another INVITE of a call to " + attempt->number);
    }
}

// ---- time

std::optional<CallWatch::Served> CallWatch::service_of(const Phone& phone) const {
    const base::SiteName at = phone.working();
    if (at.text.empty() || !phone.answers() || !world_.site(at.text).running()) return std::nullopt;
    for (const base::SiteName& server : phone.orders().servers) {
        const bool serves =
            world_.watch.ledger(world_.site(server.text)).serves(phone.orders().aor, world_.calendar.now());
        if (serves != (server == at)) return std::nullopt;  // also one that is served twice
    }
    const Place& there = phone.orders().place;
    if (!world_.network.open(at.text, there) || !world_.network.open(there, at.text)) return std::nullopt;
    return Served{at, world_.site(at.text).life(), {}};
}

void CallWatch::note_service() {
    for (const auto& phone : world_.phones()) {
        const base::Aor& aor = phone->orders().aor;
        auto now = service_of(*phone);
        const auto before = served_.find(aor);
        if (!now) {
            if (before != served_.end()) served_.erase(before);
            continue;
        }
        now->since = world_.calendar.now();
        if (before == served_.end() || before->second.at != now->at || before->second.life != now->life)
            served_[aor] = *now;
    }
}

// Both are served, each by one site for a while, and these two see each other well.
bool CallWatch::way_is_clear(const Attempt& attempt) const {
    if (attempt.callee == nullptr || !attempt.with_credentials || attempt.callee == attempt.caller) return false;
    if (with_settings_.contains(attempt.number)) return false;
    const auto caller = served_.find(attempt.caller->orders().aor);
    const auto callee = served_.find(attempt.callee->orders().aor);
    if (caller == served_.end() || callee == served_.end() || caller->second.at != attempt.by) return false;
    const Moment now = world_.calendar.now();
    if (now - caller->second.since < settled || now - callee->second.since < settled) return false;
    if (caller->second.at == callee->second.at) return true;
    return world_.watch.clear_for(caller->second.at, callee->second.at) > settled;
}

bool CallWatch::server_in_reach(const Attempt& attempt) const {
    const Site& server = world_.site(attempt.by.text);
    const Place& place = attempt.caller->orders().place;
    return server.running() && server.life() == attempt.life_of_by && attempt.caller->answers() &&
           !attempt.caller->has_dead_connection(server) && world_.network.open(place, attempt.by.text) &&
           world_.network.open(attempt.by.text, place);
}

// A backup may serve a guest whose record it has lost; then it cannot know it again.
bool CallWatch::known_to_its_server(const Attempt& attempt) const {
    const Site& server = world_.site(attempt.by.text);
    const base::SiteName& home = attempt.caller->orders().home;
    if (home == server.name()) return world_.watch.ledger(server).users_loaded;
    if (world_.calendar.now() - world_.watch.ledger(server).started < new_in_office) return false;
    for (const core::HomeStatus& known : server.census().status.homes)
        if (known.home == home) return known.records > 0;
    return false;
}

bool CallWatch::is_emergency(const Attempt& attempt) const {
    const auto& numbers = world_.site(attempt.by.text).settings().calls.emergency_numbers;
    return std::find(numbers.begin(), numbers.end(), attempt.number) != numbers.end();
}

void CallWatch::tick() {
    note_service();
    note_pbxs();
    for (auto& [id, attempt] : attempts_) {
        if (!attempt.over && !attempt.answered) judge(attempt);
        judge_talkers(id, attempt);
    }
}

void CallWatch::judge(Attempt& attempt) {
    attempt.cut_off = attempt.cut_off || !server_in_reach(attempt);
    attempt.in_the_way = attempt.in_the_way || !way_is_clear(attempt);
    const base::Duration lasts = world_.calendar.now() - attempt.began;
    const std::string told =
        std::string(attempt.caller->orders().aor.user()) + " by " + attempt.by.text + " to " + attempt.number;
    attempt.outside = attempt.outside && pbx_is_there(attempt);
    if (lasts > longest_way) judge_outside(attempt, told + " goes nowhere");
    note_hunt(attempt);
    if (attempt.hunt && lasts > longest_way + attempt.hunt->rings_for) judge_hunt(attempt, told + " does not");
    if (!attempt.put_through && !attempt.in_the_way && lasts > longest_way && known_to_its_server(attempt))
        world_.watch.violated("a call to a registered phone rings it", told + " does not");
    if (!attempt.cut_off && lasts > longest_set_up) world_.watch.violated("a caller gets a final answer", told);
}

bool CallWatch::in_call_at(const Site& site, const base::Aor& aor) const {
    return std::any_of(attempts_.begin(), attempts_.end(), [&](const auto& one) {
        const Attempt& attempt = one.second;
        if (attempt.over || !attempt.answered || !attempt.set_up) return false;
        const auto life = attempt.lives.find(site.name());
        if (life == attempt.lives.end() || life->second != site.life()) return false;
        if (attempt.caller->orders().aor == aor) return true;
        // Who of a group's members took the call is known where they are rung, not to the caller's site.
        const auto rung = attempt.rung_by.find(attempt.callee);
        const bool known = !attempt.hunt || (rung != attempt.rung_by.end() && rung->second == site.name());
        return attempt.callee != nullptr && attempt.callee->orders().aor == aor && known;
    });
}

// What calls leave behind is soon gone, but for dialogs whose end did not pass here: these end by their session timer
// or ceiling.
void CallWatch::judge_tables(const Site& site, const core::Census& census) const {
    const Moment now = world_.calendar.now();
    std::uint64_t lately = 0, dialogs = 0;
    for (const auto& [id, attempt] : attempts_) {
        if (!attempt.over || now - attempt.ended < transactions_end) ++lately;
        if (!attempt.over || attempt.left_hanging || now - attempt.ended < dialog_set_up)
            dialogs += std::max<std::uint64_t>(1, attempt.rung_by.size());  // each phone that rang made one
    }
    if (census.call_requests > lately * most_requests)
        world_.watch.violated("nothing of a call is left behind",
                              site.name().text + " has requests under way: " + std::to_string(census.call_requests));
    if (census.dialogs > dialogs)
        world_.watch.violated("nothing of a call is left behind",
                              site.name().text + " remembers dialogs: " + std::to_string(census.dialogs));
}

}  // namespace innkeeper::world
