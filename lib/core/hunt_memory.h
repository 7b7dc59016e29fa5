// What a site remembers of its hunt groups' calls: whose turn is next, and since when each user has been idle. In
// memory, of this site alone; after a restart every rotation begins with the first member. A value.
#pragma once

#include <cstddef>
#include <unordered_map>

#include "base/aor.h"
#include "base/instant.h"

namespace innkeeper::core {

class HuntMemory {
public:
    // HuntPlan::next of the group's last call; 0: there was none.
    std::size_t next(const base::Aor& group) const {
        const auto found = next_.find(group);
        return found == next_.end() ? 0 : found->second;
    }
    void rung(const base::Aor& group, std::size_t next) { next_[group] = next; }

    // For users whose record is here, until they are forgotten: so it is as long as the list of these.
    void call_ended(base::Instant now, const base::Aor& user) { idle_since_[user] = now; }
    base::Instant idle_since(const base::Aor& user) const {
        const auto found = idle_since_.find(user);
        return found == idle_since_.end() ? base::Instant::min() : found->second;
    }

    void forget(const base::Aor& aor) {
        next_.erase(aor);
        idle_since_.erase(aor);
    }
    template <class Is>
    void forget_if(Is is) {  // is(pair whose `first` is the AOR)
        std::erase_if(next_, is);
        std::erase_if(idle_since_, is);
    }

private:
    std::unordered_map<base::Aor, std::size_t> next_;
    std::unordered_map<base::Aor, base::Instant> idle_since_;
};

}  // namespace innkeeper::core
