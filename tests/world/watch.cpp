#include "world/watch.h"

#include <algorithm>

#include "core/limits.h"
#include "support/print.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr int most_timers_a_second = 400;
constexpr base::Duration news_travel = 3s;  // of a registration at home to a backup, by a link that lost a segment
constexpr std::string_view stray_warning = "stray guest";

const base::SiteName* home_of(const World& world, const base::Aor& aor) {
    const Phone* phone = world.phone_of(aor);
    return phone ? &phone->orders().home : nullptr;
}

bool is_softphone(const World& world, const base::Aor& aor) {
    const Phone* phone = world.phone_of(aor);
    return phone && phone->orders().terminal == backup::TerminalKind::soft;
}

base::Aor aor_of(const support::OwnedRegister& request) {
    return base::Aor::from_parts(request.to_user, request.to_domain).value();
}

}  // namespace

void Watch::violated(const std::string& rule, const std::string& what) {
    world_.note("WATCH", "broken: " + rule + ": " + what);
    throw Violation(rule, what);
}

void Watch::forbid(Forbidden what) {
    const Act act(world_.inputs, [&] {
        return what == Forbidden::nothing  ? "anything may happen"
               : what == Forbidden::guests ? "no guest may be let in"
               : what == Forbidden::phases ? "no home may be doubted"
                                           : "no failover may begin";
    });
    forbidden_ = what;
}

void Watch::started(Site& site) {
    Ledger fresh;
    fresh.started = world_.calendar.now();
    fresh.last_ready = ledgers_[site.name()].last_ready;
    ledgers_[site.name()] = std::move(fresh);
}

// R7: what was acknowledged more than a second ago, with the database there, is in the database.
void Watch::ended(Site& site) {
    Ledger& ledger = ledgers_[site.name()];
    const Moment now = world_.calendar.now();
    if (site.store.available() && site.store_available_for() > 2s && ledger.users_loaded) {
        for (const auto& [aor, served] : ledger.served) {
            const auto kept = site.store.kept().bindings.find(aor);
            for (const auto& [contact, until] : served.contacts) {
                if (until < now + 1s || served.changed > now - 1s) continue;
                const auto same = [&contact = contact](const core::Binding& one) { return one.contact == contact; };
                const bool found = kept != site.store.kept().bindings.end() &&
                                   std::any_of(kept->second.bindings.begin(), kept->second.bindings.end(), same);
                if (!found) violated("acknowledged bindings are kept", site.name().text + " lost " + contact);
            }
        }
    }
    note_former_life(site);
    const Moment last_ready = ledger.last_ready;
    ledger = Ledger{};
    ledger.last_ready = last_ready;
}

// R7: a restarted site serves again what it had, before any phone says a word.
void Watch::state_loaded(Site& site) {
    const Registered known = registered_at(site);
    judge_loaded(site, known);
    Ledger& ledger = ledgers_[site.name()];
    const Moment now = world_.calendar.now();
    const auto former = former_.find(site.name());
    for (const auto& [aor, row] : site.store.kept().bindings) {
        // It was gone before the crash, which the database was not told in time.
        if (former != former_.end() && !former->second.served.contains(aor)) continue;
        for (const core::Binding& binding : row.bindings) {
            const Moment until = binding.promised.time_since_epoch();
            if (until <= now + 1s || ledger.served.contains(aor) || binding.role == core::Role::standby) continue;
            if (!known.contains({aor, std::string(binding.contact)}) &&
                !served_elsewhere(aor, site.name(), binding.registered.time_since_epoch()))
                violated("a restarted site serves what it had",
                         site.name().text + " forgot " + std::string(binding.contact));
        }
    }
    for (const auto& [aor, row] : site.store.kept().bindings) {
        if (ledger.served.contains(aor)) continue;
        Ledger::Served served;
        served.guest_of = row.guest_of;
        served.stray = row.stray;
        served.changed = now;
        for (const core::Binding& binding : row.bindings)
            if (known.contains({aor, std::string(binding.contact)}) && binding.role != core::Role::standby)
                served.contacts[std::string(binding.contact)] = binding.promised.time_since_epoch();
        if (served.contacts.empty()) continue;
        ledger.served[aor] = std::move(served);
        if (row.licences > 0) ledger.licences[aor] = {row.licence_pool, row.licences};
    }
}

