#include "sim/outages.h"

#include <algorithm>

#include "sim/flapping.h"

namespace innkeeper::sim {
namespace {

using namespace std::chrono_literals;
using world::Random;
using world::Site;
using world::World;
using Forbidden = world::Watch::Forbidden;

TownPlan without_concurrent() {
    TownPlan plan;
    plan.concurrent = false;
    return plan;
}
const TownPlan no_concurrent = without_concurrent();
TownPlan of_any_size(TownPlan plan = {}) {
    plan.least_sites = 2;
    plan.most_sites = 4;
    return plan;
}

TownPlan of_patient_phones() {
    TownPlan plan = of_any_size();
    plan.patient = true;
    plan.expires_at_most = 120;
    return plan;
}
TownPlan with_licences_that_end() {
    TownPlan plan = of_any_size();
    plan.licences = true;
    plan.licences_end = true;
    return plan;
}
TownPlan with_product_times() {
    TownPlan plan;
    plan.product_times = true;
    return plan;
}
// A phone registered with both stays with either when they meet again (R4): not to be told from a move.
TownPlan with_product_times_one_by_one() {
    TownPlan plan = with_product_times();
    plan.concurrent = false;
    return plan;
}
std::vector<std::string> names_of(const World& world) {
    std::vector<std::string> names;
    for (const auto& [name, site] : world.sites()) names.push_back(name.text);
    return names;
}
std::string name_drawn(World& world) {
    return names_of(world)[world.random.below(world.sites().size())];
}
std::string other_than(const std::string& one, World& world) {
    for (;;)
        if (std::string name = name_drawn(world); name != one) return name;
}
// The next site that is neither; none in a pair.
std::optional<std::string> third_beside(const std::string& one, const std::string& other, const World& world) {
    for (const std::string& name : names_of(world))
        if (name != one && name != other) return name;
    return std::nullopt;
}
void run_between(World& world, base::Duration least, base::Duration most) {
    world.run_for(world.random.between(least, most));
}

void crash_now_and_then(World& world) {
    const std::uint64_t times = 1 + world.random.below(3);
    for (std::uint64_t i = 0; i < times; ++i) {
        Site& site = world.site(name_drawn(world));
        site.kill();
        run_between(world, 100ms, 60s);
        site.start();
        run_between(world, 100ms, 40s);
    }
}

void cut_power(World& world) {
    Site& site = world.site(name_drawn(world));
    site.lose_power();
    run_between(world, 1s, 80s);
    if (world.random.chance(0.3)) world.site(other_than(site.name().text, world)).lose_power();
    run_between(world, 1s, 20s);
    site.start();
    run_between(world, 1s, 20s);
}

void partition(World& world) {
    const std::uint64_t times = 1 + world.random.below(2);
    for (std::uint64_t i = 0; i < times; ++i) {
        const std::string alone = name_drawn(world);
        for (const std::string& name : names_of(world))
            if (name != alone) world.cut_both(alone, name);
        const bool with_phones = world.random.chance(0.5);  // a whole site's uplink, or the path between the daemons
        if (with_phones) {
            for (const std::string& name : names_of(world)) {
                if (name == alone) continue;
                world.cut_both(alone, name + "-phones");
                world.cut_both(alone + "-phones", name);
            }
        }
        run_between(world, 500ms, 60s);
        world.heal_all();
        run_between(world, 1s, 30s);
    }
}

void partition_one_way(World& world) {
    const std::string from = name_drawn(world);
    const std::string to = other_than(from, world);
    world.cut(from, to);
    const auto third = third_beside(from, to, world);
    if (third && world.random.chance(0.5)) world.cut(from, *third);
    run_between(world, 1s, 60s);
    world.heal_all();
    run_between(world, 1s, 30s);
}

// R3: the link between two sites is cut in one or both directions; the third sees both. Phones knock everywhere.
void cut_one_link(World& world) {
    const std::string one = name_drawn(world);
    const std::string other = other_than(one, world);
    if (world.random.chance(0.5))
        world.cut_both(one, other);
    else
        world.cut(one, other);
    const std::uint64_t knocks = 10 + world.random.below(20);
    for (std::uint64_t i = 0; i < knocks; ++i) {
        const auto& phone = world.phones()[world.random.below(world.phones().size())];
        const auto& servers = phone->orders().servers;
        phone->knock(servers[world.random.below(servers.size())]);
        run_between(world, 100ms, 3s);
    }
}

// R4: nobody sees anybody, every phone sees every site.
void isolate_all(World& world) {
    for (const std::string& one : names_of(world))
        for (const std::string& other : names_of(world))
            if (one < other) world.cut_both(one, other);
    const Site& home = world.site(name_drawn(world));
    for (const auto& phone : world.phones())
        if (phone->orders().home == home.name() && world.random.chance(0.7))
            world.cut_both(phone->orders().place, home.name().text);
    run_between(world, 10s, 60s);
    world.heal_all();
    run_between(world, 12s, 20s);
}

// R2: 1.5 s of delay with 10 % loss for 40 s. Phones go on refreshing at home.
void slow_down(World& world) {
    for (const std::string& one : names_of(world))
        for (const std::string& other : names_of(world))
            if (one != other) world.disturb(one, other, {1500ms, 200ms, 0.1, 0});
    world.run_for(40s);
    world.calm_all();
    world.run_for(10s);
}

void slow_one_down(World& world) {
    const std::string one = name_drawn(world);
    const std::string other = other_than(one, world);
    world.disturb(one, other, {1500ms, 200ms, 0.1, 0});
    world.disturb(other, one, {1500ms, 200ms, 0.1, 0});
    world.run_for(40s);
    world.calm_all();
    world.run_for(10s);
}

// R2: a link that flaps every 2 s for 60 s.
void flap(World& world) {
    const std::string one = name_drawn(world);
    const std::string other = other_than(one, world);
    const bool by_reset = world.random.chance(0.5);
    for (int i = 0; i < 30; ++i) {
        if (by_reset) {
            world.reset_link(one, other);
            world.reset_link(other, one);
        } else if (i % 2 == 0) {
            world.cut_both(one, other);
        } else {
            world.heal_both(one, other);
        }
        world.run_for(2s);
    }
}

void freeze(World& world) {
    Site& site = world.site(name_drawn(world));
    site.freeze();
    run_between(world, 300ms, 60s);
    site.thaw();
    run_between(world, 1s, 40s);
}

void take_stores_away(World& world) {
    Site& site = world.site(name_drawn(world));
    site.set_store_available(false);
    run_between(world, 1s, 30s);
    const bool restarted = world.random.chance(0.5);
    if (restarted) {
        site.kill();
        run_between(world, 1s, 30s);
        site.start();
        run_between(world, 1s, 30s);
    }
    site.set_store_available(true);
    run_between(world, 1s, 20s);
}

void stop_as_planned(World& world) {
    for (const std::string& name : names_of(world)) {
        if (world.random.chance(0.4)) continue;
        Site& site = world.site(name);
        site.stop_as_planned();
        run_between(world, 3s, 40s);
        site.start();
        run_between(world, 5s, 60s);
    }
}

void storm(World& world) {
    const std::uint64_t times = 1 + world.random.below(3);
    for (std::uint64_t i = 0; i < times; ++i) {
        for (const auto& phone : world.phones()) {
            if (world.random.chance(0.3)) continue;
            phone->switch_off();
            if (world.random.chance(0.9)) phone->switch_on();
        }
        run_between(world, 1s, 20s);
        if (world.random.chance(0.5)) crash_now_and_then(world);
    }
    for (const auto& phone : world.phones())
        if (!phone->on()) phone->switch_on();
}

void cut_phones_off(World& world) {
    const std::string place = name_drawn(world) + "-phones";
    const std::string from_site = name_drawn(world);
    world.cut_both(place, from_site);
    run_between(world, 1s, 150s);
    world.heal_all();
    run_between(world, 1s, 30s);
}

// One direction is enough to be without service: the phone is heard and hears nothing, or the other way round.
void cut_phones_off_one_way(World& world) {
    const std::string place = name_drawn(world) + "-phones";
    const std::string site = name_drawn(world);
    const bool heard = world.random.chance(0.5);
    heard ? world.cut(site, place) : world.cut(place, site);
    run_between(world, 1s, 90s);
    world.heal_all();
    run_between(world, 1s, 30s);
}

// MU3. A cable is out for a moment or for longer than a binding lives.
void pull_cables(World& world) {
    const std::uint64_t times = 2 + world.random.below(6);
    for (std::uint64_t i = 0; i < times; ++i) {
        const auto& phone = world.phones()[world.random.below(world.phones().size())];
        phone->switch_off();
        run_between(world, 200ms, 50s);
        phone->switch_on();
        run_between(world, 100ms, 10s);
        if (world.random.chance(0.2)) crash_now_and_then(world);
    }
}

// Load that is not REGISTER, while sites come and go.
void probe_everybody(World& world) {
    const std::string victim = name_drawn(world);
    for (int second = 0; second < 40; ++second) {
        if (second == 5) world.site(victim).kill();
        if (second == 25) world.site(victim).start();
        for (const std::string& name : names_of(world))
            for (int i = 0; i < 10; ++i) {
                world.site(name).probe({}, {}, [](const world::SeenResponse&) {});
                run_between(world, 1ms, 20ms);
            }
        run_between(world, 200ms, 800ms);
    }
}

// Clocks on the wall are set forwards and backwards while a site is down: epochs go on all the same.
void set_wall_clocks(World& world) {
    for (int i = 0; i < 3; ++i) {
        Site& site = world.site(name_drawn(world));
        const auto error = static_cast<std::int64_t>(world.random.below(200'000)) - 100'000;
        site.set_wall_error(std::chrono::seconds(error));
        site.kill();
        run_between(world, 100ms, 20s);
        site.start();
        run_between(world, 1s, 20s);
    }
}

void change_users(World& world) {
    Site& site = world.site(name_drawn(world));
    for (std::size_t i = 0; i < site.store.users.size(); ++i) {
        backup::UserRecord changed = site.store.users.front().clone();
        const std::uint64_t name = world.random.below(1000);
        if (changed.terminal != backup::TerminalKind::group) changed.display_name = "changed " + std::to_string(name);
        std::vector<backup::UserRecord> some;
        some.push_back(std::move(changed));
        site.change_users(std::move(some), {});
        run_between(world, 1ms, 3s);
        if (world.random.chance(0.2)) site.kill();
        run_between(world, 1ms, 3s);
        site.start();
    }
}

void let_anything_happen(World& world) {
    static constexpr void (*kinds[])(World&) = {
        crash_now_and_then,     cut_power,      partition,      partition_one_way,
        cut_one_link,           isolate_all,    freeze,         take_stores_away,
        stop_as_planned,        cut_phones_off, storm,          change_users,
        cut_phones_off_one_way, pull_cables,    set_wall_clocks};
    const std::uint64_t times = 2 + world.random.below(3);
    for (std::uint64_t i = 0; i < times; ++i) {
        kinds[world.random.below(std::size(kinds))](world);
        if (world.random.chance(0.5)) world.heal_all();
    }
}

}  // namespace

const Outage nothing{"nothing", {}, [](World& world) { world.run_for(120s); }, Forbidden::phases};
const Outage crashes{"crashes", of_any_size(), crash_now_and_then};
const Outage power_cuts{"power cuts", of_any_size(), cut_power};
const Outage partitions{"partitions", of_any_size(), partition};
const Outage one_way_partitions{"one-way partitions", of_any_size(), partition_one_way};
const Outage cut_behind_a_witness{"cut behind a witness", {}, cut_one_link, Forbidden::guests};
const Outage total_isolation{"total isolation", of_any_size(), isolate_all};
const Outage one_slow_path{"one slow path", {}, slow_one_down, Forbidden::phases};
const Outage slow_paths{"slow paths", no_concurrent, slow_down, Forbidden::guests};
const Outage flapping_links{"flapping links", {}, flap, Forbidden::phases};
const Outage flapping_homes{"flapping homes", with_product_times(), flap_home};
const Outage isolated_again_and_again{"isolated again and again", with_product_times_one_by_one(), flap_all_links};
const Outage calls_while_home_returns{"calls while home returns", of_any_size(), call_while_home_returns};
const Outage freezes{"freezes", of_any_size(), freeze};
const Outage stores_away{"stores away", of_any_size(), take_stores_away};
const Outage planned_stops{"planned stops", of_any_size(), stop_as_planned};
const Outage storms{"storms", {8, true, true, true, 0, 1h, 40}, storm};
const Outage drifting_clocks{"drifting clocks", of_any_size(), crash_now_and_then};
const Outage lossy_phones{"lossy phones", {4, true, true, false, 0.1, 1h, 40}, crash_now_and_then};
const Outage phones_cut_off{"phones cut off", {}, cut_phones_off, Forbidden::failovers};
const Outage phones_half_cut_off{"phones half cut off", {}, cut_phones_off_one_way};
const Outage cables_pulled{"cables pulled", of_any_size(), pull_cables};
const Outage patient_phones{"patient phones", of_patient_phones(), crash_now_and_then};
const Outage probes{"probes", of_any_size(), probe_everybody};
const Outage wall_clocks_set{"wall clocks set", of_any_size(), set_wall_clocks};
const Outage licences_ending{"licences ending", with_licences_that_end(), crash_now_and_then};
const Outage changing_users{"changing users", {}, change_users};
const Outage everything{"everything", of_any_size({5, true, true, false, 0.02, 1h, 40}), let_anything_happen};

const std::vector<const Outage*> every_outage = {
    &nothing,
    &crashes,
    &power_cuts,
    &partitions,
    &one_way_partitions,
    &cut_behind_a_witness,
    &total_isolation,
    &slow_paths,
    &one_slow_path,
    &flapping_links,
    &flapping_homes,
    &isolated_again_and_again,
    &calls_while_home_returns,
    &freezes,
    &stores_away,
    &restarts_in_failover,
    &starts_without_database,
    &planned_stops,
    &storms,
    &drifting_clocks,
    &lossy_phones,
    &phones_cut_off,
    &phones_half_cut_off,
    &cables_pulled,
    &patient_phones,
    &probes,
    &wall_clocks_set,
    &licences_ending,
    &changing_users,
    &pbxs_away,
    &busy_people,
    &everything,
};

}  // namespace innkeeper::sim
