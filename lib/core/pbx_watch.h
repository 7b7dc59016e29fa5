// Is the PBX of this site there? Its prober is an edge and only says what it sees; here it is decided when that counts:
// a site whose PBX is away for pbx-lost-after does not serve, says so with the reason, and its backups take its phones
// although the daemon lives. A site that has no prober has a PBX. Pure; a value of the gatekeeper.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/instant.h"

namespace innkeeper::core {

class PbxWatch {
public:
    void on_seen(base::Instant now, bool available, std::string detail) {
        detail_ = std::move(detail);
        if (available)
            away_since_.reset();
        else if (!away_since_)
            away_since_ = now;
    }
    // Time in which we did not run and could not be told is not the PBX's absence.
    void forgive(base::Instant now, base::Duration stall) {
        if (away_since_) away_since_ = std::min(now, *away_since_ + stall);
    }
    // True when the verdict is another one than at the last call.
    bool review(base::Instant now, base::Duration lost_after) {
        const bool lost = away_since_ && now - *away_since_ >= lost_after;
        return std::exchange(lost_, lost) != lost;
    }
    bool lost() const { return lost_; }
    const std::string& detail() const { return detail_; }
    // When review() may say something else without being told anything.
    std::optional<base::Instant> next_change(base::Duration lost_after) const {
        return away_since_ && !lost_ ? std::optional(*away_since_ + lost_after) : std::nullopt;
    }

private:
    std::optional<base::Instant> away_since_;
    std::string detail_;
    bool lost_ = false;
};

}  // namespace innkeeper::core
