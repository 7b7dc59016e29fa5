#include "calls/dialogs.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "calls/address_fields.h"
#include "calls/header_fields.h"
#include "calls/session_timer.h"

namespace innkeeper::calls {
namespace {

constexpr base::Duration lost_messages = std::chrono::seconds(32);  // how late what ends a subscription may be
constexpr base::Duration usual_subscription = std::chrono::hours(1);
constexpr base::Duration usual_transfer = std::chrono::minutes(3);  // RFC 3515 leaves it to the notifier

std::string start_of_key(std::string_view call_id, std::string_view caller_tag) {
    return std::string(call_id).append("\n").append(caller_tag).append("\n");
}

std::string key_of(const Dialog& dialog) {
    return start_of_key(dialog.call_id, dialog.caller.tag).append(dialog.callee.tag);
}

std::string value_of(const Message& message, std::string_view header) {
    const std::string* value = message.find(header);
    return value != nullptr ? *value : std::string{};
}

bool is_success(const Message& answer) {
    return answer.status >= 200 && answer.status < 300;
}

bool makes_subscription(const Message& request) {
    return request.method == "SUBSCRIBE" || request.method == "REFER";
}

// How long the dialog lives without another word. Who does not refresh a session before its end has hung up (RFC 4028
// section 10); half as much again for lost messages. The answer to a SUBSCRIBE may shorten what was asked for.
base::Duration lifetime_of(const Message& request, const Message& answer) {
    if (request.method == "REFER") return usual_transfer;
    if (request.method != "SUBSCRIBE") {
        const auto session = session_of(answer);
        return session ? std::min<base::Duration>(*session * 3 / 2, Dialogs::ceiling) : Dialogs::ceiling;
    }
    auto granted = seconds_in(answer, "Expires");
    if (!granted) granted = seconds_in(request, "Expires");
    return std::min<base::Duration>(granted.value_or(usual_subscription) + lost_messages, Dialogs::ceiling);
}

}  // namespace

const Dialog* Dialogs::note(base::Instant now, const Message& request, const Message& answer, Party caller,
                            Party callee) {
    const std::string* call_id = request.find("Call-ID");
    if (call_id == nullptr) return nullptr;
    caller.tag = tag_in(request, "From");
    callee.tag = tag_in(answer, "To");
    if (callee.tag.empty()) return nullptr;
    const std::string key = start_of_key(*call_id, caller.tag).append(callee.tag);
    auto found = dialogs_.find(key);
    if (found == dialogs_.end()) {
        if (dialogs_.size() >= most) return nullptr;
        Dialog fresh;
        fresh.call_id = *call_id;
        fresh.caller = std::move(caller);
        fresh.callee = std::move(callee);
        if (makes_subscription(request))
            fresh.subscription = {value_of(request, "From"), value_of(answer, "To"), value_of(request, "Event"), 0};
        if (request.method == "REFER") fresh.subscription->event = "refer";
        found = dialogs_.emplace(key, std::move(fresh)).first;
        early_.insert(key);
        index(key, found->second);
    } else if (!found->second.confirmed && !callee.contact.empty()) {
        found->second.callee = std::move(callee);
    }
    Dialog& dialog = found->second;
    if (is_success(answer) && !dialog.confirmed) {
        dialog.confirmed = true;
        dialog.began = now;
        early_.erase(key);
        count(dialog, 1);
    }
    schedule(key, dialog, now + (dialog.confirmed ? lifetime_of(request, answer) : setup));
    return &dialog;
}

void Dialogs::index(const std::string& key, const Dialog& dialog) {
    if (!dialog.subscription) return;
    for (const Party* party : {&dialog.caller, &dialog.callee})
        if (!party->aor.empty()) subscriptions_of_.insert({party->aor, key});
}

void Dialogs::schedule(const std::string& key, Dialog& dialog, base::Instant ends) {
    agenda_.erase({dialog.ends, key});
    dialog.ends = ends;
    agenda_.insert({ends, key});
}

void Dialogs::count(const Dialog& dialog, int sign) {
    if (dialog.subscription) return;
    calls_ += static_cast<std::size_t>(sign);
    for (const Party* party : {&dialog.caller, &dialog.callee}) {
        if (party->aor.empty()) continue;
        std::uint32_t& calls = calls_of_[party->aor];
        calls += static_cast<std::uint32_t>(sign);
        if (calls == 0) calls_of_.erase(party->aor);
    }
    tell(dialog);
}

void Dialogs::tell(const Dialog& dialog) {
    for (const Party* party : {&dialog.caller, &dialog.callee})
        if (!party->aor.empty()) changed_.push_back(party->aor);
}

std::vector<base::Aor> Dialogs::take_changes() {
    return std::exchange(changed_, {});
}

std::uint32_t Dialogs::calls_of(const base::Aor& aor) const {
    const auto found = calls_of_.find(aor);
    return found == calls_of_.end() ? 0 : found->second;
}

Dialogs::Map::const_iterator Dialogs::locate(const Message& request, bool& to_callee) const {
    const std::string* call_id = request.find("Call-ID");
    if (call_id == nullptr) return dialogs_.end();
    const std::string_view from = tag_in(request, "From");
    const std::string_view to = tag_in(request, "To");
    if (to.empty()) return dialogs_.end();
    to_callee = true;
    auto found = dialogs_.find(start_of_key(*call_id, from).append(to));
    if (found != dialogs_.end()) return found;
    to_callee = false;
    return dialogs_.find(start_of_key(*call_id, to).append(from));
}

Dialogs::Match Dialogs::find(const Message& request) const {
    bool to_callee = true;
    const auto found = locate(request, to_callee);
    if (found == dialogs_.end()) return {};
    const Dialog& dialog = found->second;
    return to_callee ? Match{&dialog, &dialog.callee, &dialog.caller} : Match{&dialog, &dialog.caller, &dialog.callee};
}

// A refresh by re-INVITE, UPDATE or SUBSCRIBE; it may also have moved a side's Contact (RFC 3261 section 12.2). Other
// requests inside a dialog do not prolong it.
void Dialogs::refreshed(base::Instant now, const Message& request, const Message& answer) {
    if (!is_success(answer)) return;
    bool to_callee = true;
    const auto found = locate(request, to_callee);
    if (found == dialogs_.end()) return;
    Dialog& dialog = dialogs_.at(found->first);
    const bool refreshes =
        dialog.subscription ? request.method == "SUBSCRIBE" : request.method == "INVITE" || request.method == "UPDATE";
    if (!refreshes) return;
    const auto move = [](Party& party, const Message& message) {
        if (const auto address = address_in(message, "Contact")) party.contact = address->uri;
    };
    move(to_callee ? dialog.caller : dialog.callee, request);
    move(to_callee ? dialog.callee : dialog.caller, answer);
    if (!dialog.confirmed) return;
    schedule(found->first, dialog, now + lifetime_of(request, answer));
    if (!dialog.subscription) tell(dialog);
}

void Dialogs::passed(base::Instant now, const Message& request) {
    bool to_callee = true;
    const auto found = locate(request, to_callee);
    if (found == dialogs_.end() || to_callee || !found->second.subscription) return;
    Dialog& dialog = dialogs_.at(found->first);
    if (const auto cseq = CSeq::parse(value_of(request, "CSeq")))
        dialog.subscription->sequence = std::max(dialog.subscription->sequence, cseq->number);
    if (request.method != "NOTIFY") return;
    const std::string state = value_of(request, "Subscription-State");
    const auto parameters =
        Parameters::parse(state.find(';') == std::string::npos ? "" : state.substr(state.find(';')));
    if (same_ignoring_case(trimmed(state.substr(0, state.find(';'))), "terminated"))
        schedule(found->first, dialog, now + lost_messages);
    else if (const auto left = parameters ? seconds_in(parameters->value("expires")) : std::nullopt)
        schedule(found->first, dialog, now + std::min<base::Duration>(*left + lost_messages, ceiling));
}

void Dialogs::settled(const Message& request) {
    const std::string start = start_of_key(value_of(request, "Call-ID"), tag_in(request, "From"));
    for (auto key = early_.lower_bound(start); key != early_.end() && key->compare(0, start.size(), start) == 0;)
        take(dialogs_.find(*key++));
}

Dialog Dialogs::take(Map::const_iterator found) {
    INNKEEPER_ASSERT(found != dialogs_.end());
    Dialog dialog = found->second;
    agenda_.erase({dialog.ends, found->first});
    early_.erase(found->first);
    for (const Party* party : {&dialog.caller, &dialog.callee}) subscriptions_of_.erase({party->aor, found->first});
    if (dialog.confirmed) count(dialog, -1);
    dialogs_.erase(found);
    return dialog;
}

Dialog Dialogs::take(const Dialog& dialog) {
    return take(dialogs_.find(key_of(dialog)));
}

std::optional<Dialog> Dialogs::end(const Message& request) {
    bool to_callee = true;
    const auto found = locate(request, to_callee);
    if (found == dialogs_.end()) return std::nullopt;
    return take(found);
}

std::optional<Dialog> Dialogs::take_due(base::Instant now) {
    if (agenda_.empty() || agenda_.begin()->first > now) return std::nullopt;
    return take(dialogs_.find(agenda_.begin()->second));
}

base::Instant Dialogs::next_end() const {
    return agenda_.empty() ? base::Instant::max() : agenda_.begin()->first;
}

std::vector<const Dialog*> Dialogs::subscriptions_of(const base::Aor& aor) const {
    std::vector<const Dialog*> found;
    for (auto use = subscriptions_of_.lower_bound({aor, {}}); use != subscriptions_of_.end() && use->first == aor;
         ++use)
        found.push_back(&dialogs_.at(use->second));
    return found;
}

std::vector<const Dialog*> Dialogs::subscriptions_through(const base::SiteName& site) const {
    const auto leads_there = [&](const Party& party) {
        const auto* hop = std::get_if<SiteHop>(&party.hop);
        return hop != nullptr && hop->site == site;
    };
    std::vector<const Dialog*> found;
    for (const auto& [when, key] : agenda_) {
        const Dialog& dialog = dialogs_.at(key);
        if (dialog.subscription && (leads_there(dialog.caller) || leads_there(dialog.callee))) found.push_back(&dialog);
    }
    return found;
}

}  // namespace innkeeper::calls
