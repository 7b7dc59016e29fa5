// The answer to a keepalive of an outbound flow over UDP (RFC 5626 sections 4.4.2 and 8): a STUN Binding request
// (RFC 8489) on the SIP port, answered with where it came from. A phone that was granted an outbound registration and
// hears nothing takes its flow for dead. Pure; no state.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/address.h"

namespace innkeeper::sip {

inline constexpr std::size_t stun_answer_octets = 44;  // for IPv6; 32 for IPv4

// Octets written to `out`, which has room for stun_answer_octets; 0: the datagram is no STUN Binding request.
std::size_t answer_stun_keepalive(std::string_view datagram, const base::Endpoint& source, char* out);

}  // namespace innkeeper::sip
