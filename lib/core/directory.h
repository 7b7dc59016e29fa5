// The users of this site, as PostgreSQL has them: the dataset `records`, told to the backups that this site names.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "backup/extension_index.h"
#include "backup/user_record.h"
#include "core/change_log.h"
#include "core/event.h"

namespace innkeeper::core {

struct DirectoryEntry {
    backup::UserRecord record;
    base::Sequence sequence;
    std::uint64_t digest = 0;
    std::uint32_t load = 0;  // number of the full load that saw it last
};

class Directory {
public:
    Directory() { entries_.max_load_factor(0.5F); }  // as in Location
    const backup::UserRecord* find(const base::Aor& aor) const;
    const base::Aor* find_extension(const base::Aor& dialled) const { return extensions_.find(dialled); }
    bool loaded() const { return loaded_; }  // at least once completely
    // What it holds is a complete list that a backup lent: as good for serving phones until the first load is complete,
    // and never told to a backup.
    bool borrowed() const { return borrowed_ && !loaded_; }
    std::size_t size() const { return entries_.size(); }
    std::size_t users() const { return entries_.size() - groups_; }  // without hunt groups
    template <class Visit>                                           // visit(const UserRecord&), in no order
    void each(Visit visit) const {
        for (const auto& [aor, entry] : entries_) visit(entry.record);
    }

    void put(backup::UserRecord record);
    void remove(const base::Aor& aor);
    // One page of a full load; returns the users that are gone, on the last page.
    std::vector<base::Aor> load(UsersLoaded page);
    void borrow(backup::UserRecord record) { put(std::move(record)); }
    void finish_borrowing() { borrowed_ = true; }

    const ChangeLog<DirectoryEntry>& changes() const { return changes_; }
    void renumber() { changes_.renumber(); }
    Version version() const { return {changes_.latest(), digest_}; }

private:
    std::unordered_map<base::Aor, DirectoryEntry> entries_;
    ChangeLog<DirectoryEntry> changes_;
    backup::ExtensionIndex extensions_;
    std::size_t groups_ = 0;
    std::uint64_t digest_ = 0;
    std::uint32_t load_ = 0;
    bool loaded_ = false;
    bool borrowed_ = false;
};

}  // namespace innkeeper::core
