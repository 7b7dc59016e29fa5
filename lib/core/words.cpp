// The texts of the core's enums: labels of metrics, values in logs and reports. Stable: operators' alerts name them.
#include "core/event.h"
#include "core/failover_phase.h"
#include "core/notice.h"
#include "core/refusal.h"

namespace innkeeper::core {
namespace {

struct RefusalRow {
    Refusal refusal;
    std::string_view name;
    RefusalAnswer answer;
    std::string_view explanation;
    std::string_view advice;
};

// 403 only where a retry cannot help: phones take it for a wrong password and loop or stop (design decision 3).
// The advice of each row is the row of README.md, which a test compares.
constexpr RefusalRow refusals[] = {
    {Refusal::malformed,
     "malformed",
     {400, "Bad Request"},
     "The REGISTER breaks RFC 3261.",
     "look at the phone: its address of record or its firmware"},
    {Refusal::unsupported_extension,
     "unsupported_extension",
     {420, "Bad Extension"},
     "The phone requires a SIP extension that is not offered here.",
     "switch that extension off in the phone"},
    {Refusal::interval_too_brief,
     "interval_too_brief",
     {423, "Interval Too Brief"},
     "The phone asks for a shorter expiry than min-expires.",
     "nothing: it is told the least and asks again; if it does not, set a longer expiry in the phone"},
    {Refusal::too_many_bindings,
     "too_many_bindings",
     {503, "Too Many Contacts"},
     "The user has ten Contacts, the most that one address may have.",
     "unregister one of them, or wait until an old one expires; see `--explain AOR`"},
    {Refusal::stale_sequence,
     "stale_sequence",
     {500, "Request Out Of Order"},
     "An older REGISTER arrived after a newer one of the same Call-ID; the newer one counts.",
     "nothing if it happens once; if it goes on, restart the phone"},
    {Refusal::domain_not_served,
     "domain_not_served",
     {404, "Domain Not Served"},
     "The address is of a domain that no `domain` option names.",
     "correct the domain in the phone, or add it with `domain` at every site"},
    {Refusal::wrong_credentials,
     "wrong_credentials",
     {401, "Unauthorized"},
     "No such user, or a wrong password; which of the two is not told to the phone.",
     "`--explain AOR` says whether the user is known here; then set the password in the phone or by `--import-users`"},
    {Refusal::user_disabled,
     "user_disabled",
     {403, "Forbidden"},
     "The user is disabled in the users table.",
     "enable it in the users table of its home"},
    {Refusal::registered_at_home,
     "registered_at_home",
     {503, "Register At Home"},
     "The phone's home serves; this site is its backup and takes it only when the home is lost.",
     "nothing while the phone is served at home; else see why it does not get in there, with `--explain AOR` at its "
     "home"},
    {Refusal::home_is_asked,
     "home_is_asked",
     {503, "Home Is Asked"},
     "The phone's home serves and is asked whether it still reaches this phone; if not, the phone is let in as a stray "
     "when it comes back.",
     "nothing: it is known within 3 s"},
    {Refusal::home_not_lost_yet,
     "home_not_lost_yet",
     {503, "Home Not Lost Yet"},
     "The phone's home is silent, but not for long enough.",
     "wait some seconds; see `lost-after` and `lost-after-witnessed`"},
    {Refusal::awaiting_physical,
     "awaiting_physical",
     {503, "Waiting For A Desk Phone"},
     "A failover begins with a physical phone; softphones are let in after it.",
     "let a desk phone of that home register here, or set `failover-trigger = any`"},
    {Refusal::paced,
     "paced",
     {503, "Wait Your Turn"},
     "More phones come than are admitted in a second; it was told when its turn is, and then it gets in.",
     "nothing: it comes back at the time it is told, and gets in; `--status` says how many wait and until when"},
    {Refusal::home_is_settling,
     "home_is_settling",
     {503, "Home Is Back"},
     "The home is back and proves itself; phones that are no guests yet register there.",
     "nothing: its home takes it; if not, it is let in here when it asks again"},
    {Refusal::home_is_back,
     "home_is_back",
     {503, "Home Is Back"},
     "Failback: this guest is released to its home.",
     "nothing: its home takes it; if not, it is let in here when it asks again"},
    {Refusal::guest_of_backup,
     "guest_of_backup",
     {503, "Served By Backup"},
     "This site is the phone's home and is back, but proves itself first; its backup serves the phone.",
     "nothing: its backup sends it home when it is its turn; `--failback HOME` there goes ahead"},
    {Refusal::no_licence,
     "no_licence",
     {503, "No Licence"},
     "The licence pool of the user's terminal kind is used up or has ended.",
     "see `--licences`, then `--set-licence`"},
    {Refusal::no_room,
     "no_room",
     {503, "No Room For Guests"},
     "This site serves as many guests as guest-capacity allows.",
     "raise `guest-capacity` if the machine and its PBX can bear it, or name a second `backup` at the home"},
    {Refusal::draining,
     "draining",
     {503, "In Maintenance"},
     "This site is being drained.",
     "nothing: its backup takes it; `--resume` ends the maintenance"},
    {Refusal::users_not_loaded,
     "users_not_loaded",
     {503, "Not Ready"},
     "The users' records are not here yet: PostgreSQL, or the guests' home, has been away since the daemon started.",
     "bring PostgreSQL or the guests' home back; see `--status`"},
    {Refusal::pbx_lost,
     "pbx_lost",
     {503, "No Call Server"},
     "The PBX of this site has not answered for pbx-lost-after; the phone's backup takes it.",
     "bring the PBX back; see `--status`"},
    {Refusal::just_woken,
     "just_woken",
     {503, "Not Ready"},
     "This site did not run for longer than guest-lease (a frozen machine) and hears its peers first.",
     "nothing: at most 5 s; then find out what froze the machine"},
};

const RefusalRow& row_of(Refusal refusal) {
    for (const RefusalRow& row : refusals)
        if (row.refusal == refusal) return row;
    INNKEEPER_ASSERT(false);
    return refusals[0];
}

}  // namespace

std::string_view to_text(Refusal refusal) {
    return row_of(refusal).name;
}
std::string_view explanation(Refusal refusal) {
    return row_of(refusal).explanation;
}
std::string_view advice(Refusal refusal) {
    return row_of(refusal).advice;
}
RefusalAnswer answer_for(Refusal refusal) {
    return row_of(refusal).answer;
}

std::string_view to_text(Phase phase) {
    switch (phase) {
        case Phase::normal:
            return "normal";
        case Phase::allowed:
            return "allowed";
        case Phase::active:
            return "active";
        case Phase::settling:
            return "settling";
        case Phase::returning:
            return "returning";
        case Phase::grace:
            return "grace";
    }
    return "normal";
}

std::string_view to_text(Dataset dataset) {
    return dataset == Dataset::registrations ? "registrations" : "records";
}

std::string_view to_text(PeerHealth health) {
    switch (health) {
        case PeerHealth::unknown:
            return "unknown";
        case PeerHealth::alive:
            return "alive";
        case PeerHealth::suspect:
            return "suspect";
        case PeerHealth::lost:
            return "lost";
    }
    return "unknown";
}

std::string_view to_text(PhoneFinding finding) {
    switch (finding) {
        case PhoneFinding::reachable:
            return "reachable";
        case PhoneFinding::let_go:
            return "let_go";
        case PhoneFinding::not_registered:
            return "not_registered";
    }
    return "reachable";
}

std::string_view to_text(ForcedVerdict verdict) {
    switch (verdict) {
        case ForcedVerdict::automatic:
            return "auto";
        case ForcedVerdict::lost:
            return "lost";
        case ForcedVerdict::serving:
            return "serving";
    }
    return "auto";
}

std::string_view to_text(Role role) {
    switch (role) {
        case Role::service:
            return "service";
        case Role::standby:
            return "standby";
        case Role::stand_in:
            return "stand_in";
    }
    return "service";
}

std::optional<Role> role_from(std::string_view text) {
    for (const Role role : {Role::service, Role::standby, Role::stand_in})
        if (to_text(role) == text) return role;
    return std::nullopt;
}

std::string_view to_text(LinkState state) {
    switch (state) {
        case LinkState::up:
            return "up";
        case LinkState::refused:
            return "refused";
        case LinkState::lost:
            return "lost";
        case LinkState::unreachable:
            return "unreachable";
        case LinkState::untrusted:
            return "untrusted";
    }
    return "unreachable";
}

std::string_view to_text(Standing standing) {
    switch (standing) {
        case Standing::own:
            return "own";
        case Standing::guest:
            return "guest";
        case Standing::stranger:
            return "stranger";
    }
    return "stranger";
}

std::string_view to_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::admitted:
            return "admitted";
        case Verdict::challenged:
            return "challenged";
        case Verdict::refused:
            return "refused";
    }
    return "refused";
}

std::string_view to_text(RemovalCause cause) {
    switch (cause) {
        case RemovalCause::unregistered:
            return "unregistered";
        case RemovalCause::expired:
            return "expired";
        case RemovalCause::moved:
            return "moved";
        case RemovalCause::user_removed:
            return "user_removed";
        case RemovalCause::unreachable:
            return "unreachable";
    }
    return "expired";
}

}  // namespace innkeeper::core
