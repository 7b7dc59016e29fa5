// Trouble for what is in memory only: backups that crash or boot while they have guests, homes that start without their
// database (IP8, R7, R8, R9).
#include "sim/outages.h"

namespace innkeeper::sim {
namespace {

using namespace std::chrono_literals;
using world::Site;
using world::World;

void run_between(World& world, base::Duration least, base::Duration most) {
    world.run_for(world.random.between(least, most));
}

Site& site_drawn(World& world) {
    auto site = world.sites().begin();
    std::advance(site, world.random.below(world.sites().size()));
    return *site->second;
}

Site& backup_drawn(World& world, const Site& home) {
    const auto& backups = home.settings().backups;
    return world.site(backups[world.random.below(backups.size())].text);
}

// A home is lost; its backups are killed, some at once after they admitted a guest, or lose power; databases may be
// away.
void restart_backups(World& world) {
    Site& home = site_drawn(world);
    home.kill();
    run_between(world, 4s, 30s);
    const std::uint64_t times = 2 + world.random.below(3);
    for (std::uint64_t i = 0; i < times; ++i) {
        Site& backup = backup_drawn(world, home);
        const bool without_database = world.random.chance(0.3);
        if (without_database) backup.set_store_available(false);
        if (world.random.chance(0.6))
            backup.kill();
        else
            backup.lose_power();
        run_between(world, 50ms, 8s);
        backup.start();
        run_between(world, 200ms, 25s);
        if (without_database) backup.set_store_available(true);
    }
    home.start();
    run_between(world, 1s, 20s);
}

void start_without_database(World& world) {
    Site& home = site_drawn(world);
    home.set_store_available(false);
    home.kill();
    run_between(world, 100ms, 20s);
    home.start();
    run_between(world, 5s, 30s);
    if (world.random.chance(0.3)) {
        home.kill();
        home.start();
        run_between(world, 5s, 20s);
    }
    home.set_store_available(true);
    run_between(world, 1s, 20s);
}

TownPlan of_any_size() {
    TownPlan plan;
    plan.least_sites = 2;
    plan.most_sites = 4;
    return plan;
}

}  // namespace

const Outage restarts_in_failover{"restarts in a failover", of_any_size(), restart_backups};
const Outage starts_without_database{"starts without a database", of_any_size(), start_without_database};

}  // namespace innkeeper::sim
