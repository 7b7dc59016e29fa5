#include "control/report_text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/duration.h"
#include "control/table.h"
#include "host/text.h"

namespace innkeeper::control {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& object, const char* key) {
    return object.at(key).is_null() ? std::string() : object.at(key).get<std::string>();
}

std::string number(const Json& object, const char* key) {
    return std::to_string(object.at(key).get<std::uint64_t>());
}

std::string yes_or_no(const Json& object, const char* key) {
    return object.at(key).get<bool>() ? "yes" : "no";
}

std::string duration(const Json& object, const char* key) {
    return readable_duration(object.at(key).get<double>());
}

std::string or_dash(std::string value) {
    return value.empty() ? "-" : value;
}

std::string line(const char* name, const std::string& value) {
    std::string out = name;
    out.resize(16, ' ');
    return out + host::escape_controls(value) + '\n';
}

std::string state(const Json& status) {
    if (status.at("draining").get<bool>()) {
        const Json& left = status.at("drain_ends_in_seconds");
        return "draining: " + or_dash(text(status, "drain_reason")) +
               (left.is_null() ? ", until --resume" : ", ends in " + readable_duration(left.get<double>()));
    }
    if (!status.at("serving").get<bool>()) return "not serving: " + text(status, "why_not_serving");
    if (status.at("users_borrowed").get<bool>())
        return "serving: users are borrowed from a backup, the database is away";
    return "serving";
}

std::string with_strays(const Json& counted) {
    const auto strays = counted.at("strays").get<std::uint64_t>();
    return strays == 0 ? std::string() : " (" + std::to_string(strays) + (strays == 1 ? " stray)" : " strays)");
}

// An operator's verdict is marked wherever a verdict is shown.
std::string health(const Json& judged) {
    return text(judged, "health") + (text(judged, "forced") == "auto" ? "" : " (forced)");
}

std::string why_of(const Json& home) {
    std::string why = text(home, "why");
    const std::string awaited = text(home, "failback_waits_for");
    if (!awaited.empty()) why += "; failback waits for " + awaited;
    if (const auto calls = home.at("in_call").get<std::uint64_t>()) why += "; " + std::to_string(calls) + " in a call";
    return why;
}

// main there; spare away: no answer for 2min
std::string pbxs(const Json& all) {
    std::string out;
    for (const Json& pbx : all) {
        out += (out.empty() ? "" : "; ") + text(pbx, "name") + ' ' + text(pbx, "state");
        if (!pbx.at("silent_seconds").is_null())
            out += ": " + text(pbx, "detail") + " for " + duration(pbx, "silent_seconds");
    }
    return out;
}

std::string status_text(const Json& status) {
    std::string out = line("site", text(status, "site")) + line("state", state(status));
    out += line("database", status.at("database_available").get<bool>() ? "available" : "away");
    out += line("users", number(status, "users") + ", " + number(status, "registrations") + " registered here");
    const bool standing_by = status.at("standbys").get<std::uint64_t>() > 0;
    out += line("guests", number(status, "guests") + with_strays(status) +
                              (standing_by ? ", " + number(status, "standbys") + " standing by" : ""));
    if (const Json& admissions = status.at("admissions"); admissions.at("waiting").get<std::uint64_t>() > 0)
        out +=
            line("storm", number(admissions, "waiting") + " waiting, all in within " +
                              duration(admissions, "all_in_seconds") + ", " + number(admissions, "rate") + " a second");
    if (const Json& all = status.at("pbxs"); !all.empty()) out += line("pbx", pbxs(all));
    if (const Json& counts = status.at("upstream"); !counts.is_null())
        out += line("upstream", number(counts, "registered") + " registered with the PBX, " + number(counts, "failed") +
                                    " failed, " + number(counts, "waiting") + " waiting");
    out += line("epoch", number(status, "epoch"));
    Table homes({{"HOME"},
                 {"HEALTH"},
                 {"FAILOVER"},
                 {"SINCE", Align::right},
                 {"GUESTS", Align::right},
                 {"STANDBY", Align::right},
                 {"RECORDS", Align::right},
                 {"BACKED UP HERE"},
                 {"WHY"}});
    for (const Json& home : status.at("homes"))
        homes.row({text(home, "home"), health(home), text(home, "phase"), duration(home, "phase_seconds"),
                   number(home, "guests") + with_strays(home), number(home, "standbys"), number(home, "records"),
                   yes_or_no(home, "backed_up_here"), or_dash(why_of(home))});
    return homes.empty() ? out : out + '\n' + homes.text();
}

