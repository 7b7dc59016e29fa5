#include "daemon/describe.h"

#include <string>
#include <utility>
#include <vector>

namespace innkeeper::daemon {
namespace {

using host::Field;
using host::Level;
using Fields = std::vector<Field>;

struct Description {
    std::string_view event;
    Fields fields;
};

std::string text(std::string_view view) {
    return std::string(view);
}

// What is empty says nothing.
void add(Fields& fields, std::string_view name, std::string_view value) {
    if (!value.empty()) fields.push_back({name, text(value)});
}

std::string seconds(base::Duration duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

// A wrong password is worth a line as much as a refusal of somebody known: who bans guessers reads it (R18). A
// challenge alone is not, every phone gets one.
Level level(const core::RegisterJudged& judged) {
    const bool wrong = judged.refusal == core::Refusal::wrong_credentials;
    return judged.refusal && (wrong || !judged.aor.empty()) ? Level::info : Level::debug;
}
Level level(const core::PeerHealthChanged& changed) {
    return changed.to == core::PeerHealth::lost ? Level::warning : Level::info;
}
Level level(const core::PeerLinkReported& reported) {
    switch (reported.state) {
        case core::LinkState::up:
            return Level::info;
        case core::LinkState::untrusted:
            return Level::error;
        case core::LinkState::refused:
        case core::LinkState::lost:
        case core::LinkState::unreachable:
            return Level::warning;
    }
    return Level::warning;
}
Level level(const core::StoreReported& reported) {
    return reported.available ? Level::info : Level::warning;  // phones keep registering without it
}
Level level(const core::UsersBorrowed&) {
    return Level::warning;
}
Level level(const core::MemoryIgnored&) {
    return Level::warning;
}
Level level(const core::PeerMismatched&) {
    return Level::warning;
}
Level level(const core::FailoverBegan&) {
    return Level::warning;
}
Level level(const core::HomeForced&) {
    return Level::warning;
}
Level level(const core::PbxReported& reported) {
    return reported.available ? Level::info : Level::error;
}
Level level(const core::PbxStateChanged& changed) {
    return changed.there ? Level::info : Level::warning;
}
Level level(const core::UpstreamRefused&) {
    return Level::warning;
}
Level level(const core::FailbackStopped&) {
    return Level::warning;
}
Level level(const core::ReplicaRepaired&) {
    return Level::warning;
}
Level level(const core::EmergencyCall&) {
    return Level::warning;
}
Level level(const core::StormBegan&) {
    return Level::warning;
}
Level level(const core::TurnPromised&) {
    return Level::debug;
}
template <class Other>
Level level(const Other&) {
    return Level::info;
}

Description description(const core::RegisterJudged& judged) {
    Fields fields;
    add(fields, "aor", judged.aor.text());
    fields.push_back({"source", judged.source.text()});
    fields.push_back({"standing", text(to_text(judged.standing))});
    fields.push_back({"verdict", text(to_text(judged.verdict))});
    if (judged.refusal) fields.push_back({"reason", text(to_text(*judged.refusal))});
    return {"register_judged", std::move(fields)};
}

Description description(const core::PhoneRegistered& registered) {
    Fields fields{{"aor", text(registered.aor.text())}};
    add(fields, "guest_of", registered.guest_of.text);
    fields.push_back({"contact", registered.contact});
    if (registered.stray) fields.push_back({"stray", "yes"});
    return {"phone_registered", std::move(fields)};
}

Description description(const core::PhoneStandsBy& standing) {
    return {"phone_stands_by", {{"aor", text(standing.aor.text())}, {"home", standing.home.text}}};
}

Description description(const core::StandbysServed& served) {
    return {"standbys_served", {{"home", served.home.text}, {"phones", std::to_string(served.phones)}}};
}

Description description(const core::PhoneRemoved& removed) {
    Fields fields{{"aor", text(removed.aor.text())}};
    add(fields, "guest_of", removed.guest_of.text);
    fields.push_back({"cause", text(to_text(removed.cause))});
    add(fields, "moved_to", removed.moved_to.text);
    return {"phone_removed", std::move(fields)};
}

Description description(const core::PeerHealthChanged& changed) {
    return {"peer_health_changed",
            {{"peer", changed.site.text},
             {"from", text(to_text(changed.from))},
             {"to", text(to_text(changed.to))},
             {"evidence", changed.evidence}}};
}

Description description(const core::PeerLinkReported& reported) {
    Fields fields{{"peer", reported.site.text}, {"state", text(to_text(reported.state))}};
    add(fields, "detail", reported.detail);
    return {"peer_link", std::move(fields)};
}

Description description(const core::PeerMismatched& mismatched) {
    return {"peer_mismatched", {{"peer", mismatched.site.text}, {"mismatch", mismatched.mismatch}}};
}

Description description(const core::FailoverPhaseChanged& changed) {
    return {"failover_phase_changed",
            {{"home", changed.home.text},
             {"from", text(to_text(changed.from))},
             {"to", text(to_text(changed.to))},
             {"cause", changed.cause}}};
}

Description description(const core::FailoverBegan& began) {
    return {"failover_began", {{"home", began.home.text}, {"first_guest", text(began.first_guest.text())}}};
}

Description description(const core::FailoverEnded& ended) {
    return {"failover_ended",
            {{"home", ended.home.text},
             {"duration_seconds", seconds(ended.duration)},
             {"guests", std::to_string(ended.guests)},
             {"longest_gap_seconds", seconds(ended.longest_gap)}}};
}

Description description(const core::FailbackStopped& stopped) {
    return {
        "failback_stopped",
        {{"home", stopped.home.text}, {"reason", stopped.reason}, {"taken_back", std::to_string(stopped.taken_back)}}};
}

Description description(const core::ReplicaRepaired& repaired) {
    return {"replica_repaired", {{"peer", repaired.site.text}, {"dataset", text(to_text(repaired.dataset))}}};
}

Description description(const core::UsersReady& ready) {
    return {"users_ready", {{"count", std::to_string(ready.count)}}};
}

Description description(const core::UsersBorrowed& borrowed) {
    return {"users_borrowed", {{"from", borrowed.from.text}, {"count", std::to_string(borrowed.count)}}};
}

Description description(const core::RecordsBorrowed& borrowed) {
    return {"records_borrowed",
            {{"home", borrowed.home.text}, {"from", borrowed.from.text}, {"count", std::to_string(borrowed.count)}}};
}

Description description(const core::RecordsGiven& given) {
    return {"records_lent", {{"home", given.home.text}, {"to", given.to.text}, {"count", std::to_string(given.count)}}};
}

Description description(const core::MemoryRecovered& recovered) {
    Fields fields{{"records", std::to_string(recovered.records)}, {"bindings", std::to_string(recovered.bindings)}};
    if (recovered.torn) fields.push_back({"torn", "yes"});
    return {"memory_recovered", std::move(fields)};
}

Description description(const core::MemoryIgnored& ignored) {
    return {"memory_ignored", {{"reason", ignored.reason}}};
}

Description description(const core::DoubleServiceEnded& ended) {
    return {"double_service_ended", {{"aor", text(ended.aor.text())}, {"stays_at", ended.stays_at.text}}};
}

Description description(const core::StoreReported& reported) {
    Fields fields;
    add(fields, "detail", reported.detail);
    return {reported.available ? "database_available" : "database_unavailable", std::move(fields)};
}

Description description(const core::HomeForced& forced) {
    return {"home_forced", {{"home", forced.home.text}, {"verdict", text(to_text(forced.verdict))}}};
}

Description description(const core::PbxReported& reported) {
    Fields fields;
    add(fields, "detail", reported.detail);
    return {reported.available ? "pbx_available" : "pbx_lost", std::move(fields)};
}

Description description(const core::PbxStateChanged& changed) {
    Fields fields{{"pbx", changed.name}};
    add(fields, "detail", changed.detail);
    return {changed.there ? "pbx_back" : "pbx_away", std::move(fields)};
}

Description description(const core::UpstreamRefused& refused) {
    return {"upstream_refused", {{"aor", text(refused.aor.text())}, {"why", refused.why}}};
}

Description description(const core::StormBegan& began) {
    return {"storm_began", {{"admitted_per_second", std::to_string(began.rate)}}};
}

Description description(const core::StormPassed& passed) {
    return {"storm_passed",
            {{"duration_seconds", seconds(passed.duration)},
             {"told_to_wait", std::to_string(passed.told_to_wait)},
             {"longest_wait_seconds", seconds(passed.longest_wait)}}};
}

Description description(const core::TurnPromised& promised) {
    return {"turn_promised",
            {{"aor", text(promised.aor.text())}, {"wait_seconds", std::to_string(promised.wait.count())}}};
}

Description description(const core::CallConcluded& call) {
    Fields fields;
    add(fields, "caller", text(call.caller.text()));
    add(fields, "callee", text(call.callee.text()));
    add(fields, "status", std::to_string(call.status));
    add(fields, "route", call.route);
    add(fields, "guest_of", call.guest_of.text);
    add(fields, "setup_seconds", seconds(call.setup));
    return {"call_concluded", std::move(fields)};
}

Description description(const core::EmergencyCall& call) {
    return {"emergency_call", {{"caller", call.caller}, {"number", call.number}, {"source", call.source}}};
}

Description description(const core::DrainBegan& began) {
    Fields fields;
    add(fields, "reason", began.reason);
    if (began.lasts) fields.push_back({"ends_in_seconds", seconds(*began.lasts)});
    return {"drain_began", std::move(fields)};
}

Description description(const core::DrainEnded& ended) {
    return {"drain_ended", {{"by", ended.by_itself ? "time" : "operator"}}};
}

}  // namespace

host::Level level_of(const core::Notice& notice) {
    return std::visit([](const auto& one) { return level(one); }, notice);
}

host::LogLine describe(const core::Notice& notice) {
    Description said = std::visit([](const auto& one) { return description(one); }, notice);
    return {level_of(notice), said.event, std::move(said.fields)};
}

}  // namespace innkeeper::daemon
