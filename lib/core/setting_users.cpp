// What users and operators change of a user's settings: at home for good, at a backup until the failover ends (IP6).
#include "core/call_features.h"
#include "core/gatekeeper_state.h"
#include "core/standby.h"

namespace innkeeper::core {

// At home the record changes at once, and with it what backups are told; PostgreSQL has it when it can.
base::Expected<std::string> Gatekeeper::State::change_settings(const base::Aor& aor, std::string_view changes) {
    const std::string user(aor.text());
    const Caller caller = identify(aor);
    if (caller.record != nullptr && caller.record->terminal == backup::TerminalKind::group)
        return base::error(user + " is a hunt group: change it by --import-groups at its home");
    if (caller.standing == Standing::own) {
        auto settings = changed_settings(caller.record->settings, changes);
        if (!settings) return base::Unexpected{settings.error()};
        backup::UserRecord record = caller.record->clone();
        record.settings = *settings;
        directory_.put(std::move(record));
        unwritten_settings_[aor] = {aor, std::move(*settings), now_};
        out_->push_back(WriteRow{unwritten_settings_[aor]});
        publish_soon();
        return std::string("changed");
    }
    const LocationEntry* entry = location_.find(aor);
    if (caller.home == nullptr || entry == nullptr || !is_served(entry->bindings))
        return base::error(user + " is no user of this site and no guest here: change it at home");
    auto settings = changed_settings(*vault_.find(aor).settings, changes);
    if (!settings) return base::Unexpected{settings.error()};
    vault_.overlay(caller.home->name, aor, std::move(*settings));
    return "in effect until the failover of " + caller.home->name.text + " ends";
}

Report Gatekeeper::State::carry_out(const SetUser& command) {
    const auto aor = aor_as_typed(command.aor);
    if (!aor) return Declined{aor.error().text};
    const auto changed = change_settings(*aor, command.changes);
    if (!changed) return Declined{changed.error().text};
    return Done{*changed};
}

// What ends with the failover (IP6), before it does.
Report Gatekeeper::State::carry_out(const ShowFailoverChanges& command) {
    if (find_peer(command.home) == nullptr)
        return Declined{"'" + command.home.text + "' is no peer of this site; see --peers"};
    FailoverChangesReport report{command.home, {}, calling_.calls_of_guests(command.home, now_)};
    vault_.each_overlay(command.home, [&](const backup::UserRecord& record, const std::string& changed) {
        for (SettingChange& change : differences(record.settings, changed))
            report.settings.push_back({record.aor, std::move(change)});
    });
    return report;
}

}  // namespace innkeeper::core
