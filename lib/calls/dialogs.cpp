#include "calls/dialogs.h"

#include <algorithm>
#include <charconv>

#include "calls/address_fields.h"

namespace innkeeper::calls {
namespace {

std::string key_of(std::string_view call_id, std::string_view caller_tag, std::string_view callee_tag) {
    return std::string(call_id).append("\n").append(caller_tag).append("\n").append(callee_tag);
}

std::string tag_of(const Message& message, std::string_view header) {
    const std::string* value = message.find(header);
    const auto address = value != nullptr ? NameAddr::parse(*value) : base::Expected<NameAddr>(base::error("absent"));
    return address ? std::string(address->tag()) : std::string{};
}

// RFC 4028 section 9: who does not refresh before its end has hung up; half as much again for lost messages.
base::Duration session_of(const Message& answer) {
    const std::string* header = answer.find("Session-Expires");
    std::uint32_t seconds = 0;
    if (header == nullptr) return Dialogs::ceiling;
    const auto parsed = std::from_chars(header->data(), header->data() + header->size(), seconds);
    if (parsed.ec != std::errc{} || seconds < 90) return Dialogs::ceiling;
    return std::min<base::Duration>(std::chrono::seconds(seconds) * 3 / 2, Dialogs::ceiling);
}

}  // namespace

const Dialog* Dialogs::note(base::Instant now, const Message& request, const Message& answer, Party caller,
                            Party callee) {
    const std::string* call_id = request.find("Call-ID");
    if (call_id == nullptr) return nullptr;
    caller.tag = tag_of(request, "From");
    callee.tag = tag_of(answer, "To");
    if (callee.tag.empty()) return nullptr;
    const std::string key = key_of(*call_id, caller.tag, callee.tag);
    auto found = dialogs_.find(key);
    if (found == dialogs_.end()) {
        if (dialogs_.size() >= most) return nullptr;
        Dialog fresh{*call_id, std::move(caller), std::move(callee), request.method == "INVITE", false, now, {}};
        found = dialogs_.emplace(key, std::move(fresh)).first;
    } else if (!callee.contact.empty()) {
        found->second.callee = std::move(callee);
    }
    Dialog& dialog = found->second;
    const bool success = answer.status >= 200 && answer.status < 300;
    if (success && !dialog.confirmed) {
        dialog.confirmed = true;
        dialog.began = now;
        count(dialog, 1);
    }
    schedule(key, dialog, now + (dialog.confirmed ? session_of(answer) : setup));
    return &dialog;
}

void Dialogs::schedule(const std::string& key, Dialog& dialog, base::Instant ends) {
    agenda_.erase({dialog.ends, key});
    dialog.ends = ends;
    agenda_.insert({ends, key});
}

void Dialogs::count(const Dialog& dialog, int sign) {
    if (!dialog.is_call) return;
    calls_ += static_cast<std::size_t>(sign);
    for (const Party* party : {&dialog.caller, &dialog.callee}) {
        if (party->aor.empty()) continue;
        std::uint32_t& calls = calls_of_[party->aor];
        calls += static_cast<std::uint32_t>(sign);
        if (calls == 0) calls_of_.erase(party->aor);
    }
}

Dialogs::Map::const_iterator Dialogs::locate(const Message& request, bool& to_callee) const {
    const std::string* call_id = request.find("Call-ID");
    if (call_id == nullptr) return dialogs_.end();
    const std::string from = tag_of(request, "From");
    const std::string to = tag_of(request, "To");
    if (to.empty()) return dialogs_.end();
    to_callee = true;
    auto found = dialogs_.find(key_of(*call_id, from, to));
    if (found != dialogs_.end()) return found;
    to_callee = false;
    return dialogs_.find(key_of(*call_id, to, from));
}

Dialogs::Match Dialogs::find(const Message& request) const {
    bool to_callee = true;
    const auto found = locate(request, to_callee);
    if (found == dialogs_.end()) return {};
    const Dialog& dialog = found->second;
    return to_callee ? Match{&dialog, &dialog.callee, &dialog.caller} : Match{&dialog, &dialog.caller, &dialog.callee};
}

// A refresh by re-INVITE or UPDATE; it may also have moved a side's Contact (RFC 3261 section 12.2).
void Dialogs::refreshed(base::Instant now, const Message& request, const Message& answer) {
    if (answer.status < 200 || answer.status >= 300) return;
    bool to_callee = true;
    const auto found = locate(request, to_callee);
    if (found == dialogs_.end()) return;
    Dialog& dialog = dialogs_.at(found->first);
    const auto move = [](Party& party, const Message& message) {
        const std::string* header = message.find("Contact");
        const auto address = header != nullptr ? NameAddr::parse(*header) : base::Expected<NameAddr>(base::error(""));
        if (address) party.contact = address->uri;
    };
    move(to_callee ? dialog.caller : dialog.callee, request);
    move(to_callee ? dialog.callee : dialog.caller, answer);
    schedule(found->first, dialog, now + session_of(answer));
}

Dialog Dialogs::take(Map::const_iterator found) {
    Dialog dialog = found->second;
    agenda_.erase({dialog.ends, found->first});
    if (dialog.confirmed) count(dialog, -1);
    dialogs_.erase(found);
    return dialog;
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

}  // namespace innkeeper::calls
