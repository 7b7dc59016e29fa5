#include "control/report_json.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "host/clock.h"
#include "host/text.h"

namespace innkeeper::control {
namespace {

using Json = nlohmann::ordered_json;

double seconds(base::Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

std::string text(std::string_view view) {
    return std::string(view);
}

Json or_null(const std::optional<base::Duration>& duration) {
    return duration ? Json(seconds(*duration)) : Json();
}

Json document(const char* key, Json content) {
    return {{"schema", schema}, {key, std::move(content)}};
}

template <class Items, class One>
Json list(const Items& items, One one) {
    Json json = Json::array();
    for (const auto& item : items) json.push_back(one(item));
    return json;
}

Json one_home(const core::HomeStatus& home) {
    return {{"home", home.home.text},
            {"health", text(to_text(home.health))},
            {"phase", text(to_text(home.phase))},
            {"phase_seconds", seconds(home.in_phase)},
            {"forced", text(to_text(home.forced))},
            {"guests", home.guests},
            {"strays", home.strays},
            {"standbys", home.standbys},
            {"records", home.records},
            {"backed_up_here", home.backed_up_here},
            {"why", home.why},
            {"stability_percent", home.stability},
            {"in_call", home.in_call},
            {"failback_waits_for", home.failback}};
}

Json one_peer(const core::PeerReport& peer) {
    return {{"site", peer.site.text},
            {"link_up", peer.link_up},
            {"link_detail", peer.link_detail},
            {"health", text(to_text(peer.health))},
            {"silence_seconds", seconds(peer.silence)},
            {"epoch", peer.epoch.value},
            {"forced", text(to_text(peer.forced))},
            {"forced_elsewhere", peer.forced_elsewhere},
            {"serving", peer.serving},
            {"why_not_serving", peer.why_not_serving},
            {"leaving", peer.leaving},
            {"registrations_behind", peer.registrations_behind},
            {"records_behind", peer.records_behind},
            {"registrations", peer.registrations},
            {"mismatches", peer.mismatches}};
}

Json one_registration(const core::RegistrationReport& row) {
    return {{"aor", text(row.aor.text())},
            {"site", row.site.text},
            {"guest_of", row.guest_of.text.empty() ? Json() : Json(row.guest_of.text)},
            {"stray", row.stray},
            {"contact", row.contact},
            {"flow", row.flow},
            {"user_agent", row.user_agent},
            {"terminal", text(to_text(row.terminal))},
            {"standby", row.standby},
            {"age_seconds", seconds(row.age)},
            {"remaining_seconds", seconds(row.remaining)}};
}

Json one_licence(const core::LicenceReport& licence) {
    return {{"pool", licence.pool},
            {"capacity", licence.capacity},
            {"used", licence.used},
            {"free", licence.used < licence.capacity ? licence.capacity - licence.used : 0},
            {"ends_in_seconds", or_null(licence.ends_in)}};
}

Json one_pbx(const core::PbxReport& pbx) {
    return {{"name", pbx.name},
            {"state", to_text(pbx.state)},
            {"detail", pbx.detail},
            {"silent_seconds", or_null(pbx.silent_for)}};
}

Json upstream(const std::optional<core::UpstreamReport>& counts) {
    if (!counts) return {};
    return {{"registered", counts->registered}, {"failed", counts->failed}, {"waiting", counts->waiting}};
}

Json report(const core::StatusReport& status) {
    return document("status", {{"site", status.site.text},
                               {"epoch", status.epoch.value},
                               {"serving", status.serving},
                               {"why_not_serving", status.why_not_serving},
                               {"users_borrowed", status.users_borrowed},
                               {"draining", status.draining},
                               {"drain_reason", status.drain_reason},
                               {"drain_ends_in_seconds", or_null(status.drain_ends_in)},
                               {"database_available", status.database_available},
                               {"users", status.users},
                               {"registrations", status.registrations},
                               {"guests", status.guests},
                               {"strays", status.strays},
                               {"standbys", status.standbys},
                               {"admissions",
                                {{"rate", status.admissions.rate},
                                 {"waiting", status.admissions.waiting},
                                 {"all_in_seconds", seconds(status.admissions.all_in_within)}}},
                               {"pbxs", list(status.pbxs, &one_pbx)},
                               {"upstream", upstream(status.upstream)},
                               {"homes", list(status.homes, &one_home)}});
}

Json report(const std::vector<core::PeerReport>& peers) {
    return document("peers", list(peers, &one_peer));
}

Json report(const core::RegistrationsReport& page) {
    Json json = document("registrations", list(page.rows, &one_registration));
    json["next"] = page.next ? Json(page.next->value) : Json();
    return json;
}

Json report(const std::vector<core::LicenceReport>& licences) {
    return document("licences", list(licences, &one_licence));
}

Json report(const core::ExplainReport& explained) {
    const auto one_fact = [](const auto& fact) { return Json{{"name", fact.first}, {"value", fact.second}}; };
    return document("explain", {{"aor", text(explained.aor.text())},
                                {"admitted", explained.admitted},
                                {"rule", explained.rule},
                                {"explanation", explained.explanation},
                                {"advice", explained.advice},
                                {"facts", list(explained.facts, one_fact)}});
}

// For people the moments, by this machine's clock; for programs the ages as well.
Json one_failover(const core::FailoverReport& failover) {
    const auto at = [](const std::optional<base::Duration>& age) {
        return age ? Json(host::utc_text(host::wall_now() - *age)) : Json();
    };
    return {{"home", failover.home.text},
            {"number", failover.number},
            {"lost_at", at(failover.allowed)},
            {"began_at", at(failover.began)},
            {"returning_at", at(failover.returning)},
            {"ended_at", at(failover.ended)},
            {"lost_seconds_ago", seconds(failover.allowed)},
            {"ended_seconds_ago", failover.ended ? Json(seconds(*failover.ended)) : Json()},
            {"cause", failover.cause},
            {"evidence", failover.evidence},
            {"first_guest", failover.first_guest},
            {"moved", failover.moved},
            {"refused", failover.refused},
            {"longest_gap_seconds", seconds(failover.longest_gap)},
            {"released", failover.released},
            {"stops", failover.stops},
            {"relapses", failover.relapses}};
}

Json report(const core::HistoryReport& history) {
    return document("history", list(history.failovers, &one_failover));
}

Json one_call(const core::CallReport& call) {
    const core::CallRecord& record = call.record;
    const auto after = [](const std::optional<base::Duration>& time) { return time ? Json(seconds(*time)) : Json(); };
    return {{"began_at", host::utc_text(host::wall_now() - call.age)},
            {"began_seconds_ago", seconds(call.age)},
            {"caller", record.caller},
            {"callee", record.callee},
            {"status", record.status == 0 ? Json() : Json(record.status)},
            {"route", record.route},
            {"setup_seconds", after(record.setup)},
            {"answered_after_seconds", after(call.answered_after)},
            {"ended_after_seconds", after(call.ended_after)},
            {"guest_of", record.guest_of.text.empty() ? Json() : Json(record.guest_of.text)},
            {"source", record.source.empty() ? Json() : Json(record.source)},
            {"call_id", record.call_id}};
}

Json report(const core::FailoverChangesReport& changes) {
    Json settings = Json::array();
    for (const auto& [aor, change] : changes.settings)
        settings.push_back({{"aor", text(aor.text())},
                            {"key", change.key},
                            {"before", Json::parse(change.before)},
                            {"after", Json::parse(change.after)}});
    return document(
        "failover_changes",
        {{"home", changes.home.text}, {"settings", std::move(settings)}, {"calls", list(changes.calls, &one_call)}});
}

Json report(const core::CallsReport& calls) {
    return document("calls", list(calls.calls, &one_call));
}

Json one_group(const core::GroupReport& group) {
    const auto one_member = [](const core::GroupMemberReport& member) {
        return Json{{"to", member.target}, {"registered_at", member.at ? Json(member.at->text) : Json()}};
    };
    const auto text_or_null = [](const std::string& value) { return value.empty() ? Json() : Json(value); };
    return {{"aor", text(group.aor.text())},
            {"display_name", group.display_name},
            {"extension", group.extension},
            {"enabled", group.enabled},
            {"home", group.home.text},
            {"in_service_at", group.in_service_at.text},
            {"since_seconds", seconds(group.since)},
            {"trouble", text_or_null(group.trouble)},
            {"strategy", text(group.strategy)},
            {"members", list(group.members, one_member)},
            {"overflow", text_or_null(group.overflow)},
            {"night", group.night},
            {"night_target", text_or_null(group.night_target)},
            {"night_now", group.night_now}};
}

Json report(const core::GroupsReport& page) {
    Json json = document("groups", list(page.rows, &one_group));
    json["next"] = page.next ? Json(text(page.next->text())) : Json();
    return json;
}

Json one_finding(const core::Finding& finding) {
    return {{"severity", text(to_text(finding.severity))},
            {"name", text(finding.name)},
            {"text", finding.text},
            {"advice", text(finding.advice)}};
}

Json report(const core::ReadinessReport& readiness) {
    const auto one_pair = [](const core::PairReadiness& pair) {
        return Json{{"home", pair.home.text},
                    {"backup", pair.backup.text.empty() ? Json() : Json(pair.backup.text)},
                    {"ready", pair.ready()},
                    {"findings", list(pair.findings, &one_finding)}};
    };
    return document(
        "ready",
        {{"site", readiness.site.text}, {"ready", readiness.ready()}, {"pairs", list(readiness.pairs, one_pair)}});
}

Json report(const core::DrillReport& drill) {
    const auto one_aor = [](const base::Aor& aor) { return Json(text(aor.text())); };
    const auto one_reason = [&](const core::NotCoveredCount& count) {
        return Json{{"reason", text(to_text(count.reason))},
                    {"phones", count.phones},
                    {"advice", text(advice(count.reason))},
                    {"first", list(count.first, one_aor)}};
    };
    return document("drill", {{"home", drill.home.text},
                              {"backup", drill.backup.text},
                              {"phones", drill.phones},
                              {"covered", drill.covered},
                              {"physical", drill.physical},
                              {"not_covered", list(drill.not_covered, one_reason)},
                              {"first_guest_seconds", or_null(drill.first_guest_witnessed)},
                              {"first_guest_unwitnessed_seconds", or_null(drill.first_guest_alone)},
                              {"pacing_seconds", or_null(drill.pacing)},
                              {"last_refresh_seconds", or_null(drill.last_refresh)},
                              {"findings", list(drill.findings, &one_finding)}});
}

Json report(const core::Done& done) {
    return document("done", done.text);
}

Json report(const core::Declined& declined) {
    return document("declined", declined.text);
}

}  // namespace

Json to_json(const core::Report& any) {
    return std::visit([](const auto& one) { return report(one); }, any);
}

std::string to_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace innkeeper::control
