// Session timers (RFC 4028) as a proxy takes part in them: a call whose phones refresh it now and then is known to be
// over when they do not. A call without one is given one, if either phone knows how. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "calls/message.h"

namespace innkeeper::calls {

inline constexpr base::Duration shortest_session = std::chrono::seconds(90);  // section 5
inline constexpr base::Duration usual_session = std::chrono::minutes(30);     // section 4: the recommended one

// Of a request, or of the answer that settles it; nothing: none was agreed.
std::optional<base::Duration> session_of(const Message& message);

// What an INVITE or UPDATE on its way is to say in Session-Expires where its sender says nothing (section 8.1); empty:
// it has its own, or needs none.
std::string session_to_ask_for(const Message& request);
// The 2xx to `request` on its way back: the callee knows no timers, so that the caller has to refresh if it knows them
// (section 8.2).
void hand_session_to_caller(const Message& request, Message& answer);

}  // namespace innkeeper::calls
