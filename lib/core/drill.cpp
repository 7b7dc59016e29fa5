#include "core/drill.h"

#include <algorithm>

#include "core/limits.h"

namespace innkeeper::core {
namespace {

struct Words {
    NotCovered reason;
    std::string_view name;
    std::string_view advice;
};
constexpr Words words[] = {
    {NotCovered::not_entrusted, "not_entrusted", "write `backup` with this site's name into the home's configuration"},
    {NotCovered::no_record, "no_record",
     "see RECORDS BEHIND in --peers; if it is 0, the home has no such user any more"},
    {NotCovered::user_disabled, "user_disabled", "enable the user in the users table of the home"},
    {NotCovered::domain_not_served, "domain_not_served", "write the same `domain` lines at both sites"},
    {NotCovered::ipv6_only, "ipv6_only", "add a `listen` with an IPv6 address here"},
    {NotCovered::transport_missing, "transport_missing", "add a `listen` with that transport here"},
    {NotCovered::nobody_physical, "nobody_physical",
     "no failover begins without a desk phone: bring one to that home, or set `failover-trigger = any` here"},
    {NotCovered::no_room, "no_room", "raise `guest-capacity`, or name a second `backup` at the home"},
};

const Words& words_of(NotCovered reason) {
    return words[static_cast<std::size_t>(reason)];
}

}  // namespace

std::string_view to_text(NotCovered reason) {
    return words_of(reason).name;
}
std::string_view advice(NotCovered reason) {
    return words_of(reason).advice;
}

std::optional<NotCovered> DrillTally::reason_for(const DrillPhone& phone) const {
    if (!facts_.entrusted) return NotCovered::not_entrusted;
    if (phone.record == nullptr) return NotCovered::no_record;
    if (!phone.record->enabled) return NotCovered::user_disabled;
    const std::vector<std::string>& domains = facts_.matching.domains;
    if (std::find(domains.begin(), domains.end(), phone.aor->domain()) == domains.end())
        return NotCovered::domain_not_served;
    const auto offered = [this](base::Transport transport) {
        return facts_.transports.empty() ||
               std::find(facts_.transports.begin(), facts_.transports.end(), transport) != facts_.transports.end();
    };
    // One terminal that can come is enough for the user to be reached.
    std::optional<NotCovered> reason;
    for (const Binding& binding : *phone.bindings) {
        if (!offered(binding.flow.transport))
            reason = NotCovered::transport_missing;
        else if (!binding.flow.remote.ip.is_v4() && !facts_.matching.ipv6)
            reason = NotCovered::ipv6_only;
        else
            return std::nullopt;
    }
    return reason;
}

void DrillTally::leave_out(NotCovered reason, const base::Aor& aor) {
    NotCoveredCount& count = left_out_[static_cast<std::size_t>(reason)];
    ++count.phones;
    if (count.first.size() < Limits::drill_names) count.first.push_back(aor);
}

void DrillTally::add(base::Instant now, const DrillPhone& phone) {
    ++phones_;
    if (const auto reason = reason_for(phone)) return leave_out(*reason, *phone.aor);
    ++covered_;
    if (phone.physical) ++physical_;
    if (covered_names_.size() < Limits::drill_names) covered_names_.push_back(*phone.aor);
    // Refreshes are not told to peers, the interval that was granted is (lib/README.md, "the promise").
    for (const Binding& binding : *phone.bindings)
        if (binding.promised > now) last_refresh_ = std::max(last_refresh_, binding.promised - binding.expires);
}

DrillReport DrillTally::finish() && {
    NotCoveredCount& nobody = left_out_[static_cast<std::size_t>(NotCovered::nobody_physical)];
    NotCoveredCount& no_room = left_out_[static_cast<std::size_t>(NotCovered::no_room)];
    if (facts_.trigger == FailoverTrigger::physical && physical_ == 0) {
        nobody.phones = std::exchange(covered_, 0);
        nobody.first = std::move(covered_names_);
    }
    if (facts_.room && covered_ > *facts_.room) {  // who comes late stays outside: nobody can say who
        no_room.phones = covered_ - *facts_.room;
        covered_ = *facts_.room;
    }

    DrillReport report;
    report.home = facts_.home;
    report.backup = facts_.backup;
    report.phones = phones_;
    report.covered = covered_;
    report.physical = std::min(physical_, covered_);
    for (const NotCovered reason : every_not_covered) {
        NotCoveredCount& count = left_out_[static_cast<std::size_t>(reason)];
        count.reason = reason;
        if (count.phones > 0) report.not_covered.push_back(std::move(count));
    }
    if (covered_ > 0) {
        report.first_guest_witnessed = facts_.lost_after_witnessed;
        report.first_guest_alone = facts_.lost_after;
        report.pacing = std::chrono::seconds((covered_ + facts_.admission_rate - 1) / facts_.admission_rate);
        report.last_refresh = last_refresh_;
    }
    report.findings = std::move(facts_.findings);
    return report;
}

}  // namespace innkeeper::core
