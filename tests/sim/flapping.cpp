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

// IP7: phones begin and end calls while their home comes back and takes its guests.
void call_while_home_returns(World& world) {
    Site& home = world.site(home_drawn(world));
    const auto& phones = world.phones();
    for (const auto& phone : phones) phone->answer_after(world.random.between(200ms, 2s));
    home.kill();
    world.run_for(world.random.between(10s, 40s));
    for (int i = 0; i < 40; ++i) {
        if (i == 10) home.start();
        const std::size_t caller = world.random.below(phones.size());
        const std::size_t other = (caller + 1 + world.random.below(phones.size() - 1)) % phones.size();
        if (phones[caller]->calls().busy())
            phones[caller]->hang_up();
        else
            phones[caller]->call(std::string(phones[other]->orders().aor.user()));
        world.run_for(world.random.between(300ms, 3s));
    }
    for (const auto& phone : phones) phone->hang_up();
}

}  // namespace innkeeper::sim
