// Courses of homes that come back and do not stay, and of phones that are in a call meanwhile.
#include <iterator>

#include "sim/flapping.h"

namespace innkeeper::sim {

using namespace std::chrono_literals;
using world::Site;
using world::World;

namespace {

std::string home_drawn(World& world) {
    const auto skipped = static_cast<std::ptrdiff_t>(world.random.below(world.sites().size()));
    return std::next(world.sites().begin(), skipped)->first.text;
}

}  // namespace

// R6: a home that goes up and down every 40 s for 10 minutes; or whose links do, so that it is alive and nobody sees
// it.
void flap_home(World& world) {
    Site& home = world.site(home_drawn(world));
    const std::uint64_t way = world.random.below(3);
    world.watch.allow_moves(2);
    for (int i = 0; i < 8; ++i) {
        if (way == 0)
            home.kill();
        else if (way == 1)
            home.lose_power();
        else
            home.stop_as_planned();
        world.run_for(40s);
        home.start();
        world.run_for(35s + world.random.between(0s, 5s));
    }
}

void flap_all_links(World& world) {
    const std::string home = home_drawn(world);
    world.watch.allow_moves(2);
    for (int i = 0; i < 8; ++i) {
        for (const auto& [name, site] : world.sites())
            if (name.text != home) world.cut_both(home, name.text);
        world.run_for(40s);
        for (const auto& [name, site] : world.sites())
            if (name.text != home) world.heal_both(home, name.text);
        world.run_for(35s + world.random.between(0s, 5s));
    }
}

// IP7: guests begin and end calls while their home comes back and takes the others.
void call_while_home_returns(World& world) {
    Site& home = world.site(home_drawn(world));
    home.kill();
    world.run_for(world.random.between(10s, 40s));
    home.start();
    for (int i = 0; i < 20; ++i) {
        const auto& phone = world.phones()[world.random.below(world.phones().size())];
        if (phone->orders().home == home.name())
            for (const base::SiteName& server : phone->orders().servers)
                if (server != home.name())
                    world.site(server.text).change_calls(phone->orders().aor, static_cast<std::uint32_t>(i % 2));
        world.run_for(world.random.between(500ms, 5s));
    }
    for (const auto& phone : world.phones())
        for (const auto& [name, site] : world.sites()) site->change_calls(phone->orders().aor, 0);
}

}  // namespace innkeeper::sim
