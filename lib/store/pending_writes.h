// What is still to be written to PostgreSQL: the latest row of each key, not a queue of changes. An hour without a
// database costs memory for one row per user and one pass to catch up (promise R8); of calls, which are new each time,
// the latest `most_calls` wait. A value; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/row.h"

namespace innkeeper::store {

class PendingWrites {
public:
    static constexpr std::size_t most_calls = 50000;  // some 25 MB

    // Replaces an earlier row of the same key, which keeps its place in the order.
    void put(core::Row row);
    // The oldest keys first, the epoch, failovers and settings before bindings, calls last.
    std::vector<core::Row> take(std::size_t at_most);
    // Rows that could not be written come back to the front, each unless a newer one of its key is here.
    void put_back(std::vector<core::Row> rows);

    std::size_t size() const {
        return (epoch_ ? 1 : 0) + failovers_.size() + settings_.size() + bindings_.size() + calls_.size();
    }
    bool empty() const { return size() == 0; }
    std::uint64_t calls_dropped() const { return calls_dropped_; }  // so far, the oldest ones

private:
    using CallKey = std::pair<std::uint64_t, std::uint64_t>;  // epoch and number: the oldest first
    void drop_oldest_calls();

    using FailoverKey = std::pair<base::SiteName, std::uint64_t>;

    std::optional<core::EpochRow> epoch_;
    std::map<FailoverKey, core::FailoverRow> failovers_;
    std::map<base::Aor, core::SettingsRow> settings_;
    std::unordered_map<base::Aor, core::BindingsRow> bindings_;
    std::deque<base::Aor> order_;  // every key of bindings_ once
    std::map<CallKey, core::CallRecord> calls_;
    std::uint64_t calls_dropped_ = 0;
};

}  // namespace innkeeper::store
