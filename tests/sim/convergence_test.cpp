// How long after healing does every site see the same registrations? Measured on the virtual clock: a site is cut off
// while phones come and go on both sides, then the network heals.
#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>

#include "sim/town.h"

namespace innkeeper::sim {
namespace {

using namespace std::chrono_literals;
using world::World;

constexpr std::uint64_t seeds = 60;

// Registrations and removals on both sides of a cut that goes around one site, at its daemon or with its phones' room.
void come_and_go_apart(World& world) {
    std::vector<std::string> names;
    for (const auto& [name, site] : world.sites()) names.push_back(name.text);
    const std::string alone = names[world.random.below(names.size())];
    const bool phones_too = world.random.chance(0.5);
    for (const std::string& other : names) {
        if (other == alone) continue;
        world.cut_both(alone, other);
        if (!phones_too) continue;
        world.cut_both(alone, other + "-phones");
        world.cut_both(alone + "-phones", other);
    }
    const base::Duration lasts = world.random.between(1s, 40s);
    for (const world::Moment end = world.calendar.now() + lasts; world.calendar.now() < end;) {
        const auto& phone = world.phones()[world.random.below(world.phones().size())];
        const auto& servers = phone->orders().servers;
        const base::SiteName server = servers[world.random.below(servers.size())];
        if (world.random.chance(0.4))
            phone->unregister(server);
        else
            phone->knock(server);
        world.run_for(world.random.between(50ms, 2s));
    }
}

struct Took {
    base::Duration from_healing{};
    base::Duration from_links{};  // all of them up again: a dial that was lost in the cut has to time out first
};

Took until_equal(World& world) {
    const world::Moment healed = world.calendar.now();
    world::Moment connected = healed;
    const auto linked = [&] {
        for (const auto& [one, site] : world.sites())
            for (const auto& [other, peer] : world.sites())
                if (one != other && !site->wire_to(other).up()) return false;
        return true;
    };
    while (!linked() || world.watch.replica_that_differs()) {
        if (world.calendar.now() - healed > 10s) break;
        if (!linked()) connected = world.calendar.now();
        world.run_for(20ms);
    }
    return {world.calendar.now() - healed, world.calendar.now() - connected};
}

}  // namespace

TEST_CASE("after a partition with registrations and removals on both sides every replica equals its writer within 2 s",
          "[sim][convergence][R3]") {
    Took longest;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        World world(seed);
        TownPlan plan;
        plan.concurrent = false;
        build_town(world, plan);
        come_and_go_apart(world);
        world.heal_all();
        const Took took = until_equal(world);
        longest.from_healing = std::max(longest.from_healing, took.from_healing);
        longest.from_links = std::max(longest.from_links, took.from_links);
    }
    std::cerr << "replicas are equal at most " << longest.from_healing / 1ms << " ms after healing, "
              << longest.from_links / 1ms << " ms after the last link is up; of " << seeds << " partitions\n";
    CHECK(longest.from_links <= 2s);
    CHECK(longest.from_healing <= 2s);
}

}  // namespace innkeeper::sim
