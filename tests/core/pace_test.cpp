#include "core/pace.h"

#include <catch2/catch.hpp>

using namespace innkeeper;
using namespace std::chrono_literals;
using core::Pace;

namespace {

const base::Instant start{100s};

std::uint64_t taken(Pace& pace, base::Instant from, base::Duration step, std::uint64_t times) {
    std::uint64_t count = 0;
    for (std::uint64_t i = 1; i <= times; ++i) count += pace.take(from + static_cast<std::int64_t>(i) * step) ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("a second's worth may come at once, then the rate holds", "[pace][R11]") {
    Pace pace(50);
    CHECK(taken(pace, start, 0us, 100) == 50);
    CHECK_FALSE(pace.available(start + 20ms - 1us));
    CHECK(pace.take(start + 20ms));
    CHECK_FALSE(pace.take(start + 20ms));
}

TEST_CASE("what is saved up never exceeds a second's worth", "[pace]") {
    Pace pace(10);
    taken(pace, start, 0us, 10);
    CHECK(taken(pace, start + 10h, 0us, 100) == 10);
}

TEST_CASE("asking often loses nothing", "[pace]") {
    Pace pace(1000);
    taken(pace, start, 0us, 1000);
    const auto step = GENERATE(as<base::Duration>(), 100us, 999us, 1500us, 1900us);
    const auto times = static_cast<std::uint64_t>(10s / step);
    const std::uint64_t most = 10 * 1000;
    CHECK(taken(pace, start, step, times) >= std::min(times, most) - 1);
}

TEST_CASE("asking takes nothing", "[pace]") {
    Pace pace(1);
    for (int i = 0; i < 5; ++i) CHECK(pace.available(start));
    CHECK(pace.take(start));
    CHECK_FALSE(pace.available(start));
}

TEST_CASE("the highest rate that can be configured does not overflow", "[pace]") {
    Pace pace(4294967295u);
    CHECK(pace.take(start));
    CHECK(pace.take(start + 24h));
}
