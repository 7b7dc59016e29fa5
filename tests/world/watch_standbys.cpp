// The rules of the watch about phones that register with home and backup at once.
#include "support/print.h"
#include "world/watch.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration standbys_wait = 1s;

}  // namespace

// SR4: a standby goes into service by itself, and never while its home serves.
void Watch::judge_standbys(Site& site, const core::BindingsRow& row) {
    Ledger& ledger = ledgers_[site.name()];
    bool standby = false;
    for (const core::Binding& binding : row.bindings) {
        if (binding.role == core::Role::standby) standby = true;
        if (binding.role != core::Role::stand_in) continue;
        if (row.guest_of.text.empty() || (ledger.phase(row.guest_of) == core::Phase::normal && !row.stray))
            violated("no standby is served while its home serves",
                     site.name().text + ": " + support::print(core::Row(row)));
        Ledger::Served& served = ledger.served[row.aor];
        served.guest_of = row.guest_of;
        served.stray = row.stray;
        served.changed = world_.calendar.now();
        served.contacts[std::string(binding.contact)] = site.world_moment(binding.expires);
    }
    if (standby)
        ledger.standbys[row.aor] = row.guest_of;
    else
        ledger.standbys.erase(row.aor);
}

// SR4: at failover nobody has to ask.
void Watch::judge_waiting_standbys() {
    const Moment now = world_.calendar.now();
    for (const auto& [name, site] : world_.sites()) {
        const Ledger& ledger = ledgers_[name];
        if (!site->running() || now - ledger.thawed < standbys_wait) continue;
        for (const auto& [aor, home] : ledger.standbys) {
            if (served_elsewhere(aor, name, now)) continue;  // by another backup
            const auto since = ledger.phase_since.find(home);
            if (ledger.phase(home) == core::Phase::active && now - since->second > standbys_wait)
                violated("standbys are served as soon as the failover is on",
                         name.text + ": " + std::string(aor.text()));
        }
    }
}

}  // namespace innkeeper::world
