#include "core/governor.h"

#include <catch2/catch.hpp>

using namespace innkeeper;
using namespace std::chrono_literals;
using core::Governor;

namespace {

base::Instant now{1000s};

// Measured ten times a second, as the daemon does.
void measure(Governor& governor, base::Duration lag, base::Duration for_so_long) {
    for (base::Duration passed{}; passed < for_so_long; passed += 100ms) governor.on_lag(now += 100ms, lag);
}

}  // namespace

TEST_CASE("a site that is in time admits at the operator's rate", "[governor][R11]") {
    Governor governor(1000);
    measure(governor, 2ms, 60s);
    CHECK(governor.rate() == 1000);
    CHECK_FALSE(governor.strained());
}

TEST_CASE("a site that is late admits less, a quarter less each second, and never less than a tenth",
          "[governor][R11]") {
    Governor governor(1000);
    measure(governor, Governor::late, 100ms);
    CHECK(governor.rate() == 750);
    CHECK_FALSE(governor.strained());  // a moment is nobody's reason to wait
    measure(governor, 80ms, 900ms);
    CHECK(governor.rate() == 750);
    measure(governor, 80ms, 1s);
    CHECK(governor.rate() == 563);
    measure(governor, 80ms, 60s);
    CHECK(governor.rate() == 100);
    CHECK(governor.strained());
}

TEST_CASE("in time again, the rate recovers within seconds", "[governor][R11]") {
    Governor governor(1000);
    measure(governor, 80ms, 60s);
    measure(governor, 1ms, 2s);
    CHECK(governor.rate() == 600);
    measure(governor, 1ms, 2s);
    CHECK(governor.rate() == 1000);
    CHECK_FALSE(governor.strained());
}

TEST_CASE("one late moment in ten costs a quarter and no more", "[governor]") {
    Governor governor(1000);
    for (int i = 0; i < 20; ++i) {
        measure(governor, 30ms, 100ms);
        measure(governor, 1ms, 900ms);
        CHECK(governor.rate() >= 700);
    }
}

TEST_CASE("the smallest rate is one a second", "[governor]") {
    Governor governor(1);
    measure(governor, 1s, 10s);
    CHECK(governor.rate() == 1);
    CHECK_FALSE(governor.strained());
    Governor largest(4294967295u);
    measure(largest, 1s, 60s);
    measure(largest, 1ms, 60s);
    CHECK(largest.rate() == 4294967295u);
}