std::string link(const Json& peer) {
    if (peer.at("link_up").get<bool>()) return "up";
    const std::string why = text(peer, "link_detail");
    return why.empty() ? "down" : "down: " + why;
}

std::string remarks(const Json& peer) {
    std::string out = peer.at("leaving").get<bool>() ? "leaving" : peer.at("serving").get<bool>() ? "" : "not serving";
    if (const std::string why = text(peer, "why_not_serving"); !why.empty()) out += ": " + why;
    for (const Json& site : peer.at("forced_elsewhere"))
        out += (out.empty() ? "" : "; ") + ("forced at " + site.get<std::string>());
    for (const Json& mismatch : peer.at("mismatches")) out += (out.empty() ? "" : "; ") + mismatch.get<std::string>();
    return or_dash(out);
}

std::string peers_text(const Json& peers) {
    Table table({{"PEER"},
                 {"HEALTH"},
                 {"HEARD", Align::right},
                 {"REGISTRATIONS", Align::right},
                 {"BEHIND", Align::right},
                 {"RECORDS BEHIND", Align::right},
                 {"LINK"},
                 {"REMARKS"}});
    for (const Json& peer : peers)
        table.row({text(peer, "site"), health(peer), duration(peer, "silence_seconds") + " ago",
                   number(peer, "registrations"), number(peer, "registrations_behind"), number(peer, "records_behind"),
                   link(peer), remarks(peer)});
    return table.empty() ? "no peers\n" : table.text();
}

std::string guest_of(const Json& row) {
    return or_dash(text(row, "guest_of")) + (row.at("stray").get<bool>() ? " (stray)" : "");
}

std::string registrations_text(const Json& registrations) {
    Table table({{"AOR"},
                 {"AT"},
                 {"GUEST OF"},
                 {"STANDBY"},
                 {"TERMINAL"},
                 {"AGE", Align::right},
                 {"EXPIRES IN", Align::right},
                 {"FROM"},
                 {"CONTACT"},
                 {"USER AGENT"}});
    for (const Json& row : registrations)
        table.row({text(row, "aor"), text(row, "site"), guest_of(row), yes_or_no(row, "standby"), text(row, "terminal"),
                   duration(row, "age_seconds"), duration(row, "remaining_seconds"), text(row, "flow"),
                   text(row, "contact"), or_dash(text(row, "user_agent"))});
    return table.empty() ? "no registrations\n" : table.text();
}

std::string members_of(const Json& group) {
    std::string out;
    for (const Json& member : group.at("members")) {
        const std::string at = text(member, "registered_at");
        out += (out.empty() ? "" : ", ") + text(member, "to") + (at.empty() ? "" : " (" + at + ")");
    }
    return out;
}

std::string remarks_on_group(const Json& group) {
    if (const std::string trouble = text(group, "trouble"); !trouble.empty()) return "not usable: " + trouble;
    if (!group.at("enabled").get<bool>()) return "disabled";
    if (!group.at("night_now").get<bool>()) return "";
    return "night service: calls go to " + text(group, "night_target");
}

std::string groups_text(const Json& groups) {
    Table table({{"GROUP"},
                 {"HOME"},
                 {"IN SERVICE AT"},
                 {"SINCE", Align::right},
                 {"STRATEGY"},
                 {"MEMBERS (REGISTERED AT)"},
                 {"OVERFLOW"},
                 {"REMARKS"}});
    for (const Json& group : groups)
        table.row({text(group, "aor"), text(group, "home"), text(group, "in_service_at"),
                   duration(group, "since_seconds"), or_dash(text(group, "strategy")), or_dash(members_of(group)),
                   or_dash(text(group, "overflow")), or_dash(remarks_on_group(group))});
    return table.empty() ? "no hunt groups: --import-groups brings them\n" : table.text();
}

