#include "metrics/notice_series.h"

#include <variant>

namespace innkeeper::metrics {
namespace {

constexpr std::size_t index(auto value) {
    return static_cast<std::size_t>(value);
}

}  // namespace

NoticeSeries::NoticeSeries(prometheus::Registry& registry, const core::Settings& settings)
    : promised_waits_(histograms(registry, "promised_wait_seconds", "Waits told to phones with their turn.")
                          .Add({}, Histogram::BucketBoundaries{1, 2, 5, 10, 20, 60, 120, 300, 600})) {
    add_registers(registry);
    auto& admissions = counters(registry, "admissions_total", "Phones let in that were not registered, by priority.");
    for (const auto priority : backup::every_priority)
        admissions_[index(priority)] = &admissions.Add({{"priority", label(to_text(priority))}});
    auto& removed = counters(registry, "phones_removed_total", "Registrations that ended, by cause.");
    for (const auto cause : {core::RemovalCause::unregistered, core::RemovalCause::expired, core::RemovalCause::moved,
                             core::RemovalCause::user_removed, core::RemovalCause::unreachable})
        removed_[index(cause)] = &removed.Add({{"cause", label(to_text(cause))}});
    doubles_ended_ = &counters(registry, "double_services_ended_total",
                               "Phones registered here and at another site whose binding here gave way.")
                          .Add({});
    add_peers(registry, settings);
}

// What cannot happen (an admission with a reason, a refusal without) shares the series of what it resembles.
void NoticeSeries::add_registers(prometheus::Registry& registry) {
    auto& family = counters(registry, "registers_total", "REGISTER requests judged, by verdict and reason.");
    const auto add = [&](core::Verdict verdict, std::string_view reason) {
        return &family.Add({{"verdict", label(to_text(verdict))}, {"reason", label(reason)}});
    };
    constexpr std::size_t none = reasons - 1;
    registers_[index(core::Verdict::admitted)].fill(add(core::Verdict::admitted, "none"));
    auto& challenged = registers_[index(core::Verdict::challenged)];
    challenged.fill(add(core::Verdict::challenged, "none"));
    challenged[index(core::Refusal::wrong_credentials)] =
        add(core::Verdict::challenged, to_text(core::Refusal::wrong_credentials));
    auto& refused = registers_[index(core::Verdict::refused)];
    for (const auto refusal : core::every_refusal)
        refused[index(refusal)] = add(core::Verdict::refused, to_text(refusal));
    refused[none] = refused[index(core::Refusal::malformed)];
}

void NoticeSeries::add_peers(prometheus::Registry& registry, const core::Settings& settings) {
    auto& failovers = counters(registry, "failovers_total", "Failovers begun here for the phones of a home.");
    auto& served = counters(registry, "standbys_served_total",
                            "Standby bindings that went into service without another REGISTER.");
    auto& stops = counters(registry, "failback_stops_total",
                           "Failbacks stopped because phones that were sent home did not get in there.");
    auto& durations =
        histograms(registry, "failover_duration_seconds", "How long failovers took, from first guest on.");
    auto& gaps = histograms(registry, "failover_longest_gap_seconds",
                            "Longest time that one phone was without service, of each failover.");
    auto& lost = counters(registry, "peer_losses_total", "How often a peer was judged lost.");
    auto& repaired = counters(registry, "replica_repairs_total", "Copies fetched again because their digest differed.");
    const auto repairs = [&](const base::SiteName& site, core::Dataset dataset) {
        return &repaired.Add({{"peer", site.text}, {"dataset", label(to_text(dataset))}});
    };
    for (const auto& site : settings.peers)
        peers_[site] = {
            &failovers.Add({{"home", site.text}}),
            &served.Add({{"home", site.text}}),
            &stops.Add({{"home", site.text}}),
            &durations.Add({{"home", site.text}}, Histogram::BucketBoundaries{60, 300, 900, 3600, 14400, 86400}),
            &gaps.Add({{"home", site.text}}, Histogram::BucketBoundaries{5, 10, 20, 40, 80, 160, 320}),
            &lost.Add({{"peer", site.text}}),
            repairs(site, core::Dataset::registrations),
            repairs(site, core::Dataset::records)};
}

void NoticeSeries::count(const core::Notice& notice) {
    std::visit([this](const auto& one) { on(one); }, notice);
}

void NoticeSeries::on(const core::RegisterJudged& judged) {
    const std::size_t reason = judged.refusal ? index(*judged.refusal) : reasons - 1;
    registers_[index(judged.verdict)][reason]->Increment();
    if (judged.refusal == core::Refusal::paced) ++paced_;
}

void NoticeSeries::on(const core::PhoneRegistered& registered) {
    admissions_[index(registered.priority)]->Increment();
}

void NoticeSeries::on(const core::TurnPromised& promised) {
    promised_waits_.Observe(static_cast<double>(promised.wait.count()));
}

void NoticeSeries::on(const core::PhoneRemoved& removed) {
    removed_[index(removed.cause)]->Increment();
}

void NoticeSeries::on(const core::StandbysServed& served) {
    const auto peer = peers_.find(served.home);
    if (peer != peers_.end()) peer->second.standbys_served->Increment(static_cast<double>(served.phones));
}

void NoticeSeries::on(const core::PeerHealthChanged& changed) {
    const auto peer = peers_.find(changed.site);
    if (peer != peers_.end() && changed.to == core::PeerHealth::lost) peer->second.lost->Increment();
}

void NoticeSeries::on(const core::FailoverBegan& began) {
    const auto peer = peers_.find(began.home);
    if (peer != peers_.end()) peer->second.failovers->Increment();
}

void NoticeSeries::on(const core::FailoverEnded& ended) {
    const auto peer = peers_.find(ended.home);
    if (peer == peers_.end()) return;
    peer->second.durations->Observe(std::chrono::duration<double>(ended.duration).count());
    peer->second.gaps->Observe(std::chrono::duration<double>(ended.longest_gap).count());
}

void NoticeSeries::on(const core::FailbackStopped& stopped) {
    const auto peer = peers_.find(stopped.home);
    if (peer != peers_.end()) peer->second.stops->Increment();
}

void NoticeSeries::on(const core::ReplicaRepaired& repaired) {
    const auto peer = peers_.find(repaired.site);
    if (peer == peers_.end()) return;
    const bool registrations = repaired.dataset == core::Dataset::registrations;
    (registrations ? peer->second.repaired_registrations : peer->second.repaired_records)->Increment();
}

void NoticeSeries::on(const core::DoubleServiceEnded&) {
    doubles_ended_->Increment();
}

}  // namespace innkeeper::metrics
