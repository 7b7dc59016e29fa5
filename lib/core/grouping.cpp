// Hunt groups as an operator sees them: of this site, and those of other homes that are entrusted to it.
#include <algorithm>

#include "core/gatekeeper_state.h"
#include "core/hunt_group.h"

namespace innkeeper::core {

GroupReport Gatekeeper::State::report_on_group(const backup::UserRecord& record, const Peer* home) {
    GroupReport report;
    report.aor = record.aor;
    report.display_name = record.display_name;
    report.extension = record.extension;
    report.enabled = record.enabled;
    report.home = home == nullptr ? settings_.site : home->name;
    const bool here = home == nullptr || serves_groups_of(*home);
    report.in_service_at = here ? settings_.site : home->name;
    const base::Instant since = home == nullptr                       ? started_
                                : here && home->failover.began        ? *home->failover.began
                                : here && home->link != LinkState::up ? home->heard
                                                                      : home->failover.since;
    report.since = now_ - since;
    const auto group = parse_hunt_group(record.aor, record.settings);
    if (!group) {
        report.trouble = group.error().text;
        return report;
    }
    report.strategy = to_text(group->strategy);
    for (const HuntMember& member : group->members)
        report.members.push_back({to_text(member.target), calling_.registered_at(now_, member.target.aor)});
    if (group->overflow) report.overflow = to_text(*group->overflow);
    for (const DailyWindow& window : group->night) report.night.push_back(window.text());
    if (!group->night.empty()) report.night_target = to_text(group->night_target);
    report.night_now = group->is_night(minute_of_day_);
    return report;
}

Report Gatekeeper::State::carry_out(const ShowGroups& command) {
    struct Found {
        const backup::UserRecord* record;
        const Peer* home;  // null: this site
    };
    std::vector<Found> groups;
    const auto take = [&](const backup::UserRecord& record, const Peer* home) {
        if (record.terminal == backup::TerminalKind::group && record.aor.text() > command.after)
            groups.push_back({&record, home});
    };
    directory_.each([&](const backup::UserRecord& record) { take(record, nullptr); });
    for (const auto& [name, peer] : peers_)
        vault_.each(name, [&, home = &peer](const backup::UserRecord& record) { take(record, home); });
    std::sort(groups.begin(), groups.end(),
              [](const Found& one, const Found& other) { return one.record->aor < other.record->aor; });
    GroupsReport page;
    std::size_t rows = 0;  // groups and members: what makes a page long
    for (const Found& found : groups) {
        if (rows >= Limits::report_rows) {
            page.next = page.rows.back().aor;
            break;
        }
        page.rows.push_back(report_on_group(*found.record, found.home));
        rows += 1 + page.rows.back().members.size();
    }
    return page;
}

}  // namespace innkeeper::core
