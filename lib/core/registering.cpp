// A REGISTER through the gatekeeper: who is it, is it really, may it, what changes (design section 11).
#include <algorithm>

#include "base/ascii.h"
#include "core/gatekeeper_state.h"
#include "core/grant_spread.h"
#include "core/limits.h"
#include "core/standby.h"

namespace innkeeper::core {

void Gatekeeper::State::on(RegisterRequest& request) {
    const std::string* domain = served_domain(request.to_domain, request.to_domain_is_address);
    if (domain == nullptr) return refuse(request, Refusal::domain_not_served, Standing::stranger, {});
    const auto aor = base::Aor::from_parts(request.to_user, *domain);
    if (!aor) return refuse(request, Refusal::malformed, Standing::stranger, {});
    if (!request.unsupported.empty()) return refuse(request, Refusal::unsupported_extension, Standing::stranger, {});

    const Caller caller = identify(*aor);
    const Authentication authentication = authenticate(request, *aor, *domain, caller);
    switch (authentication.proof) {
        case Proof::none:
            return challenge(request, *aor, *domain, false, false);
        case Proof::wrong:
            // Without the users nobody can tell a wrong password from an own user's right one.
            if (!users_known() || (caller.record == nullptr && records_missing()))
                return refuse(request, Refusal::users_not_loaded, Standing::stranger, {});
            return challenge(request, *aor, *domain, false, true);
        case Proof::stale:
            return challenge(request, *aor, *domain, true, false);
        case Proof::right:
            return register_known(request, *aor, *domain, caller, authentication);
    }
}

// A phone that was given the server's address for a domain belongs to the first one.
const std::string* Gatekeeper::State::served_domain(std::string_view given, bool is_address) const {
    const std::vector<std::string>& domains = settings_.matching.domains;
    if (is_address) return &domains.front();
    const auto found = std::find_if(domains.begin(), domains.end(),
                                    [&](const std::string& domain) { return base::same_ignoring_case(domain, given); });
    return found == domains.end() ? nullptr : &*found;
}

Gatekeeper::State::Caller Gatekeeper::State::identify(const base::Aor& aor) {
    if (const backup::UserRecord* own = directory_.find(aor)) return {Standing::own, own, nullptr};
    const backup::Vault::Held held = vault_.find(aor);
    if (held.record == nullptr) return {};
    return {Standing::guest, held.record, find_peer(*held.home)};
}

// Guests from before a restart are here, their records are not yet: nobody can tell whether a password is right (R9).
bool Gatekeeper::State::records_missing() const {
    return std::any_of(peers_.begin(), peers_.end(), [this](const auto& peer) {
        const bool here = location_.guests_of(peer.first) + location_.standbys_of(peer.first) > 0;
        return here && !peer.second.records_whole;
    });
}

// An unknown user is judged against no HA1, which takes as long and never fits (R16).
Gatekeeper::State::Authentication Gatekeeper::State::authenticate(const RegisterRequest& request, const base::Aor& aor,
                                                                  std::string_view realm, const Caller& caller) const {
    static const auth::Ha1 nobody;
    Authentication result;
    for (const auth::Credentials& credentials : request.credentials) {
        if (!base::same_ignoring_case(credentials.realm, realm)) continue;
        const bool right =
            auth::response_is_right(credentials, "REGISTER", caller.record ? caller.record->ha1 : nobody);
        const auth::NonceCheck nonce =
            keyring_.check(now_, credentials.nonce, aor, request.source.remote.ip, settings_.nonce_lifetime);
        if (!right || credentials.username != aor.user()) {
            result.proof = Proof::wrong;
            continue;
        }
        if (nonce.state != auth::NonceState::good) return {Proof::stale, 0, 0, {}};
        return {Proof::right, nonce.identity, credentials.nonce_count, nonce.issued};
    }
    return result;
}

backup::TerminalKind Gatekeeper::State::terminal_of(const backup::UserRecord& record,
                                                    std::string_view user_agent) const {
    if (record.terminal != backup::TerminalKind::unknown) return record.terminal;
    const auto& physical = settings_.physical_user_agents;
    const bool is_desk = std::any_of(physical.begin(), physical.end(), [user_agent](const std::string& prefix) {
        return base::same_ignoring_case(user_agent.substr(0, prefix.size()), prefix);
    });
    return is_desk ? backup::TerminalKind::desk : backup::TerminalKind::soft;  // unknown is soft (decision 2)
}

void Gatekeeper::State::register_known(const RegisterRequest& request, const base::Aor& aor, std::string_view realm,
                                       const Caller& caller, const Authentication& authentication) {
    LocationEntry& entry = location_.obtain(aor);
    const backup::TerminalKind terminal = terminal_of(*caller.record, request.user_agent);
    const auto lease = std::chrono::ceil<std::chrono::seconds>(settings_.failover.guest_lease);
    const GrantBounds bounds =
        caller.standing == Standing::own
            ? GrantBounds{settings_.expiry.min_expires, settings_.expiry.max_expires, settings_.expiry.default_expires}
            : GrantBounds{std::chrono::seconds(0), lease, lease};
    auto planned = plan_registration(now_, request, entry.bindings, bounds, terminal);

    if (!entry.replay.accept(authentication.nonce_identity, authentication.nonce_count)) {
        // A retransmission, of a log-out too, finds its work done and is answered again; any other use is a replay.
        const auto* plan = std::get_if<RegistrationPlan>(&planned);
        if (plan == nullptr || !plan->changes.empty()) return challenge(request, aor, realm, true, false);
        return answer_with_bindings(request, entry, plan->outbound);
    }
    if (must_prove_way_back(entry, authentication)) return challenge(request, aor, realm, true, false);
    note_way_back(request, aor, authentication);
    const auto remember = [&entry, this](Refusal refusal) {
        entry.last_refusal = refusal;
        entry.last_refused = now_;
    };
    if (const auto* refusal = std::get_if<Refusal>(&planned)) {
        remember(*refusal);
        return refuse(request, *refusal, caller.standing, aor);
    }

    auto& plan = std::get<RegistrationPlan>(planned);
    if (is_keepalive(request, plan)) return answer_keepalive(request, entry, caller, terminal);
    if (caller.home != nullptr) {
        if (!is_served(entry.bindings) && !plan.removes_only) note_knock(*caller.home, entry, request);
        review(*caller.home);  // this phone may be the witness that was missing
    }
    AdmissionFacts facts = admission_facts(caller, &entry, aor, terminal, plan);
    if (caller.home != nullptr) facts.concurrent = settings_.phone_profiles.of(request.user_agent).concurrent;
    const Judgement judgement = judge_admission(facts);
    if (judgement.refusal) {
        remember(*judgement.refusal);
        const bool sent_home =
            judgement.refusal == Refusal::home_is_settling || judgement.refusal == Refusal::home_is_back;
        if (sent_home && entry.refused_since < caller.home->failover.allowed) entry.refused_since = now_;
        if (caller.standing == Standing::own) entry.turned_away = now_;
        if (judgement.refusal == Refusal::home_is_back) told_to_go_home(*caller.home, entry);
        if (caller.home != nullptr) count_refusal(*caller.home, entry);
        std::optional<std::chrono::seconds> wait;
        if (judgement.refusal == Refusal::paced) wait = tell_to_wait(caller, entry);
        return refuse(request, *judgement.refusal, caller.standing, aor, wait);
    }
    admit(request, entry, plan, caller, terminal, judgement.standby);
}

// All terminals of one AOR draw from one pool: its record's kind, else the kind that registered first.
backup::TerminalKind Gatekeeper::State::licence_kind(const Caller& caller, const LocationEntry* entry,
                                                     backup::TerminalKind terminal) {
    const bool drawn = entry != nullptr && entry->licences > 0;
    return caller.record->terminal == backup::TerminalKind::unknown && drawn ? entry->licence_kind : terminal;
}

AdmissionFacts Gatekeeper::State::admission_facts(const Caller& caller, const LocationEntry* entry,
                                                  const base::Aor& aor, backup::TerminalKind terminal,
                                                  const RegistrationPlan& plan) {
    AdmissionFacts facts;
    facts.standing = caller.standing;
    facts.draining = draining_.has_value();
    facts.just_woken = just_woken();
    facts.pbx_lost = pbx_.lost();
    facts.enabled = caller.record != nullptr && caller.record->enabled;
    facts.removes_only = plan.removes_only;
    facts.physical = backup::is_physical(terminal);
    facts.trigger = settings_.failover.trigger;
    const bool registered = entry != nullptr && !entry->bindings.empty();
    facts.may_enter = registered || may_enter(caller, entry);
    if (caller.standing == Standing::own) {
        static const std::vector<Binding> none;
        const auto needed =
            static_cast<std::uint32_t>(terminals_after(plan, entry != nullptr ? entry->bindings : none));
        const backup::TerminalKind kind = licence_kind(caller, entry, terminal);
        const std::uint32_t drawn = entry != nullptr && entry->licence_kind == kind ? entry->licences : 0;
        facts.licence_available = needed <= drawn || licences_.available(now_, kind, needed - drawn);
        facts.served_by_backup = !registered && served_by_backup(aor, plan);
        // What an earlier life kept may have been a guest's for long.
        const bool known = registered && newest_registration(entry->bindings) >= started_;
        facts.just_woken = facts.just_woken || (!known && hearing_backups());
    }
    if (caller.home != nullptr) {
        const Peer& home = *caller.home;
        facts.phase = home.failover.phase;
        facts.home_health = home.health;
        facts.home_link_up = home.link == LinkState::up;
        facts.guest_here = registered && is_served(entry->bindings);
        facts.standby_here = registered && !facts.guest_here;
        facts.better_backup_serves = facts.standby_here && better_backup_serves(aor, home);
        facts.released = entry != nullptr && sent_home(home, *entry);
        facts.in_call = entry != nullptr && entry->calls > 0;
        facts.registered_at_home = home.registrations.find(aor) != nullptr;
        facts.homeless = !facts.registered_at_home && entry != nullptr &&
                         entry->refused_since > home.failover.allowed &&
                         now_ - entry->refused_since >= homeless_patience &&
                         (facts.guest_here || !served_by_another_backup(home, aor, plan));
        facts.room_left = settings_.failover.guest_capacity == 0 || *room_for_guests() > 0;
        facts.stray_here = registered && entry->stray;
        facts.straying = inquiries_.standing(now_, aor);
    }
    return facts;
}

void Gatekeeper::State::admit(const RegisterRequest& request, LocationEntry& entry, RegistrationPlan& plan,
                              const Caller& caller, backup::TerminalKind terminal, bool standby) {
    const bool was_registered = !entry.bindings.empty();
    const bool was_served = is_served(entry.bindings);
    if (!was_registered) calling_.note_calls(now_, entry);
    if (!was_registered && !plan.removes_only && !standby) {
        const bool own = caller.standing == Standing::own;
        const auto least = own ? settings_.expiry.min_expires : std::chrono::seconds(0);  // a lease has no least
        if (queue_.crowded(now_)) spread_grants(now_, least, *entry.aor, plan);
        enter(caller, entry);
    }
    bool news = false;  // for peers and database: not every refresh is (lib/README.md, "the promise")
    for (const BindingChange& change : plan.changes) {
        const auto* keep = std::get_if<KeepBinding>(&change);
        if (keep == nullptr || keep->expires > entry.bindings[keep->index].promised) news = true;
    }
    const auto needed = static_cast<std::uint32_t>(terminals_after(plan, entry.bindings));
    const bool stood_by = std::any_of(entry.bindings.begin(), entry.bindings.end(),
                                      [](const Binding& binding) { return binding.role != Role::service; });
    apply_plan(now_, plan, entry.bindings);
    entry.guest_of = caller.home != nullptr ? caller.home->name : base::SiteName{};
    if (caller.home != nullptr) {
        if (assign_roles(entry, standby, stood_by)) news = true;
        const bool strays = was_served ? entry.stray : caller.home->failover.phase == Phase::normal;
        entry.stray = strays && !standby && !begins_failover(*caller.home, terminal);
    }
    answer_with_bindings(request, entry, plan.outbound);  // first: nothing that follows may delay it
    if (caller.standing == Standing::own) {
        entry.stray = false;
        entry.let_go = LocationEntry::never;
        draw_licences(entry, licence_kind(caller, &entry, terminal), needed);
    } else if (!entry.bindings.empty()) {
        if (stood_by && !standby) caller.home->stand_ins_here = true;
        welcome_guest(entry, *caller.home, was_served, terminal);
    }
    entry.refused_since = LocationEntry::never;
    if (news)
        tell(entry);
    else
        location_.settle(entry, false);
    const bool served = is_served(entry.bindings);
    if (!was_served && served) calling_.came(now_, entry, *out_);
    if (!was_served && served)
        announce(PhoneRegistered{*entry.aor, entry.guest_of, std::string(entry.bindings.front().contact), entry.stray,
                                 caller.record->priority});
    if (!served && !entry.bindings.empty() && (was_served || !was_registered))
        announce(PhoneStandsBy{*entry.aor, entry.guest_of});
    if (was_registered && entry.bindings.empty()) {
        went_silent(entry);
        announce(PhoneRemoved{*entry.aor, entry.guest_of, RemovalCause::unregistered, {}});
    }
    announce(RegisterJudged{*entry.aor, request.source.remote.ip, caller.standing, Verdict::admitted, std::nullopt});
}

// The first physical phone that registers after the home was lost, one that strayed here before it too (IP4, IP5).
bool Gatekeeper::State::begins_failover(const Peer& home, backup::TerminalKind terminal) const {
    return home.failover.phase == Phase::allowed &&
           (backup::is_physical(terminal) || settings_.failover.trigger == FailoverTrigger::any);
}

void Gatekeeper::State::welcome_guest(LocationEntry& entry, Peer& home, bool was_guest, backup::TerminalKind terminal) {
    if (!is_served(entry.bindings)) return;
    if (entry.calls > 0 && now_ - entry.calls_since >= Limits::longest_call) entry.calls = 0;
    if (entry.journey == Journey::told)
        came_back(home, entry);
    else if (entry.released && entry.calls > 0)
        take_back(entry);  // released, and in a call before it knew
    Failover& failover = home.failover;
    if (failover.phase == Phase::normal) return;  // a stray
    const bool begins = begins_failover(home, terminal);
    if (!was_guest || begins) count_arrival(home, entry);
    if (!begins) return;
    begin(failover, now_, std::string(entry.aor->text()));
    announce(FailoverBegan{home.name, *entry.aor});
    on_phase(home, Phase::allowed);
}

void Gatekeeper::State::draw_licences(LocationEntry& entry, backup::TerminalKind terminal, std::uint32_t needed) {
    if (needed == entry.licences && terminal == entry.licence_kind) return;
    licences_.give_back(entry.licence_kind, entry.licences);
    licences_.draw(terminal, needed);
    entry.licence_kind = terminal;
    entry.licences = needed;
}

void Gatekeeper::State::remove_bindings(LocationEntry& entry, std::vector<Binding> kept, RemovalCause cause,
                                        const base::SiteName& moved_to) {
    const bool was_served = is_served(entry.bindings);
    entry.bindings = std::move(kept);
    if (entry.guest_of.text.empty()) {
        RegistrationPlan nothing;
        draw_licences(entry, entry.licence_kind, static_cast<std::uint32_t>(terminals_after(nothing, entry.bindings)));
    }
    tell(entry);
    if (entry.bindings.empty())
        announce(PhoneRemoved{*entry.aor, entry.guest_of, cause, moved_to});
    else if (was_served && !is_served(entry.bindings))
        announce(PhoneStandsBy{*entry.aor, entry.guest_of});
}

// Database and peers are told what is good for longer than the phone was granted, so that its next refreshes need not
// be told; "the promise" in lib/README.md.
void Gatekeeper::State::tell(LocationEntry& entry) {
    for (Binding& binding : entry.bindings) binding.promised = binding.expires + (binding.expires - now_);
    location_.settle(entry, true);
    publish_soon();
    out_->push_back(WriteRow{row_of(entry)});
}

BindingsRow Gatekeeper::State::row_of(const LocationEntry& entry) {
    BindingsRow row;
    row.aor = *entry.aor;
    row.guest_of = entry.guest_of;
    row.bindings = entry.bindings;
    row.stray = entry.stray;
    if (entry.licences > 0) {
        row.licence_pool = backup::to_text(entry.licence_kind);
        row.licences = entry.licences;
    }
    return row;
}

}  // namespace innkeeper::core