void Watch::thawed(Site& site) {
    Ledger& ledger = ledgers_[site.name()];
    ledger.thawed = world_.calendar.now();
    ledger.frozen_for = site.frozen_for();
    ledger.heard_since_thaw = false;
    if (ledger.users_loaded) ledger.last_ready = ledger.thawed;
}

void Watch::users_loaded(Site& site) {
    ledgers_[site.name()].users_loaded = true;
    ledgers_[site.name()].last_ready = world_.calendar.now();
}

// IP8: records go to the backups that their home names, and back to that home, and to nobody else; nothing else carries
// an HA1.
void Watch::sent(Site& site, const core::SendToPeer& send, const std::string& bytes) {
    if (bytes.find(canary) == std::string::npos) return;
    const auto* changes = std::get_if<core::Changes>(&send.message);
    const auto* lent = std::get_if<core::RecordsLent>(&send.message);
    const base::SiteName& home = lent != nullptr ? lent->home : site.name();
    const auto& backups = world_.site(home.text).settings().backups;
    const bool entrusted = std::find(backups.begin(), backups.end(), send.to) != backups.end();
    const bool own_again = lent != nullptr && send.to == home;
    const bool records = lent != nullptr || (changes != nullptr && changes->dataset == core::Dataset::records);
    if (!records || (!entrusted && !own_again))
        violated("records go to named backups only", site.name().text + " to " + send.to.text);
}

void Watch::printed(const Site& site, const std::string& text) {
    if (text.find(canary) != std::string::npos) violated("nothing shown or written holds a secret", site.name().text);
}

void Watch::stepped(Site& site, const Occasion& occasion, const core::Effects& effects) {
    Ledger& ledger = ledgers_[site.name()];
    if (occasion.what == "message" && world_.calendar.now() - ledger.thawed > 100ms)
        ledger.heard_since_thaw = true;  // not what had waited in the connections
    const auto phases_before = ledger.phases;
    const auto served_before =
        occasion.request ? ledger.serves(aor_of(*occasion.request), world_.calendar.now()) : true;
    for (const core::Effect& effect : effects) {
        if (const auto* announce = std::get_if<core::Announce>(&effect)) {
            if (world_.on_notice) world_.on_notice(site, announce->notice);
            judge_notice(site, announce->notice);
        }
        if (const auto* write = std::get_if<core::WriteRow>(&effect)) judge_row(site, write->row);
    }
    judge_answers(site, occasion, effects);
    if (occasion.request) {
        const base::Aor aor = aor_of(*occasion.request);
        const base::SiteName* home = home_of(world_, aor);
        const bool granted = last_status_ == 200 && ledger.serves(aor, world_.calendar.now());
        if (home && *home != site.name() && granted) {
            const auto known = phases_before.find(*home);
            const core::Phase before = known == phases_before.end() ? core::Phase::normal : known->second;
            judge_admission(site, *occasion.request, !served_before, before);
        } else if (granted && !served_before) {
            judge_homecoming(site, aor);
        }
    }
    if (occasion.request) judge_turn(site, effects);
    calls.stepped(site, occasion, effects);
    judge_licences(site);
    judge_deadline(site, occasion.timer);
}

