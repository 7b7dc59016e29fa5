#include "core/admission.h"

#include "core/standby.h"

namespace innkeeper::core {
namespace {

Judgement admit(std::string_view rule) {
    return {std::nullopt, rule, false};
}
Judgement refuse(Refusal refusal) {
    return {refusal, to_text(refusal), false};
}

Judgement judge_own(const AdmissionFacts& facts) {
    if (facts.draining) return refuse(Refusal::draining);
    if (facts.served_by_backup) return refuse(Refusal::guest_of_backup);
    if (!facts.licence_available) return refuse(Refusal::no_licence);
    if (!facts.may_enter) return refuse(Refusal::paced);
    return admit("own_user");
}

Judgement judge_newcomer(const AdmissionFacts& facts) {
    if (!facts.room_left) return refuse(Refusal::no_room);
    if (facts.standby_here) return admit("standby_in_service");  // is served without asking, so asking costs nothing
    return facts.may_enter ? admit("failover") : refuse(Refusal::paced);
}

// The home is back and takes its phones: whoever is here already stays until released, nobody else comes, but nobody is
// refused by both sides for long (IP13).
Judgement judge_while_home_returns(const AdmissionFacts& facts) {
    if (facts.registered_at_home && !facts.guest_here) return refuse(Refusal::registered_at_home);
    if (facts.guest_here && facts.in_call) return admit("guest_in_call");
    if (facts.guest_here && !facts.released) return admit("guest_until_released");
    if (facts.homeless) return admit("homeless");
    return refuse(facts.released ? Refusal::home_is_back : Refusal::home_is_settling);
}

// Its home serves. Strays stay until it hears them; whoever it does not reach joins them (IP2).
Judgement judge_while_home_serves(const AdmissionFacts& facts) {
    if (facts.stray_here) return admit("stray");
    const bool asks = facts.home_health == PeerHealth::alive && facts.home_link_up;
    // A link just broken may be the home's end: the phone is told to come back soon.
    if (!asks) return refuse(Refusal::home_not_lost_yet);
    switch (facts.straying) {
        case Straying::no:
            return refuse(Refusal::registered_at_home);
        case Straying::asked:
            return refuse(Refusal::home_is_asked);
        case Straying::yes:
            if (!facts.room_left) return refuse(Refusal::no_room);
            return facts.may_enter ? admit("stray") : refuse(Refusal::paced);
    }
    return refuse(Refusal::registered_at_home);
}

Judgement judge_guest(const AdmissionFacts& facts) {
    if (facts.draining) return refuse(Refusal::draining);
    switch (facts.phase) {
        case Phase::normal:
            return judge_while_home_serves(facts);
        case Phase::allowed:
            if (!facts.physical && facts.trigger == FailoverTrigger::physical)
                return facts.stray_here ? admit("stray") : refuse(Refusal::awaiting_physical);
            return facts.stray_here ? admit("failover") : judge_newcomer(facts);
        case Phase::active:
            return facts.guest_here ? admit("guest") : judge_newcomer(facts);
        case Phase::settling:
        case Phase::returning:
        case Phase::grace:
            return judge_while_home_returns(facts);
    }
    return refuse(Refusal::registered_at_home);
}

}  // namespace

Judgement judge_service(const AdmissionFacts& facts) {
    if (facts.standing == Standing::stranger) return refuse(Refusal::wrong_credentials);
    if (!facts.enabled) return refuse(Refusal::user_disabled);
    const bool here = facts.guest_here || facts.standby_here;
    if (facts.removes_only && (facts.standing == Standing::own || here)) return admit("log_out_or_fetch");
    if (facts.just_woken) return refuse(Refusal::just_woken);
    if (facts.pbx_lost) return refuse(Refusal::pbx_lost);
    return facts.standing == Standing::own ? judge_own(facts) : judge_guest(facts);
}

Judgement judge_admission(const AdmissionFacts& facts) {
    const Judgement judgement = judge_service(facts);
    if (!judgement.refusal && facts.better_backup_serves && facts.phase == Phase::active && !facts.removes_only)
        return {std::nullopt, "standby", true};
    if (judgement.refusal && may_stand_by(facts, *judgement.refusal)) return {std::nullopt, "standby", true};
    return judgement;
}

std::string_view explanation_of(std::string_view rule) {
    struct Admission {
        std::string_view rule, explanation;
    };
    static constexpr Admission rows[] = {
        {"own_user", "It is a user of this site and would be let in."},
        {"log_out_or_fetch", "It only asks or logs out, which takes no service."},
        {"failover", "Its home is lost: it would be let in as a guest."},
        {"guest", "It is a guest here while its home is lost."},
        {"guest_in_call", "Its home is back; it goes there when its call has ended."},
        {"guest_until_released", "Its home is back; it stays a guest until it is its turn to go home."},
        {"stray", "Its home serves but does not reach it: this site serves it until its home hears it again."},
        {"standby", "It would stand by: granted without service until its home is lost."},
        {"standby_in_service", "Its home is lost and it stood by here: it is served without asking."},
        {"homeless", "It was sent home and did not get in there: it would be let in again."},
    };
    for (const Admission& row : rows)
        if (row.rule == rule) return row.explanation;
    return {};
}

std::uint32_t retry_after(Refusal refusal, std::uint64_t salt) {
    struct Wait {
        std::uint32_t least, spread;
    };
    const Wait wait = [refusal]() -> Wait {
        switch (refusal) {
            case Refusal::home_is_asked:
                return {2, 1};  // its home knows by then (Limits::phone_probe)
            case Refusal::home_not_lost_yet:
                return {2, 2};  // the verdict falls within seconds
            case Refusal::awaiting_physical:
                return {5, 5};
            case Refusal::home_is_back:
            case Refusal::home_is_settling:
                return {5, 5};  // its home takes it; if not, it must be heard here again within ten seconds (R6)
            case Refusal::guest_of_backup:
                return {10, 10};
            case Refusal::registered_at_home:
                return {30, 30};
            case Refusal::just_woken:
                return {2, 3};
            case Refusal::pbx_lost:
            case Refusal::users_not_loaded:
                return {3, 3};
            default:
                return {30, 30};
        }
    }();
    return wait.least + static_cast<std::uint32_t>(salt % wait.spread);
}

}  // namespace innkeeper::core
