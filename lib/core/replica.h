// What another site says of who is registered at it: a copy that only its writer changes.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/peer_message.h"

namespace innkeeper::core {

struct ReplicaEntry {
    base::SiteName guest_of;
    std::vector<Binding> bindings;  // never empty
    bool released = false;          // a guest whom its backup has sent home
    std::uint64_t digest = 0;
    std::uint32_t generation = 0;
    bool stray = false;
};

class Replica {
public:
    const ReplicaEntry* find(const base::Aor& aor) const;
    std::size_t size() const { return entries_.size(); }
    std::uint64_t digest() const { return digest_; }
    const std::map<base::Aor, ReplicaEntry>& entries() const { return entries_; }

    // True when it is news: what was known of this AOR was different.
    bool apply(RegistrationEntry entry, std::uint32_t generation);
    void drop_older(std::uint32_t generation);

private:
    bool erase(const base::Aor& aor);

    std::map<base::Aor, ReplicaEntry> entries_;  // ordered: it is shown page by page
    std::uint64_t digest_ = 0;
};

}  // namespace innkeeper::core