void Watch::judge_answers(Site& site, const Occasion& occasion, const core::Effects& effects) {
    int answers = 0;
    bool written = false;
    last_status_ = 0;
    for (const core::Effect& effect : effects) {
        const auto* write = std::get_if<core::WriteRow>(&effect);
        const auto* row = write ? std::get_if<core::BindingsRow>(&write->row) : nullptr;
        if (row && occasion.request && row->aor == aor_of(*occasion.request)) written = true;
        const auto* answer = std::get_if<core::Answer>(&effect);
        if (!answer) continue;
        ++answers;
        if (written) violated("answer first, persist after", support::print(effect));
        judge_response(site, occasion, answer->response);
    }
    const int wanted = occasion.what == "REGISTER" || occasion.what == "OPTIONS" ? 1 : 0;
    if (answers != wanted || site.unanswered() != 0)
        violated("requests are answered once",
                 site.name().text + ": " + std::string(occasion.what) + " got " + std::to_string(answers) + " answers");
}

void Watch::judge_response(Site& site, const Occasion& occasion, const core::Response& response) {
    const std::string told = site.name().text + ": " + support::print(response);
    last_status_ = response.status;
    if (response.status == 503 && occasion.request && !response.retry_after) violated("503 carries Retry-After", told);
    if (response.contacts.size() > core::Limits::bindings_per_aor) violated("at most 10 bindings per AOR", told);
    if (!occasion.request || response.status != 200) return;
    const Moment now = world_.calendar.now();
    Ledger::Served served;
    const base::Aor aor = aor_of(*occasion.request);
    const base::SiteName* home = home_of(world_, aor);
    if (!home) violated("strangers are never admitted", told);
    if (*home != site.name()) served.guest_of = *home;
    served.changed = now;
    for (const core::ContactAnswer& contact : response.contacts)
        served.contacts[std::string(contact.uri)] = now + std::chrono::seconds(contact.expires);
    judge_wakening(site, occasion, response);
    Ledger& ledger = ledgers_[site.name()];
    served.stray = response.warning.substr(0, stray_warning.size()) == stray_warning;
    if (response.contacts.empty() || response.warning.starts_with("standby"))
        ledger.let_go_of(aor);  // gone, or a standby binding that carries no service
    else
        ledger.served[aor] = std::move(served);
}

// R5: a daemon that slept longer than its leases grants nothing before it has heard its peers, or for 5 s.
void Watch::judge_wakening(Site& site, const Occasion& occasion, const core::Response& response) {
    const Ledger& ledger = ledgers_[site.name()];
    if (ledger.heard_since_thaw || ledger.frozen_for < site.settings().failover.guest_lease) return;
    if (world_.calendar.now() - ledger.thawed > 5s || response.contacts.empty()) return;
    violated("a frozen site asks before it serves", site.name().text + " granted " + occasion.request->to_user);
}

// IP2, IP4, R3.
void Watch::judge_admission(Site& site, const support::OwnedRegister& request, bool new_here, core::Phase before) {
    Ledger& ledger = ledgers_[site.name()];
    const base::Aor aor = aor_of(request);
    const base::SiteName home = *home_of(world_, aor);
    const core::Phase after = ledger.phase(home);
    const std::string told = site.name().text + " admitted " + std::string(aor.text());
    const auto& named = world_.site(home.text).settings().backups;
    if (std::find(named.begin(), named.end(), site.name()) == named.end())
        violated("only named backups take guests", told);
    if (ledger.served[aor].stray) {
        if (new_here) judge_stray(site, aor);
        return;
    }
    if (before == core::Phase::normal && after == core::Phase::normal)
        violated("no guest of a serving home", told + " in phase normal");
    if (!is_softphone(world_, aor)) ledger.physical_seen[home] = true;
    const bool by_trigger = site.settings().failover.trigger == core::FailoverTrigger::physical;
    if (by_trigger && !ledger.physical_seen[home]) violated("a softphone is never the first guest", told);
    if (new_here && forbidden_ != Forbidden::nothing) violated("slow is not dead", told);
}

// IP2: a phone that its home has, or had a moment ago, is not taken in.
void Watch::judge_stray(Site& site, const base::Aor& aor) {
    const Moment now = world_.calendar.now();
    const base::SiteName& home = *home_of(world_, aor);
    const std::string told = site.name().text + " took in " + std::string(aor.text()) + " of " + home.text;
    if (ledgers_[site.name()].phase(home) != core::Phase::normal) return;  // it was one when its home was lost
    if (forbidden_ == Forbidden::guests || forbidden_ == Forbidden::phases) violated("slow is not dead", told);
    const auto at_home = ledgers_[home].served.find(aor);
    if (!world_.site(home.text).running() || at_home == ledgers_[home].served.end()) return;
    if (ledgers_[home].serves(aor, now) && now - at_home->second.changed > news_travel)
        violated("a phone that its home has is no stray", told);
}

