// Who the caller is, as one that is trusted says it (RFC 3325): what an untrusted phone claims is taken off and put in
// place by what its record says; who asks for privacy is not shown to phones. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "calls/message.h"

namespace innkeeper::calls {

// Takes off what only one that is trusted may say: identities, diversions, history.
void forget_claims(Message& request);

// Privacy: id (or user, or header, which ask for more): the identity is for trusted ears only.
bool wants_privacy(const Message& request);

// "Display" <sip:...>; the display name is quoted, control octets in it are left out.
std::string identity_header(std::string_view display, std::string_view uri);

// What is put in place of a request's headers in a copy for a phone, which is not trusted.
std::vector<Header> for_phones(const Message& request);

}  // namespace innkeeper::calls
