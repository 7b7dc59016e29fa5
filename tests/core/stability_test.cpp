#include "core/stability.h"

#include <catch2/catch.hpp>

using namespace innkeeper;
using core::Stability;
using namespace std::chrono_literals;

namespace {

const base::Instant start{10h};
constexpr base::Duration full = 60s;

}  // namespace

TEST_CASE("a home that nothing disturbs is stable after failback-after", "[stability][IP13]") {
    Stability home(start);
    home.observe(start, true, full);
    CHECK(home.full_at(full) == start + 60s);
    home.observe(start + 60s - 1us, true, full);
    CHECK_FALSE(home.is_full(full));
    CHECK(home.percent(full) == 99);
    home.observe(start + 60s, true, full);
    CHECK(home.is_full(full));
    CHECK(home.percent(full) == 100);
    CHECK_FALSE(home.full_at(full));
}

TEST_CASE("what is not heard or does not serve proves nothing", "[stability][IP13]") {
    Stability home(start);
    home.observe(start, false, full);
    CHECK_FALSE(home.full_at(full));
    home.observe(start + 1h, true, full);
    CHECK(home.percent(full) == 0);
    home.observe(start + 1h + 30s, false, full);
    CHECK(home.percent(full) == 50);
    home.observe(start + 2h, true, full);
    CHECK(home.percent(full) == 50);
}

TEST_CASE("each incident costs its part, never more than there is", "[stability][IP13]") {
    using Incident = Stability::Incident;
    const auto [incident, left] = GENERATE(std::pair(Incident::doubted, 50u), std::pair(Incident::link_down, 75u),
                                           std::pair(Incident::restarted, 0u), std::pair(Incident::lost, 0u));
    Stability home(start);
    home.observe(start, true, full);
    home.observe(start + 2h, true, full);
    home.suffer(incident, full);
    CHECK(home.percent(full) == left);
    for (int i = 0; i < 5; ++i) home.suffer(incident, full);
    CHECK(home.percent(full) == 0);
    home.observe(start + 2h + 60s, true, full);
    CHECK(home.is_full(full));
}

TEST_CASE("a home whose link drops every ten seconds never proves stable", "[stability][IP13]") {
    Stability home(start);
    home.observe(start, true, full);
    for (int i = 1; i <= 100; ++i) {
        home.observe(start + i * 10s, true, full);
        CHECK_FALSE(home.is_full(full));
        home.suffer(Stability::Incident::link_down, full);
    }
}

TEST_CASE("nothing is proved while we did not run", "[stability][R2]") {
    Stability home(start);
    home.observe(start, true, full);
    home.skip(50s);
    home.observe(start + 60s, true, full);
    CHECK(home.full_at(full) == start + 110s);
}

TEST_CASE("without failback-after every home is stable at once", "[stability]") {
    Stability home(start);
    CHECK(home.is_full(0s));
    CHECK(home.percent(0s) == 100);
    home.suffer(Stability::Incident::doubted, 0s);
    CHECK(home.is_full(0s));
}
