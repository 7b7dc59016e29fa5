#include "core/call_plan.h"

#include <algorithm>

namespace innkeeper::core {

std::string_view to_text(Diversion reason) {
    switch (reason) {
        case Diversion::unconditional:
            return "unconditional";
        case Diversion::do_not_disturb:
            return "do-not-disturb";
        case Diversion::busy:
            return "user-busy";
        case Diversion::no_answer:
            return "no-answer";
        case Diversion::unavailable:
            return "unavailable";
        case Diversion::time_of_day:
            return "time-of-day";
    }
    return "unknown";
}

Outcome outcome_of(std::uint16_t status, bool timed_out) {
    if (timed_out) return Outcome::no_answer;
    switch (status) {
        case 404:
            return Outcome::unknown;
        case 486:
            return Outcome::busy;
        case 408:
        case 503:
            return Outcome::lost;
        case 480:
        case 410:
            return Outcome::unavailable;
        default:
            return Outcome::refused;
    }
}

CallPlan::CallPlan(Beginning beginning)
    : origin_(beginning.origin),
      emergency_(beginning.emergency),
      own_mailbox_(beginning.own_mailbox),
      right_(beginning.right),
      seen_(std::move(beginning.before)) {}

CallStep CallPlan::next(const TargetFacts& target, Outcome outcome) {
    if (outcome == Outcome::begun) {
        tried_ = Tried::nothing;
        count_ = 0;
    }
    switch (tried_) {
        case Tried::nothing:
            return begin(target);
        case Tried::phones:
            if (target.hunted) return GiveUp{};  // the group goes on
            if (outcome == Outcome::busy) return not_reached(target, Diversion::busy);
            if (outcome == Outcome::no_answer) return not_reached(target, Diversion::no_answer);
            if (outcome == Outcome::refused) return GiveUp{};
            return not_reached(target, Diversion::unavailable);
        case Tried::members:
            return hunt_on(target, outcome);
        case Tried::site:  // which decides for its phones; unless it has lost them, or we have lost it
            if (target.known_here && (outcome == Outcome::unknown || outcome == Outcome::lost))
                return not_reached(target, Diversion::unavailable);
            return GiveUp{};
        case Tried::asked:
            if (emergency_) return emergency(target);
            return outcome == Outcome::unknown || outcome == Outcome::lost ? ask_next(target) : GiveUp{};
        case Tried::pbx:
            if (emergency_) return emergency(target);
            // Not the 404 of the sites that were asked before.
            return outcome == Outcome::lost ? GiveUp{503, "PBX Does Not Answer"} : GiveUp{};
        case Tried::voicemail:
            return outcome == Outcome::lost || outcome == Outcome::unavailable ? leave_message(target, count_)
                                                                               : GiveUp{};
    }
    return GiveUp{};
}

CallStep CallPlan::begin(const TargetFacts& target) {
    if (emergency_) return emergency(target);
    if (own_mailbox_) return leave_message(target, 0);
    if (std::find(seen_.begin(), seen_.end(), target.name) != seen_.end())
        return because_ ? give_up() : GiveUp{482, "Forwarded In A Circle"};
    seen_.push_back(target.name);
    if (target.hunt && !target.hunted) return hunt(target);  // no group rings another
    // A site that is asked says that it does not know the target and nothing else: the one that asks has to go on.
    if (target.registered_here) return call_user(target);
    if (target.registered_at) {
        if (from_site_undiverted()) return GiveUp{404, "Registered At Another Site"};
        rule_ = "registered_elsewhere";
        tried_ = Tried::site;
        return PassToSite{*target.registered_at};
    }
    if (target.known_here) return call_user(target);
    return ask_next(target);
}

// Whom the group rings is settled when the call comes; where each is, when its turn comes.
CallStep CallPlan::hunt(const TargetFacts& target) {
    rule_ = target.hunt->night ? "night_service" : "hunt_group";
    hunt_ = *target.hunt;
    if (hunt_.night) return nobody_took_it(target, Diversion::time_of_day);
    if (hunt_.stages.empty())
        return nobody_took_it(target, hunt_.status == 486 ? Diversion::busy : Diversion::unavailable);
    tried_ = Tried::members;
    rung_ = 1;
    heard_ = Outcome::refused;
    return RingMembers{hunt_.stages.front(), hunt_.next};
}

// A group is busy when nobody was free to answer, whoever said so first.
CallStep CallPlan::hunt_on(const TargetFacts& target, Outcome outcome) {
    if (outcome == Outcome::no_answer || (outcome == Outcome::busy && heard_ != Outcome::no_answer)) heard_ = outcome;
    if (rung_ < hunt_.stages.size()) return RingMembers{hunt_.stages[rung_++], std::nullopt};
    return nobody_took_it(target, heard_ == Outcome::busy ? Diversion::busy : Diversion::no_answer);
}

CallStep CallPlan::nobody_took_it(const TargetFacts& target, Diversion reason) {
    because_ = reason;
    if (hunt_.then && !hunt_.then->voicemail) return divert(target, to_text(*hunt_.then), reason);
    if (hunt_.then && target.voicemails > 0) return leave_message(target, 0);
    if (reason == Diversion::busy) return GiveUp{486, "All Members Busy"};
    return GiveUp{480, reason == Diversion::no_answer ? "No Member Answered" : "No Member Registered"};
}

CallStep CallPlan::ring_member(const TargetFacts& target) {
    rule_ = "hunt_group";
    if (target.features.dnd || !target.registered_here) return GiveUp{480, "Temporarily Unavailable"};
    if (target.in_call) return GiveUp{486, "In A Call"};
    tried_ = Tried::phones;
    return RingPhones{};
}

// Decided here, by what the user has set.
CallStep CallPlan::call_user(const TargetFacts& target) {
    if (target.hunted) return ring_member(target);
    const CallFeatures& features = target.features;
    if (!features.forward_always.empty()) return divert(target, features.forward_always, Diversion::unconditional);
    rule_ = "do_not_disturb";
    if (features.dnd) return not_reached(target, Diversion::do_not_disturb);
    rule_ = "not_registered";
    if (!target.registered_here) return not_reached(target, Diversion::unavailable);
    rule_ = "registered_here";
    tried_ = Tried::phones;
    const bool goes_on = !features.forward_no_answer.empty() || (features.voicemail && target.voicemails > 0);
    const bool in_turn = features.simultaneous == false;
    return RingPhones{goes_on || in_turn ? features.no_answer_after : base::Duration::max()};
}

CallStep CallPlan::not_reached(const TargetFacts& target, Diversion reason) {
    because_ = reason;
    const bool is_busy = reason == Diversion::busy || reason == Diversion::do_not_disturb;
    const std::string& to = is_busy ? target.features.forward_busy : target.features.forward_no_answer;
    if (!to.empty()) return divert(target, to, reason);
    return leave_message(target, 0);
}

CallStep CallPlan::leave_message(const TargetFacts& target, std::size_t server) {
    if (target.features.voicemail && server < target.voicemails) {
        rule_ = "voicemail";
        tried_ = Tried::voicemail;
        count_ = server + 1;
        return PassToVoicemail{server, because_};
    }
    return give_up();
}

// What the caller is told of a user who was not reached: a phone's own refusal where it says more. Never 408 or 404, by
// which a site that has asked this one would take it for dead, or the user for unknown here.
CallStep CallPlan::give_up() {
    if (own_mailbox_ && tried_ == Tried::nothing) return GiveUp{480, "No Voicemail"};
    if (because_ == Diversion::do_not_disturb) return GiveUp{480, "Do Not Disturb"};
    if (because_ == Diversion::no_answer) return GiveUp{480, "No Answer"};
    if (because_ == Diversion::unavailable) return GiveUp{480, "Temporarily Unavailable"};
    return GiveUp{};
}

// Not known here. A call that another site has sent here is never sent to a third: that site asks them itself.
CallStep CallPlan::ask_next(const TargetFacts& target) {
    if (target.for_us && !from_site_undiverted() && count_ < target.askable.size()) {
        rule_ = "asked";
        tried_ = Tried::asked;
        return PassToSite{target.askable[count_++]};
    }
    return outside(target);
}

CallStep CallPlan::outside(const TargetFacts& target) {
    // The PBX asks us about users that it does not know itself; back to it would be a loop.
    const bool goes_outside = origin_ == CallOrigin::user || diverted_here_;
    if (goes_outside && !target.pbx && target.pbx_away) {
        rule_ = "pbx_away";
        return GiveUp{503, "PBX Does Not Answer"};
    }
    if (!goes_outside || !target.pbx) {
        rule_ = "unknown";
        return GiveUp{404, "Not Found"};
    }
    rule_ = "no_right";
    if (right_ == Right::internal) return GiveUp{403, "No Right To Call Outside"};
    if (right_ == Right::national && target.international) return GiveUp{403, "No Right To Call International Numbers"};
    rule_ = "pbx";
    tried_ = Tried::pbx;
    return PassToPbx{};
}

// Whoever it is, and whatever else there is: the PBX here, then those of the others.
CallStep CallPlan::emergency(const TargetFacts& target) {
    rule_ = "emergency";
    if (tried_ == Tried::nothing && target.pbx) {
        tried_ = Tried::pbx;
        return PassToPbx{};
    }
    if (origin_ != CallOrigin::site && count_ < target.askable.size()) {
        tried_ = Tried::asked;
        return PassToSite{target.askable[count_++]};
    }
    if (tried_ != Tried::nothing) return GiveUp{};
    rule_ = "emergency_without_pbx";
    return GiveUp{503, "No PBX For Emergency Calls"};
}

CallStep CallPlan::divert(const TargetFacts& target, const std::string& to, Diversion reason) {
    if (seen_.size() > most_diversions) return GiveUp{480, "Forwarded Too Often"};
    diverted_here_ = true;
    right_ = target.features.right;
    return Divert{to, reason};
}

}  // namespace innkeeper::core
