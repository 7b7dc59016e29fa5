// Trouble for calls: PBXs die and return, so that a site that lives serves nobody (SR1, SR2), and people who never stop
// calling.
#include <iterator>

#include "sim/outages.h"

namespace innkeeper::sim {
namespace {

using namespace std::chrono_literals;
using world::PbxState;
using world::Site;
using world::World;

Site& site_drawn(World& world) {
    const auto skipped = static_cast<std::ptrdiff_t>(world.random.below(world.sites().size()));
    return *std::next(world.sites().begin(), skipped)->second;
}

// For a moment, or for so long that the site's backups take its phones; the site may crash meanwhile.
void take_pbxs_away(World& world) {
    static constexpr PbxState ways[] = {PbxState::silent, PbxState::unreachable, PbxState::overloaded};
    const std::uint64_t times = 1 + world.random.below(3);
    for (std::uint64_t i = 0; i < times; ++i) {
        Site& site = site_drawn(world);
        site.set_pbx(ways[world.random.below(std::size(ways))]);
        world.run_for(world.random.between(1s, 60s));
        if (world.random.chance(0.3)) {
            site.kill();
            world.run_for(world.random.between(1s, 30s));
            site.start();
        }
        world.run_for(world.random.between(1s, 30s));
        site.set_pbx(PbxState::there);
        world.run_for(world.random.between(1s, 40s));
    }
}

// Members of groups are busy most of the time.
void call_all_the_time(World& world) {
    world.chatter.begin(3s);
    world.run_for(100s);
    Site& site = site_drawn(world);
    site.kill();
    world.run_for(40s);
    site.start();
    world.run_for(40s);
}

TownPlan with_pbxs() {
    TownPlan plan;
    plan.least_sites = 2;
    plan.most_sites = 4;
    plan.pbxs = true;
    return plan;
}

}  // namespace

const Outage pbxs_away{"PBXs away", with_pbxs(), take_pbxs_away};
const Outage busy_people{"busy people", with_pbxs(), call_all_the_time};

}  // namespace innkeeper::sim
