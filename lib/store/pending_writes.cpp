#include "store/pending_writes.h"

namespace innkeeper::store {

namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

void PendingWrites::put(core::Row row) {
    std::visit(Overloaded{
                   [this](core::EpochRow&& epoch) { epoch_ = epoch; },
                   [this](core::FailoverRow&& failover) {
                       FailoverKey key{failover.home, failover.number};
                       failovers_.insert_or_assign(std::move(key), std::move(failover));
                   },
                   [this](core::SettingsRow&& settings) {
                       const base::Aor aor = settings.aor;
                       settings_.insert_or_assign(aor, std::move(settings));
                   },
                   [this](core::BindingsRow&& bindings) {
                       const base::Aor aor = bindings.aor;
                       if (bindings_.insert_or_assign(aor, std::move(bindings)).second) order_.push_back(aor);
                   },
                   [this](core::CallRecord&& call) {
                       const CallKey key{call.epoch.value, call.number};
                       calls_.insert_or_assign(key, std::move(call));
                       drop_oldest_calls();
                   },
               },
               std::move(row));
}

void PendingWrites::drop_oldest_calls() {
    while (calls_.size() > most_calls) {
        calls_.erase(calls_.begin());
        ++calls_dropped_;
    }
}

std::vector<core::Row> PendingWrites::take(std::size_t at_most) {
    std::vector<core::Row> taken;
    if (epoch_ && at_most > 0) {
        taken.emplace_back(*epoch_);
        epoch_.reset();
    }
    while (taken.size() < at_most && !failovers_.empty())
        taken.emplace_back(std::move(failovers_.extract(failovers_.begin()).mapped()));
    while (taken.size() < at_most && !settings_.empty())
        taken.emplace_back(std::move(settings_.extract(settings_.begin()).mapped()));
    while (taken.size() < at_most && !order_.empty()) {
        taken.emplace_back(std::move(bindings_.extract(order_.front()).mapped()));
        order_.pop_front();
    }
    while (taken.size() < at_most && !calls_.empty())
        taken.emplace_back(std::move(calls_.extract(calls_.begin()).mapped()));
    return taken;
}

void PendingWrites::put_back(std::vector<core::Row> rows) {
    // From the last to the first, because each goes to the front.
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        std::visit(Overloaded{
                       [this](core::EpochRow&& epoch) {
                           if (!epoch_) epoch_ = epoch;
                       },
                       [this](core::FailoverRow&& failover) {
                           FailoverKey key{failover.home, failover.number};
                           failovers_.try_emplace(std::move(key), std::move(failover));
                       },
                       [this](core::SettingsRow&& settings) {
                           const base::Aor aor = settings.aor;
                           settings_.try_emplace(aor, std::move(settings));
                       },
                       [this](core::BindingsRow&& bindings) {
                           const base::Aor aor = bindings.aor;
                           if (bindings_.try_emplace(aor, std::move(bindings)).second) order_.push_front(aor);
                       },
                       [this](core::CallRecord&& call) {
                           const CallKey key{call.epoch.value, call.number};
                           calls_.try_emplace(key, std::move(call));
                           drop_oldest_calls();
                       },
                   },
                   std::move(*row));
    }
}

}  // namespace innkeeper::store
