#include "backup/vault.h"

#include <utility>

namespace innkeeper::backup {

Vault::Held Vault::find(const base::Aor& aor) const {
    for (const auto& [name, home] : homes_) {
        const auto found = home.records.find(aor);
        if (found == home.records.end()) continue;
        const UserRecord& record = found->second.record;
        const auto changed = home.overlays.find(aor);
        return {&name, &record, changed == home.overlays.end() ? &record.settings : &changed->second};
    }
    return {};
}

void Vault::put(const base::SiteName& home, UserRecord record, std::uint64_t digest, std::uint32_t generation) {
    Home& of = homes_[home];
    const auto [found, is_new] = of.records.try_emplace(record.aor);
    if (is_new) of.order.clear();
    Kept& kept = found->second;
    of.digest += digest - kept.digest;
    kept = Kept{std::move(record), digest, generation};
}

void Vault::drop(const base::SiteName& home, const base::Aor& aor) {
    const auto of = homes_.find(home);
    if (of == homes_.end()) return;
    const auto found = of->second.records.find(aor);
    if (found == of->second.records.end()) return;
    of->second.digest -= found->second.digest;
    of->second.order.clear();
    of->second.records.erase(found);
    of->second.overlays.erase(aor);
}

void Vault::drop_all(const base::SiteName& home) {
    homes_.erase(home);
}

const std::vector<const UserRecord*>& Vault::in_order(const base::SiteName& home) {
    Home& of = homes_[home];
    if (!of.order.empty()) return of.order;
    of.order.reserve(of.records.size());
    for (const auto& [aor, kept] : of.records) of.order.push_back(&kept.record);
    std::sort(of.order.begin(), of.order.end(),
              [](const UserRecord* one, const UserRecord* other) { return one->aor < other->aor; });
    return of.order;
}

void Vault::drop_older(const base::SiteName& home, std::uint32_t generation) {
    const auto of = homes_.find(home);
    if (of == homes_.end()) return;
    of->second.order.clear();
    for (auto kept = of->second.records.begin(); kept != of->second.records.end();) {
        if (kept->second.generation == generation) {
            ++kept;
        } else {
            of->second.digest -= kept->second.digest;
            of->second.overlays.erase(kept->first);
            kept = of->second.records.erase(kept);
        }
    }
}

void Vault::overlay(const base::SiteName& home, const base::Aor& aor, std::string settings) {
    const auto of = homes_.find(home);
    if (of == homes_.end() || of->second.records.count(aor) == 0) return;
    of->second.overlays[aor] = std::move(settings);
}

void Vault::end_overlays(const base::SiteName& home) {
    const auto of = homes_.find(home);
    if (of != homes_.end()) of->second.overlays.clear();
}

std::uint64_t Vault::count(const base::SiteName& home) const {
    const auto found = homes_.find(home);
    return found == homes_.end() ? 0 : found->second.records.size();
}

std::uint64_t Vault::digest(const base::SiteName& home) const {
    const auto found = homes_.find(home);
    return found == homes_.end() ? 0 : found->second.digest;
}

}  // namespace innkeeper::backup
