// What operators ask and order.
#include <iterator>

#include "base/duration.h"
#include "core/gatekeeper_state.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

// Cursor of --registrations: which site's table (0: here), and how far in it.
constexpr int site_shift = 48;

RegistrationReport report_of(const base::Aor& aor, const base::SiteName& site, const base::SiteName& guest_of,
                             bool stray, const Binding& binding, base::Instant now) {
    RegistrationReport row;
    row.aor = aor;
    row.site = site;
    row.guest_of = guest_of;
    row.stray = stray;
    row.contact = binding.contact;
    row.flow = std::string(base::to_text(binding.flow.transport)) + ":" + binding.flow.remote.text();
    row.user_agent = binding.user_agent;
    row.terminal = binding.terminal;
    row.standby = binding.role == Role::standby;
    row.age = now - binding.registered;
    row.remaining = binding.expires - now;
    return row;
}

}  // namespace

std::string link_in_words(const Peer& peer) {
    return std::string(to_text(peer.link)) + (peer.link_detail.empty() ? "" : ": " + peer.link_detail);
}

std::string leaving_in_words(const Peer& peer, base::Instant now) {
    std::string text = "it is leaving";
    if (!peer.leaving_reason.empty()) text += ": " + peer.leaving_reason;
    if (!peer.back_at) return text;
    const auto left = std::chrono::ceil<std::chrono::seconds>(*peer.back_at - now);
    return text + (left.count() > 0 ? ", back in " + base::in_words(left) : ", should be back by now");
}

void Gatekeeper::State::on(OperatorCommand& command) {
    Report report = std::visit([this](const auto& order) { return carry_out(order); }, command.command);
    out_->push_back(ReplyToOperator{command.id, std::move(report)});
}

StatusReport Gatekeeper::State::status() const {
    StatusReport report;
    report.site = settings_.site;
    report.epoch = epoch_;
    report.serving = serving();
    report.why_not_serving = why_not_serving();
    report.users_borrowed = directory_.borrowed();
    report.draining = draining_.has_value();
    if (draining_) {
        report.drain_reason = draining_->reason;
        if (draining_->ends) report.drain_ends_in = *draining_->ends - now_;
    }
    report.database_available = store_available_;
    report.users = directory_.users();
    report.registrations = location_.own_registered();
    report.guests = location_.guests();
    report.admissions = admissions();
    report.standbys = location_.standbys();
    if (registers_upstream()) {
        const Upstream::Counts counts = upstream_.counts();
        report.upstream = UpstreamReport{counts.registered, counts.failed, counts.waiting};
    }
    for (const PbxWatch::Seen& pbx : pbx_.all()) {
        report.pbxs.push_back({pbx.name, pbx.state, pbx.detail, std::nullopt});
        if (pbx.silent_since) report.pbxs.back().silent_for = now_ - *pbx.silent_since;
    }
    for (const auto& [name, peer] : peers_) {
        HomeStatus home;
        home.home = name;
        home.health = peer.health;
        home.phase = peer.failover.phase;
        home.in_phase = now_ - peer.failover.since;
        home.forced = peer.forced;
        home.guests = location_.guests_of(name);
        home.strays = location_.strays_of(name);
        report.strays += home.strays;
        home.standbys = location_.standbys_of(name);
        home.records = vault_.count(name);
        home.backed_up_here = peer.backed_up_here;
        // Of a site that leaves: for how long still.
        const bool live = peer.failover.phase == Phase::normal || (peer.leaving && peer.health == PeerHealth::lost);
        home.why = live ? peer.health_reason : peer.failover.cause;
        home.stability = peer.stability.percent(settings_.failover.failback_after);
        home.in_call = location_.busy_of(name);
        if (peer.failover.phase == Phase::settling)
            home.failback =
                what_failback_waits_for(peer.failover, now_, failover_facts(peer), home.stability, settings_.failover);
        report.homes.push_back(std::move(home));
    }
    return report;
}

PeerReport Gatekeeper::State::report_on(const Peer& peer) const {
    PeerReport report;
    report.site = peer.name;
    report.link_up = peer.link == LinkState::up;
    if (!report.link_up) report.link_detail = link_in_words(peer);
    report.health = peer.health;
    report.silence = now_ - peer.heard;
    report.epoch = peer.epoch;
    report.forced = peer.forced;
    for (const auto& [name, third] : peers_)
        for (const View& view : third.views)
            if (view.forced && view.site == peer.name)
                report.forced_elsewhere.push_back(name.text + ": " +
                                                  (view.health == PeerHealth::lost ? "lost" : "serving"));
    report.serving = peer.serving;
    report.why_not_serving = peer.why_not_serving;
    report.leaving = peer.leaving;
    const auto behind = [](base::Sequence there, base::Sequence here) {
        return there > here ? there.value - here.value : 0;
    };
    report.registrations_behind = behind(peer.registrations_there.sequence, peer.registrations_from.sequence());
    if (peer.backed_up_here) report.records_behind = behind(peer.records_there.sequence, peer.records_from.sequence());
    report.registrations = peer.registrations.size();
    report.mismatches = peer.mismatches;
    return report;
}

Report Gatekeeper::State::carry_out(const ShowStatus&) {
    return status();
}

Report Gatekeeper::State::carry_out(const ShowPeers&) {
    std::vector<PeerReport> rows;
    for (const auto& [name, peer] : peers_) rows.push_back(report_on(peer));
    return rows;
}

