#include "core/replica.h"

#include <utility>

#include "core/fingerprint.h"

namespace innkeeper::core {

const ReplicaEntry* Replica::find(const base::Aor& aor) const {
    const auto found = entries_.find(aor);
    return found == entries_.end() ? nullptr : &found->second;
}

bool Replica::erase(const base::Aor& aor) {
    const auto found = entries_.find(aor);
    if (found == entries_.end()) return false;
    digest_ -= found->second.digest;
    entries_.erase(found);
    return true;
}

bool Replica::apply(RegistrationEntry entry, std::uint32_t generation) {
    if (entry.bindings.empty()) return erase(entry.aor);
    const std::uint64_t digest = fingerprint(entry.aor, entry.guest_of, entry.bindings);
    ReplicaEntry& kept = entries_[entry.aor];
    const bool news = digest != kept.digest;
    digest_ += digest - kept.digest;
    kept = ReplicaEntry{
        std::move(entry.guest_of), std::move(entry.bindings), entry.released, digest, generation, entry.stray};
    return news;
}

void Replica::drop_older(std::uint32_t generation) {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        if (entry->second.generation == generation) {
            ++entry;
        } else {
            digest_ -= entry->second.digest;
            entry = entries_.erase(entry);
        }
    }
}

}  // namespace innkeeper::core
