// Peer messages as bytes and back (peer_message.proto). Pure: the caller passes its clock. A message that a peer could
// not have meant is refused whole, with words that name the place; every limit of core/limits.h is checked here, so
// that the core may take a decoded message at its word. Records carry HA1s and hellos carry nonce keys (R22): buffers
// are wiped when dropped. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/expected.h"
#include "base/instant.h"
#include "base/wiped_bytes.h"
#include "core/peer_message.h"

namespace innkeeper::peer {

constexpr std::size_t longest_frame = 4 * 1024 * 1024;  // octets of one encoded message; a full page has a tenth

// Moments are written relative to `now`; those further away than a century are written as a century.
base::WipedBytes encode(const core::PeerMessage& message, base::Instant now);

base::Expected<core::PeerMessage> decode(std::string_view bytes, base::Instant now);

}  // namespace innkeeper::peer
