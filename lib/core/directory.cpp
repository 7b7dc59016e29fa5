#include "core/directory.h"

#include <algorithm>
#include <utility>

#include "core/fingerprint.h"

namespace innkeeper::core {
namespace {

std::size_t is_group(const backup::UserRecord& record) {
    return record.terminal == backup::TerminalKind::group ? 1 : 0;
}

}  // namespace

const backup::UserRecord* Directory::find(const base::Aor& aor) const {
    const auto found = entries_.find(aor);
    return found == entries_.end() ? nullptr : &found->second.record;
}

void Directory::put(backup::UserRecord record) {
    DirectoryEntry& entry = entries_[record.aor];
    entry.load = load_;
    const std::uint64_t digest = fingerprint(record);
    // After each reconnect the database is read anew; backups are told only what has changed.
    const bool known = entry.sequence.value != 0;
    if (known && entry.digest == digest && auth::same(entry.record.ha1, record.ha1)) return;
    digest_ += digest - entry.digest;
    entry.digest = digest;
    if (known) extensions_.remove(entry.record);
    extensions_.put(record);
    groups_ += is_group(record);
    if (known) groups_ -= is_group(entry.record);
    entry.record = std::move(record);
    changes_.touch(entry);
}

void Directory::remove(const base::Aor& aor) {
    const auto found = entries_.find(aor);
    if (found == entries_.end()) return;
    digest_ -= found->second.digest;
    extensions_.remove(found->second.record);
    groups_ -= is_group(found->second.record);
    changes_.remove(found->second, found->first);
    entries_.erase(found);
}

std::vector<base::Aor> Directory::load(UsersLoaded page) {
    if (page.restart) ++load_;
    for (backup::UserRecord& record : page.users) put(std::move(record));
    if (!page.complete) return {};
    loaded_ = true;
    std::vector<base::Aor> gone;
    for (const auto& [aor, entry] : entries_)
        if (entry.load != load_) gone.push_back(aor);
    std::sort(gone.begin(), gone.end());  // the table has no order of its own
    for (const base::Aor& aor : gone) remove(aor);
    return gone;
}

}  // namespace innkeeper::core
