// What Calling keeps of the calls it routes: their records, rows and notices.
#include "calls/header_fields.h"
#include "core/call_listeners.h"
#include "core/calling.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

using calls::Message;

std::string where(const calls::Hop& hop) {
    if (const auto* flow = std::get_if<base::Flow>(&hop))
        return std::string(base::to_text(flow->transport)) + ":" + flow->remote.text();
    if (const auto* site = std::get_if<calls::SiteHop>(&hop)) return site->site.text;
    return std::get<calls::AddressHop>(hop).endpoint.text();
}

}  // namespace

std::string Calling::name_of(std::string_view uri) const {
    if (const auto aor = aor_of(uri)) return std::string(aor->text());
    const auto parsed = calls::SipUri::parse(uri);
    return parsed && !parsed->user.empty() ? parsed->user + "@" + parsed->host : std::string(uri);
}

base::SiteName Calling::guest_home_of(std::string_view uri) const {
    const auto aor = aor_of(uri);
    const LocationEntry* entry = aor ? house_.location.find(*aor) : nullptr;
    if (entry != nullptr && is_served(entry->bindings)) return entry->guest_of;
    const Target target = aor ? target_of(std::string(uri)) : Target{};
    return target.record != nullptr && is_group_of_lost_home(target) ? *target.home : base::SiteName{};
}

// An INVITE that is let pass; challenges and strangers leave nothing behind.
void Calling::note_call(calls::ContextId id, std::string_view rule, bool emergency) {
    const Message& request = *proxy_.request(id);
    if (request.method != "INVITE") return;
    const auto from = calls::address_in(request, "From");
    const base::Aor& caller = calls_.at(id).caller;
    CallRecord record;
    record.caller = !caller.empty() ? std::string(caller.text()) : from ? name_of(from->uri) : std::string{};
    record.callee = name_of(request.uri);
    record.call_id = *request.find("Call-ID");
    record.route = rule;
    record.guest_of = guest_home_of(request.uri);
    if (record.guest_of.text.empty() && !caller.empty()) record.guest_of = guest_home_of(uri_of(caller));
    if (emergency) {
        record.source = where(*proxy_.origin(id));
        out_->push_back(Announce{EmergencyCall{record.caller, record.callee, record.source}});
    }
    records_.began(now_, id, std::move(record), from ? from->tag() : std::string_view{});
}

void Calling::perform(calls::Concluded& concluded, calls::ProxyEffects&) {
    const auto call = calls_.extract(concluded.id);
    const Message& request = *proxy_.request(concluded.id);
    note_conclusion(request, concluded.status);
    for (CallRecord& record : records_.concluded(now_, concluded.id, concluded.status)) {
        out_->push_back(Announce{CallConcluded{call.mapped().caller, aor_of(request.uri).value_or(base::Aor{}),
                                               concluded.status, record.route, record.guest_of, *record.setup}});
        out_->push_back(WriteRow{std::move(record)});
    }
}

void Calling::note_end(const calls::Dialog& dialog) {
    note_idle(dialog);
    for (CallRecord& record : records_.hung_up(now_, dialog.call_id, dialog.caller.tag))
        out_->push_back(WriteRow{std::move(record)});
}

CallsReport Calling::report(const ShowCalls& command, base::Instant now) const {
    std::string who = command.who;
    if (!who.empty() && who.find('@') == std::string::npos && !house_.settings.matching.domains.empty())
        if (const auto aor = base::Aor::from_parts(who, house_.settings.matching.domains.front()))
            who = std::string(aor->text());
    CallsReport report;
    for (CallRecord& record : records_.list(who, Limits::calls_listed))
        report.calls.push_back(report_of(std::move(record), now));
    return report;
}

CallReport Calling::report_of(CallRecord record, base::Instant now) {
    CallReport call;
    call.age = now - record.began;
    if (record.answered) call.answered_after = *record.answered - record.began;
    if (record.ended) call.ended_after = *record.ended - record.began;
    call.record = std::move(record);
    return call;
}

std::vector<CallReport> Calling::calls_of_guests(const base::SiteName& home, base::Instant now) const {
    std::vector<CallReport> calls;
    for (CallRecord& record : records_.of_guests(home)) calls.push_back(report_of(std::move(record), now));
    return calls;
}

}  // namespace innkeeper::core
