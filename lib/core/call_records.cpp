#include "core/call_records.h"

#include <algorithm>

namespace innkeeper::core {
namespace {

// A dialog has many callees while it rings, but one caller.
std::string dialog_key(std::string_view call_id, std::string_view caller_tag) {
    return std::string(call_id).append("\n").append(caller_tag);
}

void cut(std::string& text) {
    if (text.size() > CallRecords::text_octets) text.resize(CallRecords::text_octets);
}

template <class Records>
void keep_latest(Records& records, CallRecord record, std::size_t most) {
    records.push_back(std::move(record));
    if (records.size() > most) records.pop_front();
}

}  // namespace

void CallRecords::restore(std::vector<CallRecord> of_earlier_lives) {
    for (CallRecord& record : of_earlier_lives) keep_latest(over_, std::move(record), latest);
}

void CallRecords::began(base::Instant now, calls::ContextId id, CallRecord fresh, std::string_view caller_tag) {
    std::string dialog = dialog_key(fresh.call_id, caller_tag);
    Setup setup{std::move(fresh), std::move(dialog)};
    CallRecord& record = setup.record;
    record.epoch = epoch_;
    record.number = ++last_number_;
    record.began = now;
    for (std::string* text : {&record.caller, &record.callee, &record.call_id, &record.source}) cut(*text);
    in_setup_.insert_or_assign(id, std::move(setup));
}

void CallRecords::rerouted(calls::ContextId id, std::string_view route, const base::SiteName& guest_of) {
    const auto found = in_setup_.find(id);
    if (found == in_setup_.end()) return;
    found->second.record.route = route;
    if (!guest_of.text.empty()) found->second.record.guest_of = guest_of;
}

void CallRecords::rang(base::Instant now, calls::ContextId id) {
    const auto found = in_setup_.find(id);
    if (found == in_setup_.end() || found->second.record.setup) return;
    found->second.record.setup = now - found->second.record.began;
}

std::vector<CallRecord> CallRecords::concluded(base::Instant now, calls::ContextId id, std::uint16_t status) {
    rang(now, id);
    const auto found = in_setup_.find(id);
    if (found == in_setup_.end()) return {};
    Setup setup = std::move(found->second);
    in_setup_.erase(found);
    CallRecord& record = setup.record;
    record.status = status;
    if (status >= 300) {
        record.ended = now;
        close(record);
        return {record};
    }
    record.answered = now;
    std::vector<CallRecord> changed{record};
    if (answered_.size() >= under_way) {  // its dialog is not known any more either
        const auto oldest = answered_.begin();
        const auto [first, last] = by_dialog_.equal_range(dialogs_.at(oldest->first));
        by_dialog_.erase(std::find_if(first, last, [&](const auto& one) { return one.second == oldest->first; }));
        dialogs_.erase(oldest->first);
        close(std::move(oldest->second));
        answered_.erase(oldest);
    }
    by_dialog_.emplace(setup.dialog, record.number);
    dialogs_.emplace(record.number, std::move(setup.dialog));
    answered_.emplace(record.number, std::move(record));
    return changed;
}

std::vector<CallRecord> CallRecords::hung_up(base::Instant now, std::string_view call_id, std::string_view caller_tag) {
    const auto [first, last] = by_dialog_.equal_range(dialog_key(call_id, caller_tag));
    std::vector<CallRecord> over;
    for (auto known = first; known != last; ++known) {
        dialogs_.erase(known->second);
        CallRecord record = std::move(answered_.extract(known->second).mapped());
        record.ended = now;
        close(record);
        over.push_back(std::move(record));
    }
    by_dialog_.erase(first, last);
    return over;
}

void CallRecords::close(CallRecord record) {
    if (!record.guest_of.text.empty()) keep_latest(of_guests_[record.guest_of], record, of_failover);
    keep_latest(over_, std::move(record), latest);
}

std::vector<CallRecord> CallRecords::list(std::string_view who, std::size_t at_most) const {
    std::vector<CallRecord> found;
    const auto take = [&](const CallRecord& record) {
        const bool meant = who.empty() || record.caller == who || record.callee == who;
        if (meant && found.size() < at_most) found.push_back(record);
    };
    for (auto setup = in_setup_.rbegin(); setup != in_setup_.rend(); ++setup) take(setup->second.record);
    for (auto record = answered_.rbegin(); record != answered_.rend(); ++record) take(record->second);
    for (auto record = over_.rbegin(); record != over_.rend(); ++record) take(*record);
    return found;
}

std::vector<CallRecord> CallRecords::of_guests(const base::SiteName& home) const {
    std::vector<CallRecord> found;
    if (const auto kept = of_guests_.find(home); kept != of_guests_.end())
        found.assign(kept->second.begin(), kept->second.end());
    for (const auto& [number, record] : answered_)
        if (record.guest_of == home) found.push_back(record);
    return found;
}

}  // namespace innkeeper::core
