// Registrations with the first PBX on behalf of the phones that are in service here (`register-upstream`), for a PBX
// that calls nobody who has not registered. Which AOR's turn it is, when it is renewed, and what became of it. It never
// has anything to say about a phone's own registration. Pure; a value of the gatekeeper.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/aor.h"
#include "base/instant.h"

namespace innkeeper::core {

class Upstream {
public:
    // A PBX with its users in a database takes several hundred; 10,000 phones of an hour's expiry need three a second.
    static constexpr base::Duration pace = std::chrono::milliseconds(10);
    static constexpr std::size_t most_under_way = 200;  // the rest waits for answers, not in our memory
    static constexpr std::chrono::seconds asked_for{3600};
    static constexpr base::Duration after_refusal = std::chrono::minutes(5);
    static constexpr base::Duration after_silence = std::chrono::seconds(10);

    void want(base::Instant now, const base::Aor& aor);     // its phone is in service here
    void release(base::Instant now, const base::Aor& aor);  // it is not any more
    // The PBX is away: nothing is asked of it; there again: it may have forgotten everybody.
    void set_there(base::Instant now, bool there);

    struct Turn {
        base::Aor aor;
        bool leaving = false;      // to be unregistered
        std::uint64_t number = 0;  // of the AOR, for its Call-ID: the same for all its requests
        std::uint32_t cseq = 0;
    };
    std::optional<Turn> take_due(base::Instant now);  // until nothing
    // The same request again, with credentials.
    Turn again(const base::Aor& aor);

    void granted(base::Instant now, const base::Aor& aor, std::chrono::seconds expires);
    // `why` in words; `wait`: before it is tried again.
    void failed(base::Instant now, const base::Aor& aor, std::string why, base::Duration wait);

    std::vector<base::Aor> wanted() const;
    base::Instant next_deadline() const;
    struct Counts {
        std::uint64_t registered = 0;
        std::uint64_t failed = 0;
        std::uint64_t waiting = 0;  // for their first answer
    };
    Counts counts() const { return counts_; }
    const std::string* trouble_of(const base::Aor& aor) const;  // null: none known

private:
    enum class State : std::uint8_t { waiting, registered, failed };
    struct Entry {
        State state = State::waiting;
        bool wanted = true;
        bool under_way = false;
        bool changed = false;  // wanted otherwise while a request was under way
        std::uint64_t number = 0;
        std::uint32_t cseq = 0;
        base::Instant due = base::Instant::max();  // its place in the agenda
        std::string why;
    };
    using Map = std::map<base::Aor, Entry>;

    void plan(Map::iterator which, base::Instant due);
    void enter(Entry& entry, State state);
    void settled(base::Instant now, Map::iterator which, base::Instant due);
    void forget(Map::iterator which);
    std::uint64_t& count_of(State state);

    Map all_;
    std::set<std::pair<base::Instant, base::Aor>> agenda_;
    std::size_t under_way_ = 0;
    base::Instant next_slot_;
    bool there_ = true;
    std::uint64_t last_number_ = 0;
    Counts counts_;
};

}  // namespace innkeeper::core
