#include "support/print.h"

#include <algorithm>
#include <cstdio>

namespace innkeeper::support {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

std::string text(std::string_view view) {
    return std::string(view);
}

std::string count(std::uint64_t number, std::string_view noun) {
    return std::to_string(number) + ' ' + text(noun) + (number == 1 ? "" : "s");
}

std::string health(core::PeerHealth health) {
    return text(to_text(health));
}

std::string dataset(core::Dataset dataset) {
    return text(to_text(dataset));
}

std::string of(const base::SiteName& home) {
    return home.text.empty() ? std::string() : " guest of " + home.text;
}

struct MessagePrinter {
    std::string operator()(const core::Hello& hello) const {
        return "hello epoch " + std::to_string(hello.epoch.value) + " heard " +
               std::to_string(hello.epoch_heard_of_you.value) + (hello.you_are_my_backup ? " backup" : "");
    }
    std::string operator()(const core::Heartbeat& beat) const {
        std::string line = "heartbeat epoch " + std::to_string(beat.epoch.value) +
                           (beat.serving ? " serving" : " not-serving") + (beat.leaving ? " leaving" : "") + " at " +
                           std::to_string(beat.registrations.sequence.value) + '/' +
                           std::to_string(beat.records.sequence.value);
        if (!beat.why_not_serving.empty()) line += " (" + beat.why_not_serving + ')';
        for (const core::View& view : beat.views)
            line += ' ' + view.site.text + '=' + health(view.health) + (view.forced ? " by force" : "");
        return line;
    }
    std::string operator()(const core::Changes& changes) const {
        return "changes of " + dataset(changes.dataset) + " epoch " + std::to_string(changes.epoch.value) + ' ' +
               std::to_string(changes.after.value) + ".." + std::to_string(changes.upto.value) + ' ' +
               count(changes.registrations.size() + changes.records.size(), "change") +
               (changes.restart ? " restart" : "") + (changes.complete ? " complete" : "");
    }
    std::string operator()(const core::Position& position) const {
        return "position in " + dataset(position.dataset) + " epoch " + std::to_string(position.epoch.value) + " at " +
               std::to_string(position.sequence.value);
    }
    std::string operator()(const core::PhoneQuestion& question) const {
        return "question about " + text(question.aor.text());
    }
    std::string operator()(const core::PhoneVerdict& verdict) const {
        return "verdict on " + text(verdict.aor.text()) + ": " + text(to_text(verdict.finding));
    }
    std::string operator()(const core::RecordsWanted& wanted) const {
        return "records of " + wanted.home.text + " wanted after " + text(wanted.after.text());
    }
    std::string operator()(const core::RecordsLent& lent) const {
        if (!lent.held) return "no records of " + lent.home.text + " to lend";
        return "lends " + count(lent.records.size(), "record") + " of " + lent.home.text +
               (lent.complete ? " complete" : "");
    }
    std::string operator()(const core::SipRelay& relay) const {
        return "SIP " + relay.octets.substr(0, relay.octets.find('\r'));
    }
};

struct RowPrinter {
    std::string operator()(const core::BindingsRow& row) const {
        std::string line = "bindings " + text(row.aor.text()) + of(row.guest_of);
        for (const core::Binding& binding : row.bindings) line += ' ' + std::string(binding.contact);
        if (row.bindings.empty()) line += " none";
        if (row.licences > 0) line += " draws " + std::to_string(row.licences) + " of " + row.licence_pool;
        return line;
    }
    std::string operator()(const core::FailoverRow& row) const {
        return "failover " + std::to_string(row.number) + " of " + row.home.text + (row.began ? " began" : "") +
               (row.returning ? " returning" : "") + (row.ended ? " ended" : "") + ' ' + count(row.guests, "guest");
    }
    std::string operator()(const core::SettingsRow& row) const {
        return "settings of " + text(row.aor.text()) + ": " + row.settings;
    }
    std::string operator()(const core::EpochRow& row) const { return "epoch " + std::to_string(row.epoch.value); }
    std::string operator()(const core::CallRecord& row) const {
        return "call of " + text(row.caller) + " to " + text(row.callee) + ": " + std::to_string(row.status) +
               (row.ended ? " ended" : "");
    }
};

struct NoticePrinter {
    std::string operator()(const core::RegisterJudged& notice) const {
        return "judged " + text(to_text(notice.verdict)) + ' ' + text(notice.aor.text()) +
               (notice.refusal ? " " + text(to_text(*notice.refusal)) : std::string());
    }
    std::string operator()(const core::PhoneRegistered& notice) const {
        return "phone registered " + text(notice.aor.text()) + (notice.stray ? " stray" : "") + of(notice.guest_of);
    }
    std::string operator()(const core::PhoneStandsBy& notice) const {
        return "phone stands by " + text(notice.aor.text()) + of(notice.home);
    }
    std::string operator()(const core::StandbysServed& notice) const {
        return "standbys of " + notice.home.text + " served: " + std::to_string(notice.phones);
    }
    std::string operator()(const core::PhoneRemoved& notice) const {
        return "phone removed " + text(notice.aor.text()) + of(notice.guest_of) + ' ' + text(to_text(notice.cause)) +
               (notice.moved_to.text.empty() ? "" : " to " + notice.moved_to.text);
    }
    std::string operator()(const core::PeerHealthChanged& notice) const {
        return notice.site.text + ' ' + health(notice.from) + " -> " + health(notice.to) + ": " + notice.evidence;
    }
    std::string operator()(const core::PeerLinkReported& notice) const {
        return "link to " + notice.site.text + ' ' + text(to_text(notice.state)) +
               (notice.detail.empty() ? "" : ": " + notice.detail);
    }
    std::string operator()(const core::PeerMismatched& notice) const {
        return "mismatch with " + notice.site.text + ": " + notice.mismatch;
    }
    std::string operator()(const core::FailoverPhaseChanged& notice) const {
        return "failover of " + notice.home.text + ' ' + text(to_text(notice.from)) + " -> " +
               text(to_text(notice.to)) + ": " + notice.cause;
    }
    std::string operator()(const core::FailoverBegan& notice) const {
        return "failover of " + notice.home.text + " began with " + text(notice.first_guest.text());
    }
    std::string operator()(const core::FailoverEnded& notice) const {
        return "failover of " + notice.home.text + " ended after " + print(notice.duration) + ", " +
               count(notice.guests, "guest");
    }
    std::string operator()(const core::FailbackStopped& notice) const {
        return "failback to " + notice.home.text + " stopped: " + notice.reason + "; " +
               count(notice.taken_back, "phone") + " taken back";
    }
    std::string operator()(const core::ReplicaRepaired& notice) const {
        return "replica repaired: " + dataset(notice.dataset) + " of " + notice.site.text;
    }
    std::string operator()(const core::UsersReady& notice) const {
        return "users ready: " + std::to_string(notice.count);
    }
    std::string operator()(const core::UsersBorrowed& notice) const {
        return "users borrowed from " + notice.from.text + ": " + std::to_string(notice.count);
    }
    std::string operator()(const core::RecordsBorrowed& notice) const {
        return count(notice.count, "record") + " of " + notice.home.text + " borrowed from " + notice.from.text;
    }
    std::string operator()(const core::RecordsGiven& notice) const {
        return count(notice.count, "record") + " of " + notice.home.text + " lent to " + notice.to.text;
    }
    std::string operator()(const core::MemoryRecovered& notice) const {
        return "memory recovered: " + count(notice.records, "record") + ", " + count(notice.bindings, "binding");
    }
    std::string operator()(const core::MemoryIgnored& notice) const { return "memory ignored: " + notice.reason; }
    std::string operator()(const core::DoubleServiceEnded& notice) const {
        return "double service of " + text(notice.aor.text()) + " ended, it stays at " + notice.stays_at.text;
    }
    std::string operator()(const core::StoreReported& notice) const {
        return std::string("store ") + (notice.available ? "available" : "away");
    }
    std::string operator()(const core::HomeForced& notice) const {
        return notice.home.text + " forced: " + text(to_text(notice.verdict));
    }
    std::string operator()(const core::PbxReported& notice) const {
        return std::string("PBX ") + (notice.available ? "available" : "lost: " + notice.detail);
    }
    std::string operator()(const core::PbxStateChanged& notice) const {
        return "PBX " + notice.name + (notice.there ? " is back" : " is away: " + notice.detail);
    }
    std::string operator()(const core::UpstreamRefused& notice) const {
        return text(notice.aor.text()) + " is not registered with the PBX: " + notice.why;
    }
    std::string operator()(const core::StormBegan& notice) const {
        return "storm began, " + std::to_string(notice.rate) + " a second";
    }
    std::string operator()(const core::StormPassed& notice) const {
        return "storm passed, " + count(notice.told_to_wait, "phone") + " waited, at most " +
               print(notice.longest_wait);
    }
    std::string operator()(const core::TurnPromised& notice) const {
        return text(notice.aor.text()) + " has its turn in " + print(notice.wait);
    }
    std::string operator()(const core::DrainBegan& notice) const {
        return "drain began: " + notice.reason + (notice.lasts ? ", for " + print(*notice.lasts) : "");
    }
    std::string operator()(const core::DrainEnded& notice) const {
        return notice.by_itself ? "drain ended by itself" : "drain ended";
    }
    std::string operator()(const core::EmergencyCall& notice) const {
        return "emergency call of " + text(notice.caller) + " to " + text(notice.number) + " from " + notice.source;
    }
    std::string operator()(const core::CallConcluded& notice) const {
        return "call of " + text(notice.caller.text()) + " to " + text(notice.callee.text()) + ": " +
               std::to_string(notice.status);
    }
};

struct ReportPrinter {
    std::string operator()(const core::StatusReport& status) const {
        std::string line = status.site.text + (status.serving ? " serving" : " not-serving") +
                           (status.draining ? " draining" : "") + (status.database_available ? "" : " database-away") +
                           ", " + count(status.users, "user") + ", " + count(status.registrations, "registration") +
                           ", " + count(status.guests, "guest") +
                           (status.standbys > 0 ? ", " + count(status.standbys, "standby") : "");
        for (const core::HomeStatus& home : status.homes)
            line += "; " + home.home.text + ' ' + health(home.health) + ' ' + text(to_text(home.phase)) + ", " +
                    count(home.guests, "guest") + ", " + count(home.records, "record");
        return line;
    }
    std::string operator()(const std::vector<core::PeerReport>& peers) const {
        std::string line;
        for (const core::PeerReport& peer : peers) {
            line += (line.empty() ? "" : "; ") + peer.site.text + (peer.link_up ? " up " : " down ") +
                    health(peer.health) + ", " + count(peer.registrations, "registration");
            for (const std::string& mismatch : peer.mismatches) line += ", mismatch: " + mismatch;
        }
        return line;
    }
    std::string operator()(const core::RegistrationsReport& report) const {
        std::string line = count(report.rows.size(), "row");
        for (const core::RegistrationReport& row : report.rows)
            line += "; " + text(row.aor.text()) + " at " + row.site.text + of(row.guest_of) +
                    (row.standby ? " (standby)" : "");
        return line;
    }
    std::string operator()(const std::vector<core::LicenceReport>& pools) const {
        std::string line;
        for (const core::LicenceReport& pool : pools)
            line += (line.empty() ? "" : "; ") + pool.pool + ' ' + std::to_string(pool.used) + " of " +
                    std::to_string(pool.capacity) + " used";
        return line;
    }
    std::string operator()(const core::ExplainReport& report) const {
        return std::string(report.admitted ? "admitted" : "refused") + " by " + report.rule;
    }
    std::string operator()(const core::CallsReport& calls) const { return count(calls.calls.size(), "call"); }
    std::string operator()(const core::FailoverChangesReport& changes) const {
        return "changes in the failover of " + changes.home.text + ": " + std::to_string(changes.settings.size());
    }
    std::string operator()(const core::HistoryReport& history) const {
        return count(history.failovers.size(), "failover");
    }
    static std::string findings(const std::vector<core::Finding>& found) {
        std::string line;
        for (const core::Finding& finding : found) line += ", " + text(to_text(finding.severity)) + ": " + finding.text;
        return line;
    }
    std::string operator()(const core::GroupsReport& report) const {
        std::string line;
        for (const core::GroupReport& group : report.rows)
            line += (line.empty() ? "" : "; ") + std::string(group.aor.text()) + " at " + group.in_service_at.text;
        return line;
    }
    std::string operator()(const core::ReadinessReport& report) const {
        std::string line;
        for (const core::PairReadiness& pair : report.pairs)
            line += (line.empty() ? "" : "; ") + pair.home.text + " -> " +
                    (pair.backup.text.empty() ? "nobody" : pair.backup.text) +
                    (pair.ready() ? " ready" : " not ready") + findings(pair.findings);
        return line;
    }
    std::string operator()(const core::DrillReport& report) const {
        std::string line = std::to_string(report.covered) + " of " + count(report.phones, "phone") + " covered";
        for (const core::NotCoveredCount& out : report.not_covered)
            line += "; " + std::to_string(out.phones) + ' ' + text(to_text(out.reason));
        return line + findings(report.findings);
    }
    std::string operator()(const core::Done& done) const { return "done: " + done.text; }
    std::string operator()(const core::Declined& declined) const { return "declined: " + declined.text; }
};

struct EffectPrinter {
    std::string operator()(const core::Answer& answer) const { return "answer " + print(answer.response); }
    std::string operator()(const core::SendSip& send) const {
        return "send " + send.octets.substr(0, send.octets.find('\r'));
    }
    std::string operator()(const core::SendToPeer& send) const {
        return "send to " + send.to.text + ' ' + print(send.message);
    }
    std::string operator()(const core::RedialPeer& redial) const { return "redial " + redial.site.text; }
    std::string operator()(const core::ProbePhone& probe) const { return "probe " + text(probe.aor.text()); }
    std::string operator()(const core::WriteRow& write) const { return "write " + print(write.row); }
    std::string operator()(const core::KeepInMemory& keep) const {
        return "keep " + std::to_string(keep.frames.size()) + " octets" + (keep.anew ? " anew" : "");
    }
    std::string operator()(const core::ReplyToOperator& reply) const { return "reply " + print(reply.report); }
    std::string operator()(const core::Announce& announce) const { return print(announce.notice); }
};

}  // namespace