Report Gatekeeper::State::carry_out(const ShowLicences&) {
    return licences_.report(now_);
}

Report Gatekeeper::State::carry_out(const ShowRegistrations& command) {
    RegistrationsReport page;
    std::uint64_t table = command.after.value >> site_shift;
    std::uint64_t offset = command.after.value & ((std::uint64_t{1} << site_shift) - 1);
    const auto full = [&] { return page.rows.size() >= Limits::report_rows; };
    if (table == 0) {
        while (!full() && offset < location_.changes().latest().value) {
            const auto reached = location_.changes().visit_after(
                {offset}, Limits::report_rows - page.rows.size(), [&](const LocationEntry* entry, const base::Aor*) {
                    if (entry == nullptr ||
                        (command.guests_only && (entry->guest_of.text.empty() || !is_served(entry->bindings))))
                        return;
                    for (const Binding& binding : entry->bindings)
                        page.rows.push_back(
                            report_of(*entry->aor, settings_.site, entry->guest_of, entry->stray, binding, now_));
                });
            offset = reached.value;
        }
        if (full()) {
            page.next = base::Sequence{offset};
            return page;
        }
        table = 1;
        offset = 0;
    }
    for (; !command.guests_only && table <= peers_.size(); ++table, offset = 0) {
        const Peer& peer = std::next(peers_.begin(), static_cast<std::ptrdiff_t>(table - 1))->second;
        const auto& entries = peer.registrations.entries();
        if (offset >= entries.size()) continue;
        for (auto entry = std::next(entries.begin(), static_cast<std::ptrdiff_t>(offset)); entry != entries.end();
             ++entry) {
            if (full()) {
                page.next = base::Sequence{table << site_shift | offset};
                return page;
            }
            for (const Binding& binding : entry->second.bindings)
                page.rows.push_back(
                    report_of(entry->first, peer.name, entry->second.guest_of, entry->second.stray, binding, now_));
            ++offset;
        }
    }
    return page;
}

base::Expected<base::Aor> Gatekeeper::State::aor_as_typed(std::string_view typed) const {
    auto aor = base::Aor::parse(typed);
    if (!aor) aor = base::Aor::from_parts(typed, settings_.matching.domains.front());
    return aor;
}

Report Gatekeeper::State::carry_out(const Drain& command) {
    if (command.reason.size() > Limits::reason_octets)
        return Declined{"a reason has at most " + std::to_string(Limits::reason_octets) + " octets"};
    if (command.lasts && (*command.lasts < std::chrono::seconds(1) || *command.lasts > Limits::longest_drain))
        return Declined{"a drain with an end lasts from 1 s to 7 d, not " + base::in_words(*command.lasts) +
                        "; one without lasts until --resume"};
    draining_ = Maintenance{command.reason, {}};
    if (command.lasts) draining_->ends = now_ + *command.lasts;
    announce(DrainBegan{command.reason, command.lasts});
    for (auto& [name, peer] : peers_) send_heartbeat(peer);  // they open at once
    return Done{"draining: phones are sent to their backups; " +
                (command.lasts ? "it ends by itself in " + base::in_words(*command.lasts) + ", or by --resume"
                               : "--resume ends it")};
}

Report Gatekeeper::State::carry_out(const Resume&) {
    if (!draining_) return Declined{"this site is not draining"};
    end_drain(false);
    return Done{"serving again"};
}

Report Gatekeeper::State::carry_out(const ShowHistory& command) {
    for (const auto& [name, peer] : peers_)
        if (peer.failover.began) history_.put(failover_row(peer));
    return history_.report(command.home, now_);
}

Report Gatekeeper::State::carry_out(const ShowCalls& command) {
    return calling_.report(command, now_);
}

void Gatekeeper::State::end_drain(bool by_itself) {
    draining_.reset();
    announce(DrainEnded{by_itself});
    for (auto& [name, peer] : peers_) send_heartbeat(peer);
}

Report Gatekeeper::State::carry_out(const Failback& command) {
    Peer* home = find_peer(command.home);
    if (home == nullptr) return Declined{"'" + command.home.text + "' is no peer of this site; see --peers"};
    if (home->failover.phase != Phase::settling)
        return Declined{"the failover of " + command.home.text + " is in phase " +
                        std::string(to_text(home->failover.phase)) +
                        "; failback is possible once the home is back (phase settling)"};
    home->failover.failback_requested = true;
    review(*home);
    return Done{"phones of " + command.home.text + " are sent home"};
}

// The physical trigger (IP4) and the way home (IP13) stay what they are: only the verdict is the operator's.
Report Gatekeeper::State::carry_out(const Force& command) {
    Peer* home = find_peer(command.home);
    if (home == nullptr) return Declined{"'" + command.home.text + "' is no peer of this site; see --peers"};
    if (home->forced != command.verdict) {
        home->forced = command.verdict;
        announce(HomeForced{home->name, command.verdict});
    }
    review(*home);
    for (auto& [name, peer] : peers_) send_heartbeat(peer);
    if (command.verdict == ForcedVerdict::automatic) return Done{"this site judges " + home->name.text + " by itself"};
    return Done{home->name.text + " is taken to be " + std::string(to_text(command.verdict)) + " here until --force " +
                home->name.text + "=auto or a restart of this daemon"};
}

}  // namespace innkeeper::core
