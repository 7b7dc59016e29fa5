// What an operator asks in a scenario: through the same commands as the control socket's.
#include <algorithm>
#include <stdexcept>

#include "base/duration.h"
#include "scenarios/stage.h"
#include "support/print.h"
#include "support/settings.h"

namespace innkeeper::scenarios {
namespace {

std::string done_or_declined(const core::Report& report) {
    if (const auto* done = std::get_if<core::Done>(&report)) return "done: " + done->text;
    return "declined: " + std::get<core::Declined>(report).text;
}

core::ForcedVerdict verdict_in(const std::string& word) {
    for (const auto verdict : {core::ForcedVerdict::automatic, core::ForcedVerdict::lost, core::ForcedVerdict::serving})
        if (word == to_text(verdict)) return verdict;
    throw std::runtime_error("no verdict '" + word + "'");
}

std::string join(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text.empty() ? "nobody" : text;
}

}  // namespace

core::Report Stage::command(world::Site& site, core::Command command) {
    if (!site.running()) throw std::runtime_error(site.name().text + " does not run");
    core::Report answer;
    site.command(std::move(command), [&](const core::Report& report) { answer = report; });
    return answer;
}

core::HomeStatus Stage::home_at(const std::string& home, const std::string& at) {
    const core::Report report = command(site(at), core::ShowStatus{});
    for (const core::HomeStatus& status : std::get<core::StatusReport>(report).homes)
        if (status.home.text == home) return status;
    throw std::runtime_error(at + " knows no home '" + home + "'");
}

Stage::Answer Stage::operate(const Words& words) {
    // What a frozen site is told it hears later; nobody waits for the answer of a run that is told again.
    const auto told = [](const core::Report&) {};
    core::Drain drain{"maintenance"};
    if (words[0] == "drain" && words.size() == 4) drain.lasts = base::parse_duration(words[3]).value();
    if (retold_ && words[0] == "drain") return site(words.at(1)).command(drain, told), Answer{};
    if (retold_ && words[0] == "resume") return site(words.at(1)).command(core::Resume{}, told), Answer{};
    if (words[0] == "force") {  // force north lost at south
        const core::Force force{{words.at(1)}, verdict_in(words.at(2))};
        if (retold_) return site(words.at(4)).command(force, told), Answer{};
        return {done_or_declined(command(site(words.at(4)), force))};
    }
    if (retold_) return site(words.at(3)).command(core::Failback{{words.at(1)}}, told), Answer{};
    if (words[0] == "drain") return {done_or_declined(command(site(words.at(1)), drain))};
    if (words[0] == "resume") return {done_or_declined(command(site(words.at(1)), core::Resume{}))};
    return {done_or_declined(command(site(words.at(3)), core::Failback{{words.at(1)}}))};  // failback north at south
}

Stage::Answer Stage::ask(const Words& words) {
    const std::string& what = words[0];
    const std::string& last = words.back();
    if (what == "status" && words.size() == 3) return ask_status(site(last));
    if (what == "storm" && words.size() == 3) return ask_storm(site(last));
    if (what == "notices" && words.size() == 3) return ask_notices(site(last).name());
    if (what == "where") return ask_where(words);
    if (what == "call" && words.size() == 3) return ask_call(words);
    if (what == "caller" && words.size() == 4) return ask_caller(world_.phone(last));
    if (what == "calls" && words.size() == 3) return ask_voicemail(last);
    if (what == "failover-changes" && words.size() == 5) return ask_failover_changes({words[2]}, site(last));
    if (what == "moves" && words.size() == 3)  // moves of 100
        return {std::to_string(world_.watch.moves_of(base::Aor::from_parts(last, support::domain).value()))};
    if (what == "failback" && words.size() == 5)
        return {home_at(words[2], last).failback};  // failback of north at south
    if (what == "history" && words.size() == 3) return ask_history(site(last));
    if (what == "phase" && words.size() == 5) return {std::string(to_text(home_at(words[2], last).phase))};
    if (what == "health" && words.size() == 5) return {std::string(to_text(home_at(words[2], last).health))};
    if (what == "why" && words.size() == 5) return {home_at(words[2], last).why};
    if (what == "records" && words.size() == 5) return {std::to_string(home_at(words[2], last).records)};
    if (what == "licences") return {support::print(command(site(last), core::ShowLicences{}))};
    if (what == "explain" && words.size() == 4) {
        const core::Report report = command(site(last), core::Explain{words[1]});
        const auto& explained = std::get<core::ExplainReport>(report);
        Answer lines{support::print(report), explained.explanation};
        if (!explained.advice.empty()) lines.push_back("to do: " + explained.advice);
        return lines;
    }
    if (what == "remarks" && words.size() == 5) return ask_remarks(words[2], site(last));
    if (what == "facts" && words.size() == 5) {  // facts of 100 at south
        const core::Report report = command(site(last), core::Explain{words[2]});
        Answer lines;
        for (const auto& [name, value] : std::get<core::ExplainReport>(report).facts)
            lines.push_back(name + ": " + value);
        return lines;
    }
    if (what == "ready" && words.size() == 3) return ask_readiness(site(last));
    if (what == "groups" && words.size() == 3) return ask_groups(site(last));
    if (what == "drill" && words.size() == 4) return ask_drill({words[1]}, site(last));
    if (what == "mismatches" && words.size() == 5) {
        const core::Report report = command(site(last), core::ShowPeers{});
        for (const core::PeerReport& peer : std::get<std::vector<core::PeerReport>>(report))
            if (peer.site.text == words[2])
                return peer.mismatches.empty() ? Answer{"none"}
                                               : Answer(peer.mismatches.begin(), peer.mismatches.end());
    }
    throw std::runtime_error("not understood: " + what);
}

// remarks on north at west: what the peers report says of it besides its health
Stage::Answer Stage::ask_remarks(const std::string& peer, world::Site& at) {
    const core::Report report = command(at, core::ShowPeers{});
    Answer lines;
    for (const core::PeerReport& one : std::get<std::vector<core::PeerReport>>(report)) {
        if (one.site.text != peer) continue;
        if (!one.serving) lines.push_back("not serving: " + one.why_not_serving);
        if (one.forced != core::ForcedVerdict::automatic)
            lines.push_back("forced here: " + std::string(to_text(one.forced)));
        for (const std::string& elsewhere : one.forced_elsewhere) lines.push_back("forced at " + elsewhere);
    }
    return lines.empty() ? Answer{"none"} : lines;
}

Stage::Answer Stage::ask_status(world::Site& one) {
    const core::Report report = command(one, core::ShowStatus{});
    const auto& status = std::get<core::StatusReport>(report);
    std::string head = status.serving ? "serving" : "not serving (" + status.why_not_serving + ")";
    if (status.users_borrowed) head += " borrowed users";
    if (status.draining) head += ", draining";
    if (status.drain_ends_in) head += " for another " + base::in_words(*status.drain_ends_in);
    if (!status.database_available) head += ", database away";
    Answer lines{head + ", " + std::to_string(status.registrations) + " of " + std::to_string(status.users) +
                 " users registered, " + std::to_string(status.guests) + " guests" +
                 (status.strays == 0 ? "" : " (" + std::to_string(status.strays) + " strays)") +
                 (status.standbys > 0 ? ", " + std::to_string(status.standbys) + " standing by" : "")};
    for (const core::HomeStatus& home : status.homes)
        if (home.backed_up_here)
            lines.push_back("backs up " + home.home.text + ": " + std::string(to_text(home.health)) +
                            (home.forced == core::ForcedVerdict::automatic ? "" : " (forced)") + ", " +
                            std::string(to_text(home.phase)) + ", " + std::to_string(home.guests) + " guests, " +
                            std::to_string(home.records) + " records");
    return lines;
}

Stage::Answer Stage::ask_readiness(world::Site& one) {
    const core::Report report = command(one, core::ShowReadiness{});
    Answer lines;
    for (const core::PairReadiness& pair : std::get<core::ReadinessReport>(report).pairs) {
        lines.push_back(pair.home.text + " to " + (pair.backup.text.empty() ? "nobody" : pair.backup.text) +
                        (pair.ready() ? ": ready" : ": not ready"));
        for (const core::Finding& finding : pair.findings)
            lines.push_back(std::string(to_text(finding.severity)) + ": " + finding.text);
    }
    return lines;
}

Stage::Answer Stage::ask_drill(const base::SiteName& home, world::Site& at) {
    const core::Report report = command(at, core::Drill{home});
    const auto* drill = std::get_if<core::DrillReport>(&report);
    if (drill == nullptr) return {done_or_declined(report)};
    Answer lines{std::to_string(drill->covered) + " of " + std::to_string(drill->phones) + " phones covered"};
    for (const core::NotCoveredCount& count : drill->not_covered) {
        std::string who;
        for (const base::Aor& aor : count.first) who += ' ' + std::string(aor.user());
        lines.push_back(std::to_string(count.phones) + ' ' + std::string(to_text(count.reason)) +
                        (who.empty() ? "" : ":" + who));
    }
    if (drill->pacing)
        lines.push_back("first guest after " + base::in_words(*drill->first_guest_witnessed) + " to " +
                        base::in_words(*drill->first_guest_alone) + ", the others within " +
                        base::in_words(*drill->pacing));
    for (const core::Finding& finding : drill->findings)
        lines.push_back(std::string(to_text(finding.severity)) + ": " + finding.text);
    return lines;
}

Stage::Answer Stage::ask_storm(world::Site& one) {
    const core::Report report = command(one, core::ShowStatus{});
    const core::AdmissionsReport& admissions = std::get<core::StatusReport>(report).admissions;
    return {std::to_string(admissions.waiting) + " waiting, all in within " + support::print(admissions.all_in_within) +
            ", " + std::to_string(admissions.rate) + " a second"};
}

// history at south: as --history shows it, without the moments
Stage::Answer Stage::ask_history(world::Site& one) {
    const core::Report report = command(one, core::ShowHistory{});
    Answer lines;
    for (const core::FailoverReport& failover : std::get<core::HistoryReport>(report).failovers) {
        std::string line = failover.home.text + " " + std::to_string(failover.number) +
                           (failover.ended ? " ended after " + support::print(failover.allowed - *failover.ended)
                                           : " under way: " + failover.cause);
        line += ", first guest " + (failover.first_guest.empty() ? "none" : failover.first_guest);
        line += ", " + std::to_string(failover.moved) + " moved, " + std::to_string(failover.refused) + " refused";
        line += ", longest gap " + support::print(failover.longest_gap);
        line += ", " + std::to_string(failover.released) + " sent home, " + std::to_string(failover.stops) +
                " stops, " + std::to_string(failover.relapses) + " relapses";
        lines.push_back(line);
        lines.push_back("because " + join(failover.evidence));
    }
    return lines.empty() ? Answer{"nothing"} : lines;
}

// where is 100: as every running site sees it
Stage::Answer Stage::ask_where(const Words& words) {
    const base::Aor aor = base::Aor::from_parts(words.back(), support::domain).value();
    Answer lines;
    for (const auto& [name, one] : world_.sites()) {
        if (!one->running()) continue;
        const core::Report report = command(*one, core::ShowRegistrations{{}, false});
        std::vector<std::string> places;
        for (const core::RegistrationReport& row : std::get<core::RegistrationsReport>(report).rows)
            if (row.aor == aor)
                places.push_back(row.site.text +
                                 (row.guest_of.text.empty()
                                      ? ""
                                      : (row.standby ? " standing by for " : " as guest of ") + row.guest_of.text));
        lines.push_back(name.text + " sees it at " + (places.empty() ? "no site" : join(places)));
    }
    return lines;
}

// groups at south: where each is in service and where its members are registered
Stage::Answer Stage::ask_groups(world::Site& one) {
    const core::Report report = command(one, core::ShowGroups{});
    Answer lines;
    for (const core::GroupReport& group : std::get<core::GroupsReport>(report).rows) {
        std::vector<std::string> members;
        for (const core::GroupMemberReport& member : group.members)
            members.push_back(member.target + (member.at ? " at " + member.at->text : ""));
        lines.push_back(std::string(group.aor.user()) + " of " + group.home.text + " in service at " +
                        group.in_service_at.text + ": " + join(members) + (group.night_now ? ", night" : ""));
    }
    return lines.empty() ? Answer{"none"} : lines;
}

Stage::Answer Stage::ask_notices(const base::SiteName& name) {
    return std::exchange(notices_[name], {});
}

}  // namespace innkeeper::scenarios
