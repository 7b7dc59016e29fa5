// A few hundred seeds of every kind of outage. INNKEEPER_SIM_SEEDS: how many of each; INNKEEPER_SIM_FIRST: where to
// begin; INNKEEPER_SIM_VERBOSE: show heartbeats too (run.sh). A failure prints what happened, line by line; the same
// seed fails again in the same way.
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
    survive(nothing, 10);
}
TEST_CASE("sites crash and return", "[sim][IP1][IP3][IP4][IP13][R6][R7]") {
    survive(crashes, 30);
}
TEST_CASE("machines lose power and boot again", "[sim][IP3][R7]") {
    survive(power_cuts, 20);
}
TEST_CASE("sites lose sight of each other", "[sim][IP3][R4]") {
    survive(partitions, 20);
}
TEST_CASE("packets pass in one direction only", "[sim][R3]") {
    survive(one_way_partitions, 20);
}
TEST_CASE("a third peer that sees a home keeps its phones from being served twice", "[sim][R3]") {
    survive(cut_behind_a_witness, 20);
}
TEST_CASE("all sites are isolated and double service ends after healing", "[sim][R4]") {
    survive(total_isolation, 20);
}
TEST_CASE("slow is not dead", "[sim][R2]") {
    survive(slow_paths, 15);
}
TEST_CASE("one slow path is doubted by nobody", "[sim][R2]") {
    survive(one_slow_path, 15);
}
TEST_CASE("a flapping link is not a dead home", "[sim][R2]") {
    survive(flapping_links, 15);
}
TEST_CASE("processes freeze and thaw", "[sim][R5]") {
    survive(freezes, 20);
}
TEST_CASE("databases go and come back", "[sim][R7][R8]") {
    survive(stores_away, 20);
}
TEST_CASE("sites stop as planned and return", "[sim][IP13][R6]") {
    survive(planned_stops, 15);
}
TEST_CASE("every phone boots at once and licences are short", "[sim][R10][R11][IP9]") {
    survive(storms, 15);
}
TEST_CASE("clocks run fast and slow", "[sim]") {
    survive(drifting_clocks, 15);
}
TEST_CASE("phones lose and repeat datagrams", "[sim][IP3]") {
    survive(lossy_phones, 15);
}
TEST_CASE("phones that cannot reach a serving home begin no failover", "[sim][IP2][IP14]") {
    survive(phones_cut_off, 15);
}
TEST_CASE("users change while their home comes and goes", "[sim][IP8]") {
    survive(changing_users, 15);
}
TEST_CASE("anything happens", "[sim][R3][R4][R6]") {
    survive(everything, 20);
}

}  // namespace innkeeper::sim
