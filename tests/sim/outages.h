// The kinds of trouble that a run can have: each takes a running town through a drawn course of faults. What must hold
// meanwhile is the watch's affair.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/town.h"

namespace innkeeper::sim {

struct Outage {
    std::string_view name;
    TownPlan plan;
    void (*happen)(world::World& world);
    world::Watch::Forbidden forbidden = world::Watch::Forbidden::nothing;
};

extern const Outage nothing;
extern const Outage crashes;
extern const Outage power_cuts;
extern const Outage partitions;
extern const Outage one_way_partitions;
extern const Outage cut_behind_a_witness;
extern const Outage total_isolation;
extern const Outage slow_paths;
extern const Outage one_slow_path;
extern const Outage flapping_links;
extern const Outage flapping_homes;
extern const Outage isolated_again_and_again;
extern const Outage calls_while_home_returns;
extern const Outage freezes;
extern const Outage stores_away;
extern const Outage restarts_in_failover;
extern const Outage starts_without_database;
extern const Outage planned_stops;
extern const Outage storms;
extern const Outage drifting_clocks;
extern const Outage lossy_phones;
extern const Outage phones_cut_off;
extern const Outage phones_half_cut_off;
extern const Outage cables_pulled;
extern const Outage patient_phones;
extern const Outage probes;
extern const Outage wall_clocks_set;
extern const Outage licences_ending;
extern const Outage changing_users;
extern const Outage pbxs_away;
extern const Outage busy_people;
extern const Outage everything;

extern const std::vector<const Outage*> every_outage;

struct Failure {
    std::string rule;
    std::string scenario;    // the run so far, told so that innkeeper_scenarios breaks the same rule
    std::string transcript;  // ends with what broke
};

// Takes a fresh world through the outage; what went wrong, or nothing.
std::optional<Failure> run_in(world::World& world, const Outage& outage, void (*plant)(world::Site&) = nullptr);

// Runs one seed.
// `plant` is called for every site of the running town: a fault put in on purpose.
std::optional<Failure> run(const Outage& outage, std::uint64_t seed, bool verbose = false,
                           void (*plant)(world::Site&) = nullptr);

}  // namespace innkeeper::sim
