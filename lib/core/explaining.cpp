// --explain: every fact that a REGISTER of this user would be judged by, in the order of judgement, and the rule that
// would decide.
#include "base/duration.h"
#include "core/gatekeeper_state.h"

namespace innkeeper::core {
namespace {

std::string yes_or_no(bool value) {
    return value ? "yes" : "no";
}

std::string ago(base::Instant now, base::Instant then) {
    return base::in_words(now - then) + " ago";
}

std::string text(std::string_view view) {
    return std::string(view);
}

std::int64_t seconds_until(base::Instant moment, base::Instant now) {
    return std::chrono::ceil<std::chrono::seconds>(std::max(moment - now, base::Duration{})).count();
}

class Facts {
public:
    explicit Facts(ExplainReport& report) : report_(report) {}
    void operator()(std::string name, std::string value) {
        report_.facts.emplace_back(std::move(name), std::move(value));
    }

private:
    ExplainReport& report_;
};

void tell_binding(Facts& fact, const Binding& binding) {
    fact("contact", std::string(binding.contact) + " from " + text(to_text(binding.flow.transport)) + ":" +
                        binding.flow.remote.text());
    if (!binding.user_agent.empty()) fact("user agent", std::string(binding.user_agent));
    if (binding.role != Role::service) fact("good for", text(to_text(binding.role)));
}

void tell_of_home(Facts& fact, const Peer& home, const AdmissionFacts& facts, base::Instant now) {
    fact("home", home.name.text);
    fact("home health", text(to_text(facts.home_health)) + " (" + home.health_reason + ")");
    if (home.forced != ForcedVerdict::automatic) fact("forced by the operator", text(to_text(home.forced)));
    fact("home heard", home.ever_heard ? ago(now, home.heard) : "not since this site started");
    fact("link to home", facts.home_link_up ? "up" : link_in_words(home));
    fact("failover phase", text(to_text(facts.phase)));
    fact("in this phase for", base::in_words(now - home.failover.since));
    fact("registered at home", yes_or_no(facts.registered_at_home));
    fact("physical terminal", yes_or_no(facts.physical));
    fact("guest here", yes_or_no(facts.guest_here));
    fact("standing by here", yes_or_no(facts.standby_here));
    fact("concurrent registration", text(to_text(facts.concurrent)));
    fact("released to home", yes_or_no(facts.released));
    fact("in a call", yes_or_no(facts.in_call));
    fact("stray", facts.stray_here ? "served here" : text(to_text(facts.straying)));
    fact("homeless", yes_or_no(facts.homeless));
    fact("room for guests", yes_or_no(facts.room_left));
}

}  // namespace

// What the phone said of itself when it registered last, here or elsewhere; empty: never seen.
std::string_view Gatekeeper::State::user_agent_of(const LocationEntry* entry, const base::Aor& aor) const {
    if (entry != nullptr && !entry->bindings.empty()) return entry->bindings.front().user_agent;
    for (const auto& [name, peer] : peers_)
        if (const ReplicaEntry* there = peer.registrations.find(aor)) return there->bindings.front().user_agent;
    return {};
}

Report Gatekeeper::State::carry_out(const Explain& command) {
    const auto aor = aor_as_typed(command.aor);
    if (!aor) return Declined{aor.error().text};
    const Caller caller = identify(*aor);
    const LocationEntry* entry = location_.find(*aor);
    const bool here = entry != nullptr && !entry->bindings.empty();
    if (caller.record != nullptr && caller.record->terminal == backup::TerminalKind::group)
        return Declined{std::string(aor->text()) + " is a hunt group, which never registers; see --groups"};
    if (caller.home != nullptr) review(*caller.home);

    ExplainReport report;
    report.aor = *aor;
    Facts fact(report);
    fact("standing", text(to_text(caller.standing)));
    fact("users loaded", directory_.borrowed() ? "borrowed from a backup" : yes_or_no(directory_.loaded()));
    fact("draining", draining_ ? "yes: " + draining_->reason : "no");
    fact("PBX", pbx_.lost() ? "lost: " + pbx_.detail() : "not known to be away");
    if (const std::string* trouble = upstream_.trouble_of(*aor)) fact("registered with the PBX", "no: " + *trouble);
    fact("just woken", yes_or_no(just_woken()));
    fact("registered here", yes_or_no(here));
    if (here)
        for (const Binding& binding : entry->bindings) {
            fact("registered",
                 ago(now_, binding.registered) + ", for another " + base::in_words(binding.expires - now_));
            tell_binding(fact, binding);
        }
    for (const auto& [name, peer] : peers_)
        if (const ReplicaEntry* there = peer.registrations.find(*aor))
            for (const Binding& binding : there->bindings) {
                // Not every refresh is told: the age is of the last one that was.
                fact("registered at " + name.text, "told " + ago(now_, binding.registered) + ", for at most another " +
                                                       base::in_words(binding.promised - now_));
                tell_binding(fact, binding);
            }
    if (entry != nullptr && entry->last_refused != LocationEntry::never)
        fact("last refused here", text(to_text(entry->last_refusal)) + ", " + ago(now_, entry->last_refused));
    if (caller.record == nullptr) {
        const Refusal why = users_known() ? Refusal::wrong_credentials : Refusal::users_not_loaded;
        report.rule = to_text(why);
        report.explanation = users_known()
                                 ? "No user of this name here, and no home has entrusted its record to this site."
                                 : explanation(why);
        report.advice = users_known() ? "ask at its home; if that is here, --import-users" : advice(why);
        return report;
    }
    const std::string_view user_agent = user_agent_of(entry, *aor);
    const PhoneProfile& profile = settings_.phone_profiles.of(user_agent);
    // The question is for the user's own terminal: what it registered with last, else what its record says.
    const backup::TerminalKind terminal =
        here ? entry->bindings.front().terminal : terminal_of(*caller.record, user_agent);
    if (entry != nullptr && entry->turn.given() && !here)
        fact("turn", "in " + std::to_string(seconds_until(entry->turn.at, now_)) + " s");
    fact("phone profile", profile.name);
    fact("enabled", yes_or_no(caller.record->enabled));
    fact("terminal", text(backup::to_text(terminal)));
    fact("priority", text(backup::to_text(caller.record->priority)));
    fact("settings", caller.home != nullptr ? *vault_.find(*aor).settings : caller.record->settings);
    RegistrationPlan plan;
    if (!here) plan.changes.push_back(AddBinding{});
    AdmissionFacts facts = admission_facts(caller, entry, *aor, terminal, plan);
    if (caller.home != nullptr) facts.concurrent = profile.concurrent;
    if (caller.standing == Standing::own) fact("licence available", yes_or_no(facts.licence_available));
    if (caller.standing == Standing::own) fact("served by a backup", yes_or_no(facts.served_by_backup));
    if (caller.home != nullptr) tell_of_home(fact, *caller.home, facts, now_);
    fact("may enter now", yes_or_no(facts.may_enter));
    const Judgement judgement = judge_admission(facts);
    report.admitted = !judgement.refusal;
    report.rule = judgement.rule;
    report.explanation = judgement.refusal ? explanation(*judgement.refusal) : explanation_of(judgement.rule);
    if (judgement.refusal) report.advice = advice(*judgement.refusal);
    return report;
}

}  // namespace innkeeper::core
