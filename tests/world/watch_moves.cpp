// The rules of the watch about moves: R6 and IP7.
//
// A phone is where one site alone serves it; it has moved when another one does. While two serve it, or none, it is on
// its way. Whose doing a move was makes no difference: a phone that goes home by itself has moved.
#include <algorithm>

#include "world/watch.h"
#include "world/world.h"

namespace innkeeper::world {

void Watch::calls_changed(Site& site, const base::Aor& aor, std::uint32_t count) {
    ledgers_[site.name()].calls[aor] = count;
}

std::uint32_t Watch::moves_of(const base::Aor& aor) const {
    const auto known = travels_.find(aor);
    return known == travels_.end() ? 0 : known->second.moves;
}

std::uint32_t Watch::most_moves() const {
    std::uint32_t most = 0;
    for (const auto& [aor, travels] : travels_) most = std::max(most, travels.moves);
    return most;
}

void Watch::allow_moves(std::uint32_t most) {
    moves_allowed_ = most;
    for (auto& [aor, travels] : travels_) travels.moves = 0;
}

void Watch::judge_moves() {
    if (!moves_allowed_) return;
    const Moment now = world_.calendar.now();
    for (const auto& phone : world_.phones()) {
        const base::Aor& aor = phone->orders().aor;
        std::vector<base::SiteName> serving;
        for (const auto& [name, ledger] : ledgers_)
            if (world_.site(name.text).running() && ledger.serves(aor, now)) serving.push_back(name);
        if (serving.size() != 1) continue;
        Travels& travels = travels_[aor];
        if (travels.at == serving.front()) continue;
        if (!travels.at.text.empty()) ++travels.moves;
        travels.at = serving.front();
        if (travels.moves > *moves_allowed_)
            violated("no phone moves more often than the hold-down allows", std::string(aor.text()) + " moved " +
                                                                                std::to_string(travels.moves) +
                                                                                " times, now to " + travels.at.text);
    }
}

}  // namespace innkeeper::world
