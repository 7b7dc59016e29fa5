// By which of our addresses the other side of a hop reaches us, and how octets leave for it.
#pragma once

#include <string>
#include <string_view>

#include "base/aor.h"
#include "calls/hop.h"
#include "core/effect.h"
#include "core/settings.h"

namespace innkeeper::core {

std::string_view via_name(base::Transport transport);  // "UDP", as a Via has it
// Null between sites, and where none of our listeners fits.
const CallSettings::Address* listener_for(const Settings& settings, const calls::Hop& hop);
std::string sent_by(const Settings& settings, const calls::Hop& hop);  // of our Via: "UDP 192.0.2.1:5060"
std::string uri_of(const CallSettings::Address& listener);             // "sip:192.0.2.1:5060;transport=udp"
std::string route_to(const CallSettings::Address& listener);  // the same for Record-Route, by name if it has one
std::string user_of(const base::Aor& aor);                    // as it stands in a URI, escaped where it must be
std::string uri_of(const base::Aor& aor);                     // "sip:user@domain"
// To a phone or an address it is the edge's to send, to another site the link's.
void push_sip(calls::Transmit transmit, Effects& out);

}  // namespace innkeeper::core
