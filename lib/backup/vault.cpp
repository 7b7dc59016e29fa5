#include "backup/vault.h"

#include <utility>

#include "backup/record_image.h"

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

const base::Aor* Vault::find_extension(const base::Aor& dialled) const {
    for (const auto& [name, home] : homes_)
        if (const base::Aor* aor = home.extensions.find(dialled)) return aor;
    return nullptr;
}

void Vault::put(const base::SiteName& home, UserRecord record, std::uint64_t digest, std::uint32_t generation) {
    Home& of = homes_[home];
    const auto [found, is_new] = of.records.try_emplace(record.aor);
    if (is_new) of.order.clear();
    Kept& kept = found->second;
    // A full copy tells much that is known: only what differs is worth a frame.
    const bool news = is_new || kept.digest != digest || !auth::same(kept.record.ha1, record.ha1);
    if (news && journal_ != nullptr) write_record(*journal_, home, digest, record);
    of.digest += digest - kept.digest;
    if (!is_new) of.extensions.remove(kept.record);
    of.extensions.put(record);
    kept = Kept{std::move(record), digest, generation};
}

void Vault::drop(const base::SiteName& home, const base::Aor& aor) {
    const auto of = homes_.find(home);
    if (of == homes_.end()) return;
    const auto found = of->second.records.find(aor);
    if (found == of->second.records.end()) return;
    if (journal_ != nullptr) write_record_gone(*journal_, home, aor);
    of->second.digest -= found->second.digest;
    of->second.order.clear();
    of->second.extensions.remove(found->second.record);
    of->second.records.erase(found);
    of->second.overlays.erase(aor);
}

void Vault::drop_all(const base::SiteName& home) {
    if (homes_.erase(home) > 0 && journal_ != nullptr) write_home_gone(*journal_, home);
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
            if (journal_ != nullptr) write_record_gone(*journal_, home, kept->first);
            of->second.digest -= kept->second.digest;
            of->second.overlays.erase(kept->first);
            of->second.extensions.remove(kept->second.record);
            kept = of->second.records.erase(kept);
        }
    }
}

void Vault::write_all(base::WipedBytes& to) const {
    for (const auto& [name, home] : homes_) {
        for (const auto& [aor, kept] : home.records) write_record(to, name, kept.digest, kept.record);
        for (const auto& [aor, settings] : home.overlays) write_overlay(to, name, aor, settings);
    }
}

void Vault::overlay(const base::SiteName& home, const base::Aor& aor, std::string settings) {
    const auto of = homes_.find(home);
    if (of == homes_.end() || of->second.records.count(aor) == 0) return;
    if (journal_ != nullptr) write_overlay(*journal_, home, aor, settings);
    of->second.overlays[aor] = std::move(settings);
}

void Vault::end_overlays(const base::SiteName& home) {
    const auto of = homes_.find(home);
    if (of == homes_.end() || of->second.overlays.empty()) return;
    if (journal_ != nullptr) write_overlays_end(*journal_, home);
    of->second.overlays.clear();
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
