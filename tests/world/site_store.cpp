// A site and its database: what is loaded at the start, what is written, and the conversion between the clocks of both.
#include <algorithm>
#include <utility>

#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t users_per_page = 7;  // small: several pages even for a small site

}  // namespace

void Site::set_store_available(bool available) {
    const Act act(world_.inputs, [&] { return "database of " + name().text + (available ? " back" : " away"); });
    if (store.available() == available) return;
    store.set_available(available);
    store_since_ = world_.calendar.now();
    world_.note(name().text, available ? "database returns" : "database away");
    const std::uint64_t life = life_;
    const base::Duration noticed_after = world_.nature.between(10ms, 1500ms);
    world_.calendar.after(noticed_after, [this, life, available] {
        if (life_ != life || process_ == Process::off || store.available() != available) return;
        if (available) return load_from_store();
        when_awake([this] { step(core::StoreAvailability{false, "connection lost"}, {"store"}); });
    });
}

void Site::change_users(std::vector<backup::UserRecord> changed, std::vector<base::Aor> removed) {
    const Act act(world_.inputs, [&] {
        std::string text;
        for (const backup::UserRecord& user : changed) text += (text.empty() ? "" : "\n") + sentence(name(), user);
        for (const base::Aor& aor : removed)
            text +=
                (text.empty() ? "user " : "\nuser ") + std::string(aor.user()) + " of " + name().text + " is removed";
        return text;
    });
    const auto same = [](const base::Aor& aor) {
        return [&aor](const backup::UserRecord& user) { return user.aor == aor; };
    };
    for (const backup::UserRecord& user : changed) {
        std::erase_if(store.users, same(user.aor));
        store.users.push_back(user.clone());
    }
    for (const base::Aor& aor : removed) std::erase_if(store.users, same(aor));
    if (!loaded_) return;
    auto shared = std::make_shared<core::UsersChanged>(core::UsersChanged{std::move(changed), std::move(removed)});
    when_awake([this, shared] { step(std::move(*shared), {"users"}); });
}

void Site::load_from_store() {
    const std::uint64_t life = life_;
    const base::Duration connecting = world_.nature.between(1ms, 80ms);
    world_.calendar.after(connecting, [this, life] {
        if (life_ != life || process_ == Process::off) return;
        when_awake([this] {
            const bool available = store.available();
            step(core::StoreAvailability{available, available ? "" : "connection refused"}, {"store"});
            if (!available) return;
            if (!std::exchange(loaded_, true)) {
                step(state_kept(), {"state"});
                world_.watch.state_loaded(*this);
                std::vector<core::LicencePool> pools = store.pools;
                for (core::LicencePool& pool : pools)
                    if (pool.ends) pool.ends = local(pool.ends->time_since_epoch());
                step(core::LicencesLoaded{std::move(pools)}, {"licences"});
                load_pages_of_users();
            }
            store.flush();
        });
    });
}

void Site::recall() {
    core::MemoryFound found;
    if (!memory_.empty()) found.images.emplace_back(memory_.begin(), memory_.end());
    step(std::move(found), {"memory"});
    world_.watch.recalled(*this);
}

// The writer may have died half-way.
void Site::tear_memory() {
    if (world_.nature.chance(0.5)) return;
    for (std::uint64_t left = world_.nature.below(64); left > 0; --left)
        memory_ += static_cast<char>(world_.nature.below(256));
}

void Site::load_pages_of_users() {
    for (std::size_t first = 0; first == 0 || first < store.users.size(); first += users_per_page) {
        const std::size_t last = std::min(first + users_per_page, store.users.size());
        core::UsersLoaded page;
        for (std::size_t at = first; at < last; ++at) page.users.push_back(store.users[at].clone());
        page.restart = first == 0;
        page.complete = last == store.users.size();
        step(std::move(page), {"users"});
    }
    world_.watch.users_loaded(*this);
}

template <class Change>
void Site::convert(core::Row& row, Change change) const {
    if (auto* bindings = std::get_if<core::BindingsRow>(&row)) {
        for (core::Binding& binding : bindings->bindings) {
            binding.registered = change(binding.registered);
            binding.expires = change(binding.expires);
            binding.promised = change(binding.promised);
        }
    } else if (auto* failover = std::get_if<core::FailoverRow>(&row)) {
        failover->allowed = change(failover->allowed);
        for (auto* when : {&failover->began, &failover->returning, &failover->ended})
            if (*when) *when = change(**when);
    }
}

core::StateLoaded Site::state_kept() const {
    const auto to_local = [this](base::Instant kept) { return local(kept.time_since_epoch()); };
    core::StateLoaded state;
    state.epoch = store.kept().epoch;
    for (const auto& [aor, kept] : store.kept().bindings) {
        core::Row row = kept;
        convert(row, to_local);
        auto& bindings = std::get<core::BindingsRow>(row);
        for (core::Binding& binding : bindings.bindings) binding.expires = binding.promised;
        state.bindings.push_back(std::move(bindings));
    }
    for (const auto& [key, kept] : store.kept().failovers) {
        core::Row row = kept;
        convert(row, to_local);
        state.failovers.push_back(std::get<core::FailoverRow>(row));
    }
    return state;
}

void Site::write(core::Row row) {
    convert(row, [this](base::Instant instant) { return base::Instant(world_moment(instant)); });
    store.take(std::move(row));
    if (std::exchange(flush_planned_, true)) return;
    const std::uint64_t life = life_;
    const base::Duration latency = world_.nature.between(2ms, 30ms);
    world_.calendar.after(latency, [this, life] {
        if (life_ != life || process_ == Process::off) return;
        flush_planned_ = false;
        store.flush();
    });
}

}  // namespace innkeeper::world
