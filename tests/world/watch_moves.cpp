// The rules of the watch about moves: R6 and IP7.
//
// A phone is where one site alone serves it; it has moved when another one does. While two serve it, or none, it is on
// its way. Whose doing a move was makes no difference: a phone that goes home by itself has moved.
#include <algorithm>

#include "core/failover.h"
#include "support/print.h"
#include "world/watch.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration news_known = 5s;  // to a home: which of its phones a backup serves, and that it does
constexpr std::uint32_t most_doublings = 4;

}  // namespace

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

// R6: at most one move per phone and hold-down. The waves begin when the hold-down is over, doubled by each relapse;
// and before that the home takes none of those that a backup keeps for it.
void Watch::judge_hold_down(Site& site, const core::FailoverPhaseChanged& phase) {
    using core::Phase;
    const Moment now = world_.calendar.now();
    Ledger& ledger = ledgers_[site.name()];
    Ledger::Failback& failback = ledger.failbacks[phase.home];
    const bool waves_end = phase.from == Phase::returning || phase.from == Phase::grace;
    if (waves_end) failback.last_wave = now;
    if (now - failback.last_relapse >= core::quiet_period) failback.relapses = 0;
    const bool lost_again = phase.to == Phase::active && (waves_end || phase.from == Phase::settling);
    if (lost_again || phase.cause.starts_with("failback stopped")) {
        ++failback.relapses;
        failback.last_relapse = now;
    }
    if (phase.from != Phase::settling || phase.to != Phase::returning) return;
    if (phase.cause == "failback by the operator") return;
    const base::Duration held = now - ledger.phase_since[phase.home];
    const base::Duration hold_down =
        site.settings().failover.failback_after * (1u << std::min(failback.relapses, most_doublings));
    if (held < hold_down - hold_down / 100)  // by its own clock
        violated("a failback waits for its hold-down",
                 site.name().text + " sends the phones of " + phase.home.text + " home after " + support::print(held));
}

void Watch::judge_homecoming(const Site& home, const base::Aor& aor) {
    for (const auto& [name, backup] : world_.sites())
        if (name != home.name() && keeps_its_guest(*backup, home, aor))
            violated("guests go home when they are released",
                     home.name().text + " took " + std::string(aor.text()) + ", whom " + name.text + " keeps for it");
}

// And the home knows it.
bool Watch::keeps_its_guest(const Site& backup, const Site& home, const base::Aor& aor) const {
    const Moment now = world_.calendar.now();
    const Ledger& ledger = ledgers_.at(backup.name());
    const core::Phase phase = ledger.phase(home.name());
    if (phase != core::Phase::active && phase != core::Phase::settling) return false;
    if (!backup.running() || !ledger.users_loaded || ledger.draining || ledger.pbx_lost) return false;
    const bool known =
        clear_for(home.name(), backup.name()) > news_known && now - ledger.phase_since.at(home.name()) > news_known;
    const auto served = ledger.served.find(aor);
    if (!known || served == ledger.served.end() || served->second.guest_of != home.name()) return false;
    const auto failback = ledger.failbacks.find(home.name());
    const bool released = failback != ledger.failbacks.end() && served->second.changed <= failback->second.last_wave;
    return !released && now - served->second.changed > news_known && ledger.serves(aor, now);
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
