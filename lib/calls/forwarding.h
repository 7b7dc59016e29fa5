// What a proxy does to a request on its way (RFC 3261 sections 16.3, 16.4 and 16.6, RFC 5393, RFC 3581): checks it,
// takes its own Route entries off, and makes the copy for one target. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calls/address_fields.h"
#include "calls/hop.h"
#include "calls/message.h"

namespace innkeeper::calls {

struct Fault {
    std::uint16_t status = 400;
    std::string phrase;
    std::string unsupported;  // with 420
};

// What every request must have beside a sound Via, whoever sends it: the mandatory headers, once each; a Max-Forwards
// left, nothing in Proxy-Require, a Max-Breadth left. Nothing: sound.
std::optional<Fault> find_fault(const Message& request);

inline constexpr std::uint32_t usual_max_forwards = 70;
inline constexpr std::uint32_t usual_max_breadth = 60;

// Ours: the Request-URI or Route entry of a request that was sent to us because of our Record-Route.
using IsOurs = std::function<bool(const SipUri&)>;
// Undoes what a strict router did to the Request-URI, then takes off every leading Route that is ours. True when there
// was one: the request follows a route set that we are part of.
bool take_own_routes(Message& request, const IsOurs& is_ours);

// A hash of what makes a request a repetition of one that was here before, if our own Via is on it (RFC 5393 section
// 4.2); eight hexadecimal digits inside our branches.
std::string loop_hash(const Message& request);
std::string make_branch(std::string_view loop, std::uint64_t unique, std::uint64_t seed);
// True when a Via of ours carries the same hash: nothing has changed since, so it would come again.
bool is_loop(const Message& request, std::string_view loop, std::uint64_t seed);

// The header of a response's way back: `received` and `rport` of the topmost Via (RFC 3581 section 4), which is `via`.
void note_source(Message& request, Via via, const base::Endpoint& source);

// An answer to a request of our own making (RFC 3261 section 8.2.6); `to_tag` is used where To has none, 100 gets none.
Message make_answer(const Message& request, std::uint16_t status, std::string_view phrase, std::string_view to_tag);
// Takes our Via off an answer; what is below is again as it was in `request`, whatever became of it on the way. False:
// nothing is below, so the answer was meant for us alone (section 16.7, step 3).
bool take_own_via(Message& answer, const Message& request);
// The CANCEL and the ACK of a forwarded INVITE (sections 9.1 and 17.1.1.3).
Message make_cancel(const Message& sent);
Message make_ack(const Message& sent, const Message& refusal);

}  // namespace innkeeper::calls