void Watch::judge_notice(Site& site, const core::Notice& notice) {
    Ledger& ledger = ledgers_[site.name()];
    const std::string told = site.name().text + ": " + support::print(notice);
    if (const auto* phase = std::get_if<core::FailoverPhaseChanged>(&notice)) {
        if (phase->from != ledger.phase(phase->home)) violated("phases are announced without gaps", told);
        judge_hold_down(site, *phase);
        ledger.phases[phase->home] = phase->to;
        ledger.phase_since[phase->home] = world_.calendar.now();
        if (phase->to == core::Phase::normal) ledger.physical_seen.erase(phase->home);
        if (phase->from == core::Phase::normal && phase->to == core::Phase::active)
            ledger.physical_seen[phase->home] = true;  // goes on with the guests of its former life
        const bool never = forbidden_ == Forbidden::phases || forbidden_ == Forbidden::failovers;
        if (never && phase->to != core::Phase::normal) violated("slow is not dead", told);
    } else if (const auto* health = std::get_if<core::PeerHealthChanged>(&notice)) {
        ledger.health[health->site] = health->to;
        const bool by_force = ledger.forced[health->site] == core::ForcedVerdict::lost;
        if (health->to == core::PeerHealth::lost && !by_force && !ledgers_[health->site].draining &&
            !ledgers_[health->site].pbx_lost && witnessed(health->site, site.name()))
            violated("a home that a third peer sees is not lost", told);
    } else if (const auto* began = std::get_if<core::FailoverBegan>(&notice)) {
        const bool by_trigger = site.settings().failover.trigger == core::FailoverTrigger::physical;
        if (by_trigger && is_softphone(world_, began->first_guest))
            violated("a softphone is never the first guest", told);
        ledger.physical_seen[began->home] = true;
    } else if (const auto* removed = std::get_if<core::PhoneRemoved>(&notice)) {
        if (removed->cause == core::RemovalCause::moved && !removed->guest_of.text.empty() &&
            removed->moved_to == removed->guest_of)
            judge_release(site, removed->guest_of, removed->aor);
        ledger.let_go_of(removed->aor);
    } else if (const auto* judged = std::get_if<core::RegisterJudged>(&notice)) {
        if (judged->refusal == core::Refusal::home_is_back && calls.in_call_at(site, judged->aor) &&
            ledger.serves(judged->aor, world_.calendar.now()))
            violated("a phone in a call is not sent home", told);
        if (judged->refusal == core::Refusal::home_is_back)
            if (const base::SiteName* home = home_of(world_, judged->aor)) judge_release(site, *home, judged->aor);
    } else if (std::holds_alternative<core::ReplicaRepaired>(notice)) {
        violated("replicas never differ at equal sequence", told);
    } else if (std::holds_alternative<core::UsersBorrowed>(notice)) {
        users_loaded(site);
    } else if (const auto* pbx = std::get_if<core::PbxReported>(&notice)) {
        ledger.pbx_lost = !pbx->available;
    } else if (const auto* forced = std::get_if<core::HomeForced>(&notice)) {
        ledger.forced[forced->home] = forced->verdict;
    } else if (std::holds_alternative<core::DrainBegan>(notice)) {
        ledger.draining = true;
    } else if (std::holds_alternative<core::DrainEnded>(notice)) {
        ledger.draining = false;
    }
}

// R6: what a guest is sent home to was ready a moment ago.
void Watch::judge_release(Site& site, const base::SiteName& home, const base::Aor& guest) {
    const base::Duration since = world_.calendar.now() - ledgers_[home].last_ready;
    if (since > site.settings().health.lost_after)
        violated("guests are released to a ready home only", site.name().text + " released " +
                                                                 std::string(guest.text()) + ", home not ready for " +
                                                                 support::print(since));
}