std::string validity(const Json& licence) {
    const Json& seconds = licence.at("ends_in_seconds");
    if (seconds.is_null()) return "without end";
    const double left = seconds.get<double>();
    return left < 0 ? "ended " + readable_duration(-left) + " ago" : "ends in " + readable_duration(left);
}

std::string licences_text(const Json& licences) {
    Table table({{"POOL"}, {"LICENCES", Align::right}, {"USED", Align::right}, {"FREE", Align::right}, {"VALIDITY"}});
    for (const Json& licence : licences)
        table.row({text(licence, "pool"), number(licence, "capacity"), number(licence, "used"), number(licence, "free"),
                   validity(licence)});
    return table.empty() ? "no licence pools: nothing is limited\n" : table.text();
}

std::string explain_text(const Json& explained) {
    std::string out = host::escape_controls(text(explained, "aor")) +
                      (explained.at("admitted").get<bool>() ? " would be admitted now\n" : " would be refused now\n");
    out += line("rule", text(explained, "rule")) + line("why", text(explained, "explanation"));
    if (!text(explained, "advice").empty()) out += line("what to do", text(explained, "advice"));
    Table facts({{"FACT"}, {"VALUE"}});
    for (const Json& fact : explained.at("facts")) facts.row({text(fact, "name"), text(fact, "value")});
    return facts.empty() ? out : out + '\n' + facts.text();
}

// A home's failover in one line, what it was lost for below it.
std::string history_text(const Json& failovers) {
    Table table({{"HOME"},
                 {"LOST AT (UTC)"},
                 {"FOR", Align::right},
                 {"MOVED", Align::right},
                 {"REFUSED", Align::right},
                 {"LONGEST GAP", Align::right},
                 {"SENT HOME", Align::right},
                 {"STOPS", Align::right},
                 {"RELAPSES", Align::right},
                 {"FIRST GUEST"},
                 {"EVIDENCE"},
                 {"STATE"}});
    for (const Json& failover : failovers) {
        const Json& ended = failover.at("ended_seconds_ago");
        const double lasted =
            failover.at("lost_seconds_ago").get<double>() - (ended.is_null() ? 0 : ended.get<double>());
        std::string evidence;
        for (const Json& one : failover.at("evidence"))
            evidence += (evidence.empty() ? "" : "; ") + one.get<std::string>();
        table.row({text(failover, "home"), text(failover, "lost_at"), readable_duration(lasted),
                   number(failover, "moved"), number(failover, "refused"), duration(failover, "longest_gap_seconds"),
                   number(failover, "released"), number(failover, "stops"), number(failover, "relapses"),
                   or_dash(text(failover, "first_guest")), or_dash(evidence),
                   ended.is_null() ? "under way: " + text(failover, "cause") : "ended"});
    }
    return table.empty() ? "no failover is remembered\n" : table.text();
}

std::string calls_text(const Json& calls) {
    Table table({{"BEGAN (UTC)"},
                 {"CALLER"},
                 {"CALLEE"},
                 {"RESULT", Align::right},
                 {"SET-UP", Align::right},
                 {"TALKED", Align::right},
                 {"ROUTE"},
                 {"GUEST OF"}});
    for (const Json& call : calls) {
        const Json& answered = call.at("answered_after_seconds");
        const Json& ended = call.at("ended_after_seconds");
        std::string talked = "-";
        if (!answered.is_null())
            talked = ended.is_null() ? "talking" : readable_duration(ended.get<double>() - answered.get<double>());
        table.row({text(call, "began_at"), text(call, "caller"), text(call, "callee"),
                   call.at("status").is_null() ? "ringing" : number(call, "status"),
                   call.at("setup_seconds").is_null() ? "-" : duration(call, "setup_seconds"), talked,
                   text(call, "route"), or_dash(text(call, "guest_of"))});
    }
    return table.empty() ? "no call is remembered\n" : table.text();
}

