// Promises with a number in them, measured on the virtual clock with the product's default settings.
#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/town.h"
#include "support/settings.h"

namespace innkeeper::sim {
namespace {

using namespace std::chrono_literals;
using world::Place;
using world::World;

// Sites with default settings, all backing up north, and one desk phone of north that tries every second.
world::Phone& build(World& world, std::vector<std::string> others) {
    std::vector<base::SiteName> names{{"north"}};
    for (const std::string& other : others) names.push_back({other});
    for (const base::SiteName& name : names) {
        core::Settings settings = support::settings_of(name.text, {}, {});
        for (const base::SiteName& peer : names)
            if (peer != name) settings.peers.push_back(peer);
        if (name.text == "north") settings.backups = settings.peers;
        world.add_site(std::move(settings));
    }
    world::PhoneOrders orders;
    orders.aor = base::Aor::from_parts("100", support::domain).value();
    orders.home = names.front();
    orders.servers = {names[0], names[1]};
    orders.place = "north-phones";
    orders.habit = world::Habit::sticky_list;
    orders.refresh_at_most = 1s;
    orders.give_up_after = 900ms;
    orders.retry = 100ms;
    world::Phone& phone = world.add_phone(std::move(orders));
    world.start_sites();
    world.run_for(2s);
    phone.switch_on();
    world.run_for(5s);
    return phone;
}

// From now until the phone is served again.
base::Duration until_served(World& world, const world::Phone& phone) {
    const world::Moment begin = world.calendar.now();
    while (!world.watch.in_service(phone) && world.calendar.now() < begin + 5min) world.run_for(10ms);
    return world.calendar.now() - begin;
}

std::vector<std::string> drawn_others(World& world) {
    return world.random.chance(0.5) ? std::vector<std::string>{"south"} : std::vector<std::string>{"south", "west"};
}

constexpr std::uint64_t seeds = 50;

}  // namespace

TEST_CASE("a phone that tries every second is a guest within 5 s of kill -9 of its home", "[sim][R1]") {
    base::Duration longest{};
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        World world(seed);
        const world::Phone& phone = build(world, drawn_others(world));
        world.run_for(world.random.between(0s, 2s));
        world.site("north").kill();
        longest = std::max(longest, until_served(world, phone));
    }
    INFO("longest: " << std::chrono::duration_cast<std::chrono::milliseconds>(longest).count() << " ms");
    CHECK(longest <= 5s);
}

TEST_CASE("a phone that tries every second is a guest within 5 s of a power cut at its home", "[sim][R1]") {
    base::Duration longest{};
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        World world(seed);
        const world::Phone& phone = build(world, drawn_others(world));
        world.run_for(world.random.between(0s, 2s));
        world.site("north").lose_power();
        longest = std::max(longest, until_served(world, phone));
    }
    INFO("longest: " << std::chrono::duration_cast<std::chrono::milliseconds>(longest).count() << " ms");
    CHECK(longest <= 5s);
}

TEST_CASE("a phone that tries every second is a guest within 1 s of a planned stop of its home", "[sim][R1]") {
    base::Duration longest{};
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        World world(seed);
        const world::Phone& phone = build(world, drawn_others(world));
        world.site("north").stop_as_planned();
        const world::Moment begin = world.calendar.now();
        world.run_until([&] { return phone.working() == base::SiteName{"south"}; }, 1min);
        longest = std::max(longest, world.calendar.now() - begin);
    }
    INFO("longest: " << std::chrono::duration_cast<std::chrono::milliseconds>(longest).count() << " ms");
    CHECK(longest <= 1200ms);  // until its next attempt, and its second
}

TEST_CASE("a home that falls silent without a witness is lost within 15 s and a heartbeat", "[sim][R1]") {
    World world(1);
    world::Phone& phone = build(world, {"south"});
    phone.switch_off();
    world.site("north").lose_power();
    const world::Moment begin = world.calendar.now();
    const auto allowed = [&] {
        return world.watch.ledger(world.site("south")).phase({"north"}) == core::Phase::allowed;
    };
    CHECK(world.run_until(allowed, 1min));
    CHECK(world.calendar.now() - begin <= 15s + 100ms);
    CHECK(world.calendar.now() - begin >= 14s);
}

TEST_CASE("equal seeds give equal runs", "[sim]") {
    const auto story = [](std::uint64_t seed) {
        World world(seed);
        world.transcript.verbose = true;
        build_town(world, {});
        world.site("north").kill();
        world.run_for(40s);
        return world.transcript.text();
    };
    CHECK(story(7) == story(7));
    CHECK(story(7) != story(8));
}

}  // namespace innkeeper::sim
