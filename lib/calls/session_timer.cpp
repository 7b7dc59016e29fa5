#include "calls/session_timer.h"

#include <algorithm>

#include "calls/header_fields.h"

namespace innkeeper::calls {
namespace {

std::string in_seconds(base::Duration duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

bool may_have_session(const Message& request) {
    return request.method == "INVITE" || request.method == "UPDATE";
}

bool knows_timers(const Message& request) {
    for (const std::string_view header : request.all("Supported"))
        for (const std::string_view option : split_list(header))
            if (same_ignoring_case(option, "timer")) return true;
    return false;
}

}  // namespace

std::optional<base::Duration> session_of(const Message& message) {
    const auto session = seconds_in(message, "Session-Expires");
    return session && *session >= shortest_session ? session : std::nullopt;
}

std::string session_to_ask_for(const Message& request) {
    if (!may_have_session(request) || request.find("Session-Expires") != nullptr) return {};
    const base::Duration least = seconds_in(request, "Min-SE").value_or(shortest_session);
    return in_seconds(std::max(usual_session, least));
}

void hand_session_to_caller(const Message& request, Message& answer) {
    if (!may_have_session(request) || answer.status < 200 || answer.status >= 300) return;
    if (answer.find("Session-Expires") != nullptr || !knows_timers(request)) return;
    const auto own = session_of(request);
    answer.set("Session-Expires", (own ? in_seconds(*own) : session_to_ask_for(request)) + ";refresher=uac");
    answer.headers.push_back({"Require", "timer"});
}

}  // namespace innkeeper::calls
