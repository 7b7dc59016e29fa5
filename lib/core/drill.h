// A rehearsal on paper: what would happen at this backup if that home died now. Facts of the home and of each phone
// registered there in, a bounded report out; nothing is changed. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backup/user_record.h"
#include "base/address.h"
#include "base/aor.h"
#include "core/binding.h"
#include "core/readiness.h"

namespace innkeeper::core {

// Why a phone of that home would not be served here, the first that holds.
enum class NotCovered : std::uint8_t {
    not_entrusted,      // the home does not name this site as a backup
    no_record,          // its user's record is not here
    user_disabled,      // in the record
    domain_not_served,  // here
    ipv6_only,          // it is reached over IPv6, and this site does not listen there
    transport_missing,  // it uses a transport that this site does not offer
    nobody_physical,    // IP4: the failover would never begin
    no_room,            // beyond guest-capacity
};
inline constexpr NotCovered every_not_covered[] = {
    NotCovered::not_entrusted,     NotCovered::no_record, NotCovered::user_disabled,
    NotCovered::domain_not_served, NotCovered::ipv6_only, NotCovered::transport_missing,
    NotCovered::nobody_physical,   NotCovered::no_room,
};
std::string_view to_text(NotCovered reason);
std::string_view advice(NotCovered reason);

struct DrillFacts {
    base::SiteName home;
    base::SiteName backup;                    // this site
    bool entrusted = false;                   // the home names us as a backup
    MatchingSettings matching;                // ours
    std::vector<base::Transport> transports;  // ours; empty: any
    FailoverTrigger trigger = FailoverTrigger::physical;
    base::Duration lost_after{};
    base::Duration lost_after_witnessed{};
    std::uint32_t admission_rate = 1;
    std::optional<std::uint64_t> room;  // more guests that this site would take; empty: no limit
    std::vector<Finding> findings;      // of the pair, as --ready has them
};

// One user of the home that is registered there.
struct DrillPhone {
    const base::Aor* aor = nullptr;
    const std::vector<Binding>* bindings = nullptr;  // never empty
    const backup::UserRecord* record = nullptr;      // held here; null: none
    bool physical = false;                           // one of its terminals
};

struct NotCoveredCount {
    NotCovered reason = NotCovered::no_record;
    std::uint64_t phones = 0;
    std::vector<base::Aor> first;  // some of them, in order
};

struct DrillReport {
    base::SiteName home;
    base::SiteName backup;
    std::uint64_t phones = 0;  // registered at the home
    std::uint64_t covered = 0;
    std::uint64_t physical = 0;  // of the covered
    std::vector<NotCoveredCount> not_covered;
    // Empty where nobody would be served.
    std::optional<base::Duration> first_guest_witnessed;  // a phone knocks, or a third site misses the home too
    std::optional<base::Duration> first_guest_alone;      // nothing but silence speaks
    std::optional<base::Duration> pacing;                 // from the first guest to the last when all knock at once
    std::optional<base::Duration> last_refresh;           // until the last phone asks anybody for anything
    std::vector<Finding> findings;
};

// Phones are added one by one, in the order of their AORs; then the report is made.
class DrillTally {
public:
    explicit DrillTally(DrillFacts facts) : facts_(std::move(facts)) {}
    void add(base::Instant now, const DrillPhone& phone);
    DrillReport finish() &&;

private:
    std::optional<NotCovered> reason_for(const DrillPhone& phone) const;
    void leave_out(NotCovered reason, const base::Aor& aor);

    DrillFacts facts_;
    std::uint64_t phones_ = 0;
    std::uint64_t physical_ = 0;
    std::vector<base::Aor> covered_names_;  // the first, in case nobody begins
    std::uint64_t covered_ = 0;
    base::Duration last_refresh_{};
    std::array<NotCoveredCount, std::size(every_not_covered)> left_out_{};
};

}  // namespace innkeeper::core
