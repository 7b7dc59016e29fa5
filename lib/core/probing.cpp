// Whoever asks without registering: OPTIONS, and REGISTERs with Expires 0 that are keepalives. They hear what a phone
// should believe about this server now, and nothing changes by it.
#include <algorithm>

#include "core/gatekeeper_state.h"

namespace innkeeper::core {
namespace {

bool come_from(const std::vector<Binding>& bindings, const base::IpAddress& address) {
    return std::any_of(bindings.begin(), bindings.end(),
                       [&](const Binding& binding) { return binding.flow.remote.ip == address; });
}

}  // namespace

// As if the phone registered now; its turn in the queue is not asked for, because it takes no place.
Judgement Gatekeeper::State::judge_asker(const Caller& caller, const LocationEntry* entry, const base::Aor& aor,
                                         backup::TerminalKind terminal) {
    RegistrationPlan plan;
    if (entry == nullptr || entry->bindings.empty()) plan.changes.push_back(AddBinding{});
    AdmissionFacts facts = admission_facts(caller, entry, aor, terminal, plan);
    facts.may_enter = true;
    return judge_service(facts);
}

// OPTIONS proves nothing about who asks. The truth about one phone is told to the address from which that very phone is
// registered, here or at its home; anybody else hears of this server alone, whoever it claims to be (R16).
std::optional<Refusal> Gatekeeper::State::verdict_on_asker(const OptionsRequest& request) {
    std::optional<Refusal> of_server;
    if (draining_)
        of_server = Refusal::draining;
    else if (!serving())
        of_server = pbx_.lost() ? Refusal::pbx_lost : Refusal::users_not_loaded;
    const std::string* domain = served_domain(request.from_domain, request.from_domain_is_address);
    const auto aor = domain == nullptr ? base::Expected<base::Aor>(base::error("no domain of ours"))
                                       : base::Aor::from_parts(request.from_user, *domain);
    if (!aor) return of_server;
    const Caller caller = identify(*aor);
    if (caller.home == nullptr) return of_server;
    const LocationEntry* entry = location_.find(*aor);
    const ReplicaEntry* at_home = caller.home->registrations.find(*aor);
    const base::IpAddress& source = request.source.remote.ip;
    const bool known = (entry != nullptr && come_from(entry->bindings, source)) ||
                       (at_home != nullptr && come_from(at_home->bindings, source));
    if (!known) return of_server;
    return judge_asker(caller, entry, *aor, terminal_of(*caller.record, request.user_agent)).refusal;
}

void Gatekeeper::State::on(OptionsRequest& request) {
    Response response;
    response.to = request.id;
    if (const auto refusal = verdict_on_asker(request)) {
        const std::uint64_t salted = salt();
        const PhoneAnswer answer = answer_for(settings_.phone_profiles.of(request.user_agent), *refusal,
                                              retry_after(*refusal, salted), salted);
        response.status = answer.status;
        response.phrase = answer.phrase;
        response.retry_after = answer.retry_after;
        response.headers = answer.headers;
    }
    out_->push_back(Answer{std::move(response)});
}

bool Gatekeeper::State::is_keepalive(const RegisterRequest& request, const RegistrationPlan& plan) const {
    if (!plan.removes_only || request.star || request.contacts.empty()) return false;
    const Keepalive keepalive = settings_.phone_profiles.of(request.user_agent).keepalive;
    if (keepalive == Keepalive::none) return false;
    const bool marked = std::any_of(request.contacts.begin(), request.contacts.end(),
                                    [](const ContactRequest& contact) { return contact.keep_alive; });
    return marked || (keepalive == Keepalive::unregistered && plan.changes.empty() && !plan.retransmitted);
}

void Gatekeeper::State::answer_keepalive(const RegisterRequest& request, const LocationEntry& entry,
                                         const Caller& caller, backup::TerminalKind terminal) {
    const Judgement judgement = judge_asker(caller, &entry, *entry.aor, terminal);
    if (judgement.refusal) return refuse(request, *judgement.refusal, caller.standing, *entry.aor);
    answer_with_bindings(request, entry, false);
    announce(RegisterJudged{*entry.aor, request.source.remote.ip, caller.standing, Verdict::admitted, std::nullopt});
}

}  // namespace innkeeper::core
