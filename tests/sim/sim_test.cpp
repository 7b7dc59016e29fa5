// More than a thousand seeds of every kind of outage together. INNKEEPER_SIM_SEEDS: how many of each;
// INNKEEPER_SIM_FIRST: where to begin; INNKEEPER_SIM_VERBOSE: show heartbeats too (run.sh). A failure prints what
// happened, line by line; the same seed fails again in the same way.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "sim/outages.h"

namespace innkeeper::sim {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
    const char* text = std::getenv(variable);
    return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

void survive(const Outage& outage, std::uint64_t seeds) {
    const std::uint64_t first = number_from("INNKEEPER_SIM_FIRST", 1);
    const std::uint64_t count = number_from("INNKEEPER_SIM_SEEDS", seeds);
    for (std::uint64_t seed = first; seed < first + count; ++seed)
        if (const auto failure = run(outage, seed, std::getenv("INNKEEPER_SIM_VERBOSE") != nullptr)) {
            // Not through Catch2, which would wrap every line.
            std::cerr << failure->transcript
                      << "\n\nThe same as a scenario for tests/scenarios/:\n\nstory: " << failure->rule << " ("
                      << outage.name << ")\n\n"
                      << failure->scenario << '\n';
            FAIL("broken with seed " << seed << ", see above");
        }
    SUCCEED();
}

}  // namespace

TEST_CASE("while nothing happens no phone is a guest", "[sim][IP2]") {
    survive(nothing, 20);
}
TEST_CASE("sites crash and return", "[sim][IP1][IP3][IP4][IP13][R6][R7]") {
    survive(crashes, 100);
}
TEST_CASE("machines lose power and boot again", "[sim][IP3][R7]") {
    survive(power_cuts, 60);
}
TEST_CASE("sites lose sight of each other", "[sim][IP3][R4]") {
    survive(partitions, 60);
}
TEST_CASE("packets pass in one direction only", "[sim][R3]") {
    survive(one_way_partitions, 60);
}
TEST_CASE("a third peer that sees a home keeps its phones from being served twice", "[sim][R3]") {
    survive(cut_behind_a_witness, 60);
}
TEST_CASE("all sites are isolated and double service ends after healing", "[sim][R4]") {
    survive(total_isolation, 60);
}
TEST_CASE("slow is not dead", "[sim][R2]") {
    survive(slow_paths, 40);
}
TEST_CASE("one slow path is doubted by nobody", "[sim][R2]") {
    survive(one_slow_path, 40);
}
TEST_CASE("a flapping link is not a dead home", "[sim][R2]") {
    survive(flapping_links, 40);
}
TEST_CASE("a home that flaps every 40 s for 10 minutes moves each phone at most twice", "[sim][R6]") {
    survive(flapping_homes, 6);
}
TEST_CASE("a home that is isolated every 40 s for 10 minutes moves each phone at most twice", "[sim][R6][R4]") {
    survive(isolated_again_and_again, 6);
}
TEST_CASE("phones in a call stay where they are until it ends", "[sim][IP7]") {
    survive(calls_while_home_returns, 15);
}
TEST_CASE("processes freeze and thaw", "[sim][R5]") {
    survive(freezes, 60);
}
TEST_CASE("databases go and come back", "[sim][R7][R8]") {
    survive(stores_away, 60);
}
TEST_CASE("backups crash and boot while they have guests", "[sim][IP8][R7][R9]") {
    survive(restarts_in_failover, 60);
}
TEST_CASE("homes start without their database", "[sim][IP8][R8]") {
    survive(starts_without_database, 40);
}
TEST_CASE("sites stop as planned and return", "[sim][IP13][R6]") {
    survive(planned_stops, 40);
}
TEST_CASE("every phone boots at once and licences are short", "[sim][R10][R11][IP9]") {
    survive(storms, 40);
}
TEST_CASE("clocks run fast and slow", "[sim]") {
    survive(drifting_clocks, 40);
}
TEST_CASE("phones lose and repeat datagrams", "[sim][IP3]") {
    survive(lossy_phones, 40);
}
TEST_CASE("phones that cannot reach a serving home begin no failover", "[sim][IP2][IP14]") {
    survive(phones_cut_off, 40);
}
TEST_CASE("phones hear a site that does not hear them, or the other way round", "[sim][IP2][IP14]") {
    survive(phones_half_cut_off, 40);
}
TEST_CASE("cables are pulled and plugged in", "[sim][MU1][MU2][MU3]") {
    survive(cables_pulled, 60);
}
TEST_CASE("phones that wait long for a server that is silent", "[sim][SR2][SR3][SR5][SR6]") {
    survive(patient_phones, 40);
}
TEST_CASE("probes by the hundred are answered once each", "[sim]") {
    survive(probes, 20);
}
TEST_CASE("wall clocks are set while sites restart", "[sim][R7]") {
    survive(wall_clocks_set, 40);
}
TEST_CASE("licences come to their end", "[sim][R10]") {
    survive(licences_ending, 40);
}
TEST_CASE("users change while their home comes and goes", "[sim][IP8]") {
    survive(changing_users, 40);
}
TEST_CASE("PBXs die and return", "[sim][SR1][SR2][calls]") {
    survive(pbxs_away, 60);
}
TEST_CASE("people call each other all the time", "[sim][IP5][calls]") {
    survive(busy_people, 40);
}
TEST_CASE("anything happens", "[sim][R3][R4][R6]") {
    survive(everything, 150);
}

}  // namespace innkeeper::sim
