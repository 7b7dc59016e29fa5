#include "sim/outages.h"

namespace innkeeper::sim {

using world::Site;
using world::World;

std::optional<Failure> run_in(World& world, const Outage& outage, void (*plant)(Site&)) {
    try {
        const bool drift = &outage == &drifting_clocks || &outage == &everything;
        build_town(world, outage.plan);
        for (const auto& [name, site] : world.sites())
            if (drift) site->set_clock_error(static_cast<std::int64_t>(world.random.below(2001)) - 1000);
        if (plant != nullptr) world.plant(plant);
        world.watch.forbid(outage.forbidden);
        world.chatter.begin(std::chrono::seconds(25));
        outage.happen(world);
        heal_and_judge(world);
    } catch (const world::Violation& violation) {
        return Failure{violation.rule, world.as_scenario(),
                       "outage \"" + std::string(outage.name) + "\", seed " + std::to_string(world.seed()) + '\n' +
                           world.transcript.text() + violation.what()};
    }
    return std::nullopt;
}

std::optional<Failure> run(const Outage& outage, std::uint64_t seed, bool verbose, void (*plant)(Site&)) {
    World world(seed, verbose ? 1'000'000 : 2'000);
    world.transcript.verbose = verbose;
    return run_in(world, outage, plant);
}

}  // namespace innkeeper::sim
