#include "core/history.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace innkeeper::core {
namespace {

FailoverReport report_of(const FailoverRow& row, base::Instant now) {
    const auto age = [now](const std::optional<base::Instant>& moment) {
        return moment ? std::optional(now - *moment) : std::nullopt;
    };
    FailoverReport report;
    report.home = row.home;
    report.number = row.number;
    report.allowed = now - row.allowed;
    report.began = age(row.began);
    report.returning = age(row.returning);
    report.ended = age(row.ended);
    report.cause = row.cause;
    report.evidence = row.evidence;
    report.first_guest = row.first_guest;
    report.moved = row.guests;
    report.refused = row.refused;
    report.longest_gap = row.longest_gap;
    report.released = row.released;
    report.stops = row.stops;
    report.relapses = row.relapses;
    return report;
}

}  // namespace

std::vector<std::string> evidence_in_words(const std::string& reason, const HealthEvidence& evidence) {
    std::vector<std::string> words{reason};
    const auto tenths = evidence.silence / std::chrono::milliseconds(100);
    words.push_back("not heard for " + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s");
    if (evidence.port_refuses) words.emplace_back("its port refuses");
    if (evidence.knocking_phones > 0)
        words.push_back(std::to_string(evidence.knocking_phones) + " of its phones knocking here");
    if (evidence.third_peer_misses) words.emplace_back("a third peer misses it too");
    if (evidence.third_peer_hears) words.emplace_back("a third peer hears it");
    return words;
}

void History::put(FailoverRow row) {
    const auto known = std::find_if(failovers_.begin(), failovers_.end(), [&](const FailoverRow& one) {
        return one.home == row.home && one.number == row.number;
    });
    if (known != failovers_.end()) {
        *known = std::move(row);
        return;
    }
    failovers_.push_back(std::move(row));
    if (failovers_.size() <= Limits::failovers_remembered) return;
    failovers_.erase(
        std::min_element(failovers_.begin(), failovers_.end(),
                         [](const FailoverRow& one, const FailoverRow& other) { return one.allowed < other.allowed; }));
}

HistoryReport History::report(const base::SiteName& home, base::Instant now) const {
    HistoryReport report;
    for (const FailoverRow& row : failovers_)
        if (home.text.empty() || row.home == home) report.failovers.push_back(report_of(row, now));
    std::stable_sort(
        report.failovers.begin(), report.failovers.end(),
        [](const FailoverReport& one, const FailoverReport& other) { return one.allowed < other.allowed; });
    return report;
}

}  // namespace innkeeper::core
