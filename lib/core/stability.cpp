#include "core/stability.h"

#include <algorithm>

namespace innkeeper::core {

void Stability::observe(base::Instant now, bool good, base::Duration full) {
    if (good_ && now > counted_) proved_ += now - counted_;
    proved_ = std::min(proved_, full);
    counted_ = std::max(counted_, now);
    good_ = good;
}

void Stability::suffer(Incident incident, base::Duration full) {
    const auto cost = [&] {
        switch (incident) {
            case Incident::doubted:
                return full / 2;
            case Incident::link_down:
                return full / 4;
            case Incident::restarted:
            case Incident::lost:
                break;
        }
        return full;
    }();
    proved_ = std::max(base::Duration{}, proved_ - cost);
}

std::uint32_t Stability::percent(base::Duration full) const {
    if (is_full(full)) return 100;
    return static_cast<std::uint32_t>(proved_ * 100 / full);
}

std::optional<base::Instant> Stability::full_at(base::Duration full) const {
    if (!good_ || is_full(full)) return std::nullopt;
    return counted_ + (full - proved_);
}

}  // namespace innkeeper::core
