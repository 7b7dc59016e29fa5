// Users by what others dial for them: the extension in their record, within the domain of their AOR. Where several have
// the same one, it is the first's. A value.
#pragma once

#include <set>
#include <utility>

#include "backup/user_record.h"

namespace innkeeper::backup {

class ExtensionIndex {
public:
    void put(const UserRecord& record) {
        if (const base::Aor dialled = dialled_for(record); !dialled.empty()) users_.insert({dialled, record.aor});
    }
    void remove(const UserRecord& record) {
        if (const base::Aor dialled = dialled_for(record); !dialled.empty()) users_.erase({dialled, record.aor});
    }
    void clear() { users_.clear(); }
    // The user whose extension the user part of `dialled` is; null: nobody's. Valid until the index changes.
    const base::Aor* find(const base::Aor& dialled) const {
        const auto found = users_.lower_bound({dialled, {}});
        return found != users_.end() && found->first == dialled ? &found->second : nullptr;
    }

private:
    // Empty: no extension, none that can be dialled, or one that names the user anyway.
    static base::Aor dialled_for(const UserRecord& record) {
        if (record.extension.empty() || record.extension == record.aor.user()) return {};
        auto aor = base::Aor::from_parts(record.extension, record.aor.domain());
        return aor ? std::move(*aor) : base::Aor{};
    }

    std::set<std::pair<base::Aor, base::Aor>> users_;  // dialled, whose it is
};

}  // namespace innkeeper::backup