std::string findings_text(const Json& findings) {
    std::string out;
    for (const Json& finding : findings)
        out += "  " + text(finding, "severity") + ": " + host::escape_controls(text(finding, "text")) + "\n          " +
               host::escape_controls(text(finding, "advice")) + '\n';
    return out;
}

std::string ready_text(const Json& ready) {
    std::string out;
    for (const Json& pair : ready.at("pairs")) {
        const std::string backup = or_dash(text(pair, "backup"));
        out += text(pair, "home") + " -> " + backup + ": " + (pair.at("ready").get<bool>() ? "ready" : "not ready") +
               '\n' + findings_text(pair.at("findings"));
    }
    return out;
}

std::string failover_changes_text(const Json& changes) {
    Table table({{"USER"}, {"SETTING"}, {"AT HOME"}, {"CHANGED TO"}});
    for (const Json& change : changes.at("settings"))
        table.row({text(change, "aor"), text(change, "key"), change.at("before").dump(), change.at("after").dump()});
    std::string out = table.empty() ? "No user of " + text(changes, "home") + " has changed anything here.\n"
                                    : table.text() + "\nThis ends with the failover: the settings at home come back.\n";
    if (!changes.at("calls").empty())
        out += "\nCalls of its guests, forgotten with it:\n" + calls_text(changes.at("calls"));
    return out;
}

std::string drill_text(const Json& drill) {
    const std::string home = text(drill, "home");
    std::string out = "If " + home + " died now, " + text(drill, "backup") + " would serve " +
                      number(drill, "covered") + " of its " + number(drill, "phones") + " registered phones.\n";
    if (!drill.at("pacing_seconds").is_null()) {
        out += '\n' +
               line("first guest",
                    "after " + duration(drill, "first_guest_seconds") + " when one of its phones knocks here, after " +
                        duration(drill, "first_guest_unwitnessed_seconds") + " when nothing but its silence speaks");
        out += line("pace", "all of them within " + duration(drill, "pacing_seconds") + " more, if all come at once");
        out += line("last phone",
                    "asks again within " + duration(drill, "last_refresh_seconds") + ", if it does not notice earlier");
        out += line("desk phones", number(drill, "physical"));
    }
    Table reasons({{"NOT COVERED", Align::right}, {"REASON"}, {"WHAT TO DO"}, {"SUCH AS"}});
    for (const Json& count : drill.at("not_covered")) {
        std::string such;
        for (const Json& aor : count.at("first")) such += (such.empty() ? "" : ", ") + aor.get<std::string>();
        reasons.row({number(count, "phones"), text(count, "reason"), text(count, "advice"), or_dash(such)});
    }
    if (!reasons.empty()) out += '\n' + reasons.text();
    const std::string findings = findings_text(drill.at("findings"));
    return findings.empty() ? out : out + "\nAlso:\n" + findings;
}

}  // namespace

std::string report_text(const Json& report) {
    if (report.contains("status")) return status_text(report["status"]);
    if (report.contains("peers")) return peers_text(report["peers"]);
    if (report.contains("registrations")) return registrations_text(report["registrations"]);
    if (report.contains("groups")) return groups_text(report["groups"]);
    if (report.contains("licences")) return licences_text(report["licences"]);
    if (report.contains("explain")) return explain_text(report["explain"]);
    if (report.contains("history")) return history_text(report["history"]);
    if (report.contains("calls")) return calls_text(report["calls"]);
    if (report.contains("ready")) return ready_text(report["ready"]);
    if (report.contains("failover_changes")) return failover_changes_text(report["failover_changes"]);
    if (report.contains("drill")) return drill_text(report["drill"]);
    return host::escape_controls(text(report, "done")) + '\n';
}

std::string readable_duration(double seconds) {
    constexpr double most = 9e12;  // as many as a Duration holds
    return base::in_words(base::Duration(std::llround(std::clamp(seconds, -most, most) * 1e6)));
}

}  // namespace innkeeper::control
