#include "world/store.h"

#include <utility>

namespace innkeeper::world {
namespace {

struct Write {
    Store::Kept& kept;
    std::vector<backup::UserRecord>& users;

    void operator()(core::BindingsRow& row) const {
        if (row.bindings.empty()) {
            kept.bindings.erase(row.aor);
        } else {
            const base::Aor aor = row.aor;
            kept.bindings[aor] = std::move(row);
        }
    }
    void operator()(core::FailoverRow& row) const {
        const std::pair key(row.home, row.number);
        kept.failovers[key] = std::move(row);
    }
    void operator()(core::EpochRow& row) const { kept.epoch = row.epoch; }
    void operator()(core::CallRecord&) const {}  // nobody in the world reads them again
    void operator()(core::SettingsRow& row) const {
        for (backup::UserRecord& user : users)
            if (user.aor == row.aor) user.settings = row.settings;
    }
};

}  // namespace

void Store::take(core::Row row) {
    pending_.push_back(std::move(row));
}

void Store::flush() {
    if (!available_) return;
    for (core::Row& row : pending_) std::visit(Write{kept_, users}, row);
    pending_.clear();
}

}  // namespace innkeeper::world
