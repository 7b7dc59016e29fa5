#include "metrics/census_series.h"

#include <algorithm>
#include <limits>

namespace innkeeper::metrics {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

double in_seconds(base::Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

CensusSeries::CensusSeries(prometheus::Registry& registry, const core::Settings& settings)
    : site_(make_site(registry)) {
    auto& pbx = gauges(registry, "pbx_up", "1 while a PBX of this site answers; calls pass by one that is away.");
    for (const auto& one : settings.calls.pbxs) (pbxs_[one.name] = &pbx.Add({{"pbx", one.name}}))->Set(1);
    auto& upstream = gauges(registry, "upstream_registrations", "Users registered with the PBX on their behalf.");
    for (std::size_t i = 0; const char* state : {"registered", "failed", "waiting"})
        upstream_[i++] = &upstream.Add({{"state", state}});
    add_homes(registry, settings);
    add_peers(registry, settings);
    add_pairs(registry, settings);
    add_pools(registry);
}

CensusSeries::Site CensusSeries::make_site(prometheus::Registry& registry) {
    return {gauge(registry, "serving", "1 while users are loaded and phones are served."),
            gauge(registry, "users_borrowed",
                  "1 while the users served are a backup's copy, because the database has been away since the start."),
            gauge(registry, "draining", "1 during planned maintenance."),
            gauge(registry, "database_available", "1 while PostgreSQL answers."),
            gauge(registry, "users", "Own users."),
            gauge(registry, "registrations", "Own users that are registered here."),
            gauge(registry, "bindings", "Contacts held here, of own users and of guests."),
            gauge(registry, "replica_registrations", "Users known to be registered at the peers."),
            gauge(registry, "admission_rate", "Newcomers that are let in per second now; falls with loop lag."),
            gauge(registry, "admissions_waiting", "Phones that were told when their turn is and did not come yet."),
            gauge(registry, "admissions_all_in_seconds", "Until the last turn that was promised.")};
}

void CensusSeries::add_homes(prometheus::Registry& registry, const core::Settings& settings) {
    auto& phase = gauges(registry, "failover_phase", "1 for the phase in which the failover of a home stands here.");
    auto& in_phase = gauges(registry, "failover_phase_age_seconds", "How long the failover has been in its phase.");
    auto& stability = gauges(registry, "home_stability_ratio", "How much of its stability a home has proved, 0 to 1.");
    auto& in_call = gauges(registry, "guests_in_call", "Guests that are not sent home before their call ends.");
    auto& guests = gauges(registry, "guests", "Users of a home that are registered here.");
    auto& strays = gauges(registry, "strays", "Of the guests: those whose home serves but does not reach them.");
    auto& forced = gauges(registry, "home_forced", "1 while an operator's verdict about a home is in force (--force).");
    auto& standbys = gauges(registry, "standbys", "Users of a home that stand by here while their home has them.");
    auto& records = gauges(registry, "backup_records", "User records of a home held in memory here.");
    for (const auto& site : settings.peers) {
        const Labels home{{"home", site.text}};
        Home& series = homes_[site];
        for (const auto one : core::every_phase)
            series.phase[static_cast<std::size_t>(one)] =
                &phase.Add({{"home", site.text}, {"phase", label(to_text(one))}});
        series.phase[static_cast<std::size_t>(core::Phase::normal)]->Set(1);
        series.in_phase = &in_phase.Add(home);
        series.stability = &stability.Add(home);
        series.in_call = &in_call.Add(home);
        series.guests = &guests.Add(home);
        series.strays = &strays.Add(home);
        series.forced = {&forced.Add({{"home", site.text}, {"verdict", "lost"}}),
                         &forced.Add({{"home", site.text}, {"verdict", "serving"}})};
        series.standbys = &standbys.Add(home);
        series.records = &records.Add(home);
    }
}

void CensusSeries::add_peers(prometheus::Registry& registry, const core::Settings& settings) {
    auto& health = gauges(registry, "peer_health", "1 for what this site thinks of the health of a peer.");
    auto& link_up = gauges(registry, "peer_link_up", "1 while the link to the peer is established and trusted.");
    auto& silence = gauges(registry, "peer_silence_seconds", "Age of the last heartbeat heard.");
    auto& behind = gauges(registry, "replication_lag_records", "Changes of the peer that did not arrive here yet.");
    auto& mismatches = gauges(registry, "peer_mismatches", "Settings that must be equal there and here and are not.");
    for (const auto& site : settings.peers) {
        const Labels peer{{"peer", site.text}};
        const auto lag = [&](core::Dataset dataset) {
            return &behind.Add({{"peer", site.text}, {"dataset", label(to_text(dataset))}});
        };
        Peer& series = peers_[site];
        for (const auto state : core::every_peer_health)
            series.health[static_cast<std::size_t>(state)] =
                &health.Add({{"peer", site.text}, {"state", label(to_text(state))}});
        series.health[static_cast<std::size_t>(core::PeerHealth::unknown)]->Set(1);
        series.link_up = &link_up.Add(peer);
        series.silence = &silence.Add(peer);
        series.registrations_behind = lag(core::Dataset::registrations);
        series.records_behind = lag(core::Dataset::records);
        series.mismatches = &mismatches.Add(peer);
    }
}

// Whether a peer counts on this site is known only when it has said so: until then its pair is no number, which no
// comparison of an alert is true for.
void CensusSeries::add_pairs(prometheus::Registry& registry, const core::Settings& settings) {
    auto& ready = gauges(registry, "failover_ready",
                         "1 if a failover of this home to this backup would work now, 0 if not; NaN where the home "
                         "does not count on this site.");
    auto& findings =
        gauges(registry, "failover_findings", "What speaks against a failover; --ready tells it in words.");
    const auto add = [&](const base::SiteName& home, const base::SiteName& backup) {
        const auto count = [&](core::Severity severity) {
            return &findings.Add(
                {{"home", home.text}, {"backup", backup.text}, {"severity", label(to_text(severity))}});
        };
        pairs_[{home, backup}] = {&ready.Add({{"home", home.text}, {"backup", backup.text}}),
                                  count(core::Severity::blocks), count(core::Severity::warns)};
    };
    for (const auto& backup : settings.backups) add(settings.site, backup);
    for (const auto& peer : settings.peers) add(peer, settings.site);
    observe_pairs({});
}

void CensusSeries::observe_pairs(const core::Census& census) {
    for (auto& [names, series] : pairs_) {
        const auto pair = std::find_if(census.pairs.begin(), census.pairs.end(), [&names = names](const auto& one) {
            return one.home == names.first && one.backup == names.second;
        });
        const bool known = pair != census.pairs.end();
        std::uint64_t blocks = 0;
        if (known)
            for (const core::Finding& finding : pair->findings) blocks += finding.severity == core::Severity::blocks;
        series.ready->Set(known ? (blocks == 0 ? 1 : 0) : std::numeric_limits<double>::quiet_NaN());
        set(*series.blocks, blocks);
        set(*series.warns, known ? pair->findings.size() - blocks : 0);
    }
}

// A pool is a terminal kind.
void CensusSeries::add_pools(prometheus::Registry& registry) {
    using backup::TerminalKind;
    auto& used = gauges(registry, "licences_used", "Licences drawn from a pool.");
    auto& free = gauges(registry, "licences_free", "Licences left in a pool; +Inf where nothing limits it.");
    auto& left = gauges(registry, "licences_remaining_seconds",
                        "Time until the licences of a pool end, negative when they have; +Inf where they do not.");
    for (const auto kind :
         {TerminalKind::desk, TerminalKind::dect, TerminalKind::analogue, TerminalKind::video, TerminalKind::soft}) {
        const Labels pool{{"pool", label(to_text(kind))}};
        pools_.emplace(to_text(kind), Pool{&used.Add(pool), &free.Add(pool), &left.Add(pool)});
    }
    observe_licences({});
}

void CensusSeries::observe(const core::Census& census) {
    const core::StatusReport& status = census.status;
    site_.serving.Set(status.serving);
    site_.users_borrowed.Set(status.users_borrowed);
    site_.draining.Set(status.draining);
    site_.database_available.Set(status.database_available);
    set(site_.users, status.users);
    set(site_.registrations, status.registrations);
    set(site_.bindings, census.bindings);
    set(site_.replica_registrations, census.replica_registrations);
    set(site_.admission_rate, status.admissions.rate);
    set(site_.admissions_waiting, status.admissions.waiting);
    site_.all_in.Set(in_seconds(status.admissions.all_in_within));
    const core::UpstreamReport upstream = status.upstream.value_or(core::UpstreamReport{});
    set(*upstream_[0], upstream.registered);
    set(*upstream_[1], upstream.failed);
    set(*upstream_[2], upstream.waiting);
    for (const core::PbxReport& pbx : status.pbxs)
        if (const auto series = pbxs_.find(pbx.name); series != pbxs_.end())
            series->second->Set(pbx.state != core::PbxState::away);
    for (const core::HomeStatus& home : status.homes) {
        const auto series = homes_.find(home.home);
        if (series == homes_.end()) continue;
        for (const auto phase : core::every_phase)
            series->second.phase[static_cast<std::size_t>(phase)]->Set(phase == home.phase);
        series->second.in_phase->Set(in_seconds(home.in_phase));
        series->second.stability->Set(home.stability / 100.0);
        set(*series->second.in_call, home.in_call);
        set(*series->second.guests, home.guests);
        set(*series->second.strays, home.strays);
        series->second.forced[0]->Set(home.forced == core::ForcedVerdict::lost);
        series->second.forced[1]->Set(home.forced == core::ForcedVerdict::serving);
        set(*series->second.standbys, home.standbys);
        set(*series->second.records, home.records);
    }
    for (const core::PeerReport& peer : census.peers) {
        const auto series = peers_.find(peer.site);
        if (series == peers_.end()) continue;
        for (const auto health : core::every_peer_health)
            series->second.health[static_cast<std::size_t>(health)]->Set(health == peer.health);
        series->second.link_up->Set(peer.link_up);
        series->second.silence->Set(in_seconds(peer.silence));
        set(*series->second.registrations_behind, peer.registrations_behind);
        set(*series->second.records_behind, peer.records_behind);
        set(*series->second.mismatches, peer.mismatches.size());
    }
    observe_pairs(census);
    observe_licences(census);
}

void CensusSeries::observe_licences(const core::Census& census) {
    for (auto& [name, pool] : pools_) {
        const auto report = std::find_if(census.licences.begin(), census.licences.end(),
                                         [&name = name](const auto& one) { return one.pool == name; });
        const bool limited = report != census.licences.end();
        set(*pool.used, limited ? report->used : 0);
        pool.free->Set(!limited ? unlimited
                                : static_cast<double>(report->capacity - std::min(report->used, report->capacity)));
        pool.left->Set(limited && report->ends_in ? in_seconds(*report->ends_in) : unlimited);
    }
}

}  // namespace innkeeper::metrics