std::string print(base::Duration duration) {
    const auto whole = duration_cast<milliseconds>(duration).count();
    if (whole % 60000 == 0 && whole != 0) return std::to_string(whole / 60000) + "min";
    if (whole % 1000 == 0 || whole > 10000) return std::to_string(whole / 1000) + 's';
    if (whole < 1000) return std::to_string(whole) + "ms";
    char line[32];
    std::snprintf(line, sizeof line, "%.1fs", static_cast<double>(whole) / 1000.0);
    return line;
}

std::string print(const core::Response& response) {
    std::string line = std::to_string(response.status) + ' ' + text(response.phrase);
    for (const core::ContactAnswer& contact : response.contacts)
        line += " <" + text(contact.uri) + ">;expires=" + std::to_string(contact.expires);
    if (response.challenge) line += response.challenge->stale ? " challenge stale" : " challenge";
    if (response.retry_after) line += " retry-after " + std::to_string(*response.retry_after);
    if (response.min_expires) line += " min-expires " + std::to_string(*response.min_expires);
    if (!response.unsupported.empty()) line += " unsupported " + text(response.unsupported);
    if (!response.warning.empty()) line += " warning \"" + text(response.warning) + '"';
    return line;
}

std::string print(const core::PeerMessage& message) {
    return std::visit(MessagePrinter{}, message);
}
std::string print(const core::Row& row) {
    return std::visit(RowPrinter{}, row);
}
std::string print(const core::Notice& notice) {
    return std::visit(NoticePrinter{}, notice);
}
std::string print(const core::Report& report) {
    return std::visit(ReportPrinter{}, report);
}
std::string print(const core::Effect& effect) {
    return std::visit(EffectPrinter{}, effect);
}

std::string print(const core::RegisterRequest& request) {
    std::string line = "REGISTER " + text(request.to_user) + '@' + text(request.to_domain) + " cseq " +
                       std::to_string(request.cseq) + " from " + request.source.remote.text();
    if (request.star) line += " *";
    for (const core::ContactRequest& contact : request.contacts) line += " <" + text(contact.uri) + '>';
    if (request.expires) line += " expires " + std::to_string(*request.expires);
    if (!request.credentials.empty()) line += " authorised";
    return line;
}

}  // namespace innkeeper::support
