#include "core/licence_ledger.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace innkeeper::core {

void LicenceLedger::load(std::vector<LicencePool> pools) {
    pools_ = std::move(pools);
}

const LicencePool* LicenceLedger::pool_of(backup::TerminalKind kind) const {
    const auto found = std::find_if(pools_.begin(), pools_.end(),
                                    [kind](const LicencePool& pool) { return pool.name == backup::to_text(kind); });
    return found == pools_.end() ? nullptr : &*found;
}

bool LicenceLedger::available(base::Instant now, backup::TerminalKind kind, std::uint32_t count) const {
    if (count == 0) return true;
    const LicencePool* pool = pool_of(kind);
    if (pool == nullptr) return true;
    if (pool->ends && now >= *pool->ends) return false;
    const auto used = used_.find(kind);
    return (used == used_.end() ? 0 : used->second) + count <= pool->capacity;
}

void LicenceLedger::draw(backup::TerminalKind kind, std::uint32_t count) {
    used_[kind] += count;
}

void LicenceLedger::give_back(backup::TerminalKind kind, std::uint32_t count) {
    std::uint64_t& used = used_[kind];
    INNKEEPER_ASSERT(used >= count);
    used -= count;
}

std::vector<LicenceReport> LicenceLedger::report(base::Instant now) const {
    std::vector<LicenceReport> rows;
    for (const LicencePool& pool : pools_) {
        const auto kind = backup::terminal_kind_from(pool.name);
        const auto used = kind ? used_.find(*kind) : used_.end();
        LicenceReport row{pool.name, pool.capacity, used == used_.end() ? 0 : used->second, std::nullopt};
        if (pool.ends) row.ends_in = *pool.ends - now;
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace innkeeper::core
