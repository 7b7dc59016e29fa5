// Hashes that every site computes alike, for comparing a copy with its original. Not for secrets and not against
// forgery: peers are authenticated.
#pragma once

#include <cstdint>

#include "core/peer_message.h"

namespace innkeeper::core {

// Over what is told to peers whenever it changes: neither expiry, age nor CSeq.
std::uint64_t fingerprint(const base::Aor& aor, const base::SiteName& guest_of, const std::vector<Binding>& bindings);
std::uint64_t fingerprint(const backup::UserRecord& record);
std::uint64_t fingerprint(const base::Aor& aor);

}  // namespace innkeeper::core
