// The usual cast of a simulated run: two to four sites that know each other, and phones of every habit.
#pragma once

#include "world/world.h"

namespace innkeeper::sim {

// Shorter than the product's defaults where only patience would be tested by them.
core::Settings brisk_settings(std::string_view site, std::size_t sites);

struct TownPlan {
    std::size_t phones_per_site = 4;
    bool softphones = true;
    bool concurrent = true;  // phones that knock at their backup all the time (SR4)
    bool licences = false;   // a pool of desk licences that is too small
    double loss = 0;         // of phones' datagrams; so many are doubled and overtaken, too
    base::Duration refresh_at_most = std::chrono::hours(1);
    std::uint32_t expires_at_most = 40;  // seconds
    std::size_t least_sites = 3;
    std::size_t most_sites = 3;
    bool patient = false;          // models that take minutes where others take seconds
    bool licences_end = false;     // within the first two minutes
    bool several_accounts = true;  // on one telephone (MU1)
    bool product_times = false;    // the defaults of failback in place of brisk ones
    bool pbxs = false;             // one beside each site
};

inline constexpr const char* site_names[] = {"north", "south", "west", "east"};

// Who backs up whom, who has which phone, and where each phone stands are drawn. Everything runs and every phone is
// registered at home when it returns.
void build_town(world::World& world, const TownPlan& plan);

// Everything heals, starts and resumes; then everybody has to be home within the bounds that the settings give.
void heal_and_judge(world::World& world);

}  // namespace innkeeper::sim
