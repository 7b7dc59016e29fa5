// Licence pools as an operator sets them: --set-licence POOL=COUNT[,until=DATE]. A pool is a kind of terminal; a kind
// without a pool is not limited, which POOL=unlimited brings back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/expected.h"

namespace innkeeper::store {

struct LicenceSpec {
    std::string pool;
    std::optional<std::uint64_t> capacity;         // empty: unlimited, no pool
    std::optional<std::chrono::sys_seconds> ends;  // the end, in UTC, of the day named by `until`
    bool operator==(const LicenceSpec&) const = default;
};

base::Expected<LicenceSpec> parse_licence(std::string_view text);  // "desk=100,until=2027-12-31"

// Blocks; for a process that does only this. Running daemons are notified by the database.
base::Expected<LicenceSpec> set_licence(const std::string& conninfo, std::string_view text);

}  // namespace innkeeper::store