void Watch::judge_row(Site& site, const core::Row& row) {
    const std::string told = site.name().text + ": " + support::print(row);
    const auto* bindings = std::get_if<core::BindingsRow>(&row);
    if (!bindings) return;
    Ledger& ledger = ledgers_[site.name()];
    const base::SiteName* home = home_of(world_, bindings->aor);
    if (bindings->bindings.size() > core::Limits::bindings_per_aor) violated("at most 10 bindings per AOR", told);
    const bool draws = bindings->licences > 0 || !bindings->licence_pool.empty();
    if (home && *home != site.name() && (draws || bindings->guest_of != *home))
        violated("a guest draws no licence", told);
    const auto before = ledger.licences.find(bindings->aor);
    if (bindings->licences > (before == ledger.licences.end() ? 0 : before->second.second))
        for (const core::LicencePool& pool : site.store.pools)
            if (pool.name == bindings->licence_pool && pool.ends &&
                pool.ends->time_since_epoch() + 1s < world_.calendar.now())
                violated("a pool that has ended gives nothing", told);
    if (bindings->licences > 0)
        ledger.licences[bindings->aor] = {bindings->licence_pool, bindings->licences};
    else
        ledger.licences.erase(bindings->aor);
    judge_standbys(site, *bindings);
    const auto served = ledger.served.find(bindings->aor);
    if (served == ledger.served.end()) return;
    std::erase_if(served->second.contacts, [&](const auto& one) {
        return std::none_of(bindings->bindings.begin(), bindings->bindings.end(), [&](const core::Binding& kept) {
            return kept.contact == one.first && kept.role != core::Role::standby;
        });
    });
    if (served->second.contacts.empty()) ledger.let_go_of(bindings->aor);
}

// SR4: a standby goes into service by itself, and never while its home serves.
void Watch::judge_standbys(Site& site, const core::BindingsRow& row) {
    Ledger& ledger = ledgers_[site.name()];
    bool standby = false;
    for (const core::Binding& binding : row.bindings) {
        if (binding.role == core::Role::standby) standby = true;
        if (binding.role != core::Role::stand_in) continue;
        if (row.guest_of.text.empty() || (ledger.phase(row.guest_of) == core::Phase::normal && !row.stray))
            violated("no standby is served while its home serves",
                     site.name().text + ": " + support::print(core::Row(row)));
        Ledger::Served& served = ledger.served[row.aor];
        served.guest_of = row.guest_of;
        served.stray = row.stray;
        served.changed = world_.calendar.now();
        served.contacts[std::string(binding.contact)] = site.world_moment(binding.expires);
    }
    if (standby)
        ledger.standbys[row.aor] = row.guest_of;
    else
        ledger.standbys.erase(row.aor);
}

void Watch::judge_licences(Site& site) {
    if (site.store.pools.empty()) return;
    std::map<std::string, std::uint64_t> used;
    for (const auto& [aor, drawn] : ledgers_[site.name()].licences) used[drawn.first] += drawn.second;
    for (const core::LicencePool& pool : site.store.pools)
        if (used[pool.name] > pool.capacity)
            violated("licences in use never exceed the pool",
                     site.name().text + ": " + std::to_string(used[pool.name]) + " of " + pool.name);
}

void Watch::judge_deadline(Site& site, bool timer) {
    if (!timer) return;
    const Moment now = world_.calendar.now();
    if (site.next_deadline() < site.local(now)) violated("the next deadline is not in the past", site.name().text);
    Ledger& ledger = ledgers_[site.name()];
    if (now - ledger.timers_counted_from > 1s) {
        ledger.timers_counted_from = now;
        ledger.timers = 0;
    }
    if (++ledger.timers > most_timers_a_second) violated("timers do not spin", site.name().text);
}

}  // namespace innkeeper::world
