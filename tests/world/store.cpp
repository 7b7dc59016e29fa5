#include "world/store.h"

#include <utility>

namespace innkeeper::world {
namespace {

struct Write {
    Store::Kept& kept;

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
};

}  // namespace

void Store::take(core::Row row) {
    pending_.push_back(std::move(row));
}

void Store::flush() {
    if (!available_) return;
    for (core::Row& row : pending_) std::visit(Write{kept_}, row);
    pending_.clear();
}

}  // namespace innkeeper::world
