// Who is registered here: own users and guests, by AOR. The dataset `registrations` of this site, of which it is the
// one writer; also what is kept per authenticated AOR between registrations (replay window, first refusal).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <queue>
#include <unordered_map>
#include <vector>

#include "auth/nonce.h"
#include "core/admission_queue.h"
#include "core/binding.h"
#include "core/change_log.h"
#include "core/peer_message.h"
#include "core/refusal.h"

namespace innkeeper::core {

struct GuestCount {            // of one home, AORs
    std::uint64_t guests = 0;  // served here
    std::uint64_t free = 0;    // released, or kept after they came back
    std::uint64_t busy = 0;    // in a call, and neither
    std::uint64_t strays = 0;
    std::uint64_t standbys = 0;  // with nothing but standby bindings
};

// A guest on its way home, as failback follows it (core/homecoming.h).
enum class Journey : std::uint8_t { none, sent, told };

struct LocationEntry {
    const base::Aor* aor = nullptr;  // the key it is stored under
    std::vector<Binding> bindings;   // empty: not registered here now
    base::SiteName guest_of;         // of the bindings; empty: own user
    auth::ReplayWindow replay;
    base::Sequence sequence;   // ChangeLog
    std::uint64_t digest = 0;  // of the bindings, as counted in the dataset's digest
    base::Instant in_agenda;   // earliest entry of the agenda; zero: none
    static constexpr base::Instant never = base::Instant::min();
    base::Instant refused_since = never;  // when a returning home's phone was first sent there
    backup::TerminalKind licence_kind = backup::TerminalKind::unknown;
    std::uint32_t licences = 0;                 // drawn, of that kind
    base::Instant turned_away = never;          // an own user: when its phone was last refused here, and so was heard
    base::Instant let_go = never;               // an own user: when its phone last did not answer (core/stray.h)
    bool released = false;                      // a guest whom failback has sent home
    bool stray = false;                         // a guest although its home serves
    Refusal last_refusal = Refusal::malformed;  // with last_refused; for --explain
    base::Instant last_refused = never;
    Turn turn;          // of a newcomer that was told to wait
    bool kept = false;  // one that came back because its home did not take it; it may go when it likes
    Journey journey = Journey::none;
    std::uint32_t calls = 0;       // under way on its phone (IP7)
    base::Instant calls_since;     // when that number changed
    std::uint32_t moved_in = 0;    // number of the failover in which it was counted as moved,
    std::uint32_t refused_in = 0;  // as turned away

    struct Counted {                   // what the entry stands for in the counts of Location, which alone keeps it
        GuestCount* guests = nullptr;  // null: own user
        std::uint32_t bindings = 0;
        bool free = false;
        bool busy = false;
        bool stray = false;
        bool served = false;
        bool operator==(const Counted&) const = default;
    } counted;
};

class Location {
public:
    Location() { entries_.max_load_factor(0.5F); }  // a stranger met on the way to an entry is a cache miss
    LocationEntry* find(const base::Aor& aor);
    const LocationEntry* find(const base::Aor& aor) const;
    LocationEntry& obtain(const base::Aor& aor);  // makes an empty one; only for authenticated AORs, so that strangers
                                                  // cannot make the table grow (R15)

    // To be called after `entry.bindings` or its guest_of was changed: counts, digest, agenda. `tell` also puts it into
    // the change log for the peers.
    void settle(LocationEntry& entry, bool tell);

    // AORs that have a binding which expired by `now`; each once. The caller removes those bindings and settles.
    std::vector<LocationEntry*> due(base::Instant now);
    base::Instant next_expiry() const;  // Instant::max() when there is none

    const ChangeLog<LocationEntry>& changes() const { return changes_; }
    void renumber() { changes_.renumber(); }
    Version version() const { return {changes_.latest(), digest_}; }

    std::uint64_t bindings() const { return bindings_; }
    std::uint64_t own_registered() const { return own_registered_; }
    std::uint64_t guests() const;
    std::uint64_t guests_of(const base::SiteName& home) const;  // without standbys
    std::uint64_t strays_of(const base::SiteName& home) const;  // of these
    std::uint64_t standbys() const;
    std::uint64_t standbys_of(const base::SiteName& home) const;

    // Guests of `home` that are neither released nor in a call, in the order of their last change, at most `most`.
    std::vector<LocationEntry*> idle_guests(const base::SiteName& home, std::size_t most);
    std::uint64_t unreleased_of(const base::SiteName& home) const;  // those in a call too
    std::uint64_t busy_of(const base::SiteName& home) const;
    void release(LocationEntry& guest);
    void keep(LocationEntry& guest);  // it came back
    void take_back(LocationEntry& guest);

    // Every entry with a binding, in the order of change. visit(LocationEntry&); must not settle.
    template <class Visit>
    void each_registered(Visit visit) {
        changes_.visit_after({}, ~std::size_t{0}, [&](const LocationEntry* entry, const base::Aor*) {
            if (entry != nullptr && !entry->bindings.empty()) visit(const_cast<LocationEntry&>(*entry));
        });
    }

    template <class Is>
    bool any_registered(Is is) const {
        return std::any_of(entries_.begin(), entries_.end(),
                           [&](const auto& entry) { return !entry.second.bindings.empty() && is(entry.second); });
    }

private:
    struct Due {
        base::Instant at;
        LocationEntry* entry;
        bool operator>(const Due& other) const { return at > other.at; }
    };
    void count(LocationEntry& entry);
    void put_in_agenda(LocationEntry& entry);

    std::unordered_map<base::Aor, LocationEntry> entries_;  // entries keep their address
    ChangeLog<LocationEntry> changes_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> agenda_;
    std::map<base::SiteName, GuestCount> guests_;  // counts keep their address
    std::uint64_t digest_ = 0;
    std::uint64_t bindings_ = 0;
    std::uint64_t own_registered_ = 0;
};

base::Instant earliest_expiry(const std::vector<Binding>& bindings);  // Instant::max() when empty

}  // namespace innkeeper::core
