#include "core/grant_spread.h"

#include <algorithm>

#include "core/fingerprint.h"

namespace innkeeper::core {
namespace {

constexpr std::int64_t parts = 1024;
constexpr std::int64_t shortened_at_most = 5;  // one part in so many

}  // namespace

void spread_grants(base::Instant now, std::chrono::seconds least, const base::Aor& aor, RegistrationPlan& plan) {
    const auto share = static_cast<std::int64_t>(fingerprint(aor) % parts);
    for (BindingChange& change : plan.changes) {
        auto* add = std::get_if<AddBinding>(&change);
        if (add == nullptr) continue;
        const auto granted = std::chrono::floor<std::chrono::seconds>(add->binding.expires - now);
        const auto cut = std::chrono::seconds(granted.count() * share / (parts * shortened_at_most));
        if (cut.count() > 0) add->binding.expires = now + std::max(granted - cut, std::min(granted, least));
    }
}

}  // namespace innkeeper::core
