#include "store/licences.h"

#include <catch2/catch.hpp>

using namespace innkeeper;
using store::parse_licence;

TEST_CASE("a licence pool has a count and may have a last day", "[store][licences]") {
    using namespace std::chrono;
    const auto plain = parse_licence("desk=100");
    REQUIRE(plain);
    CHECK(*plain == store::LicenceSpec{"desk", 100, {}});
    const auto ending = parse_licence("soft=0,until=2027-12-31");
    REQUIRE(ending);
    CHECK(ending->capacity == 0);
    CHECK(ending->ends == sys_days(year(2028) / 1 / 1));  // the last day counts in full
    const auto unlimited = parse_licence("dect=unlimited");
    REQUIRE(unlimited);
    CHECK_FALSE(unlimited->capacity);
}

TEST_CASE("a licence that cannot be is refused", "[store][licences]") {
    for (const char* bad :
         {"", "desk", "desk=", "=5", "toaster=5", "unknown=5", "desk=-1", "desk=1e3", "desk=99999999999", "desk=5,",
          "desk=5,till=2027-01-01", "desk=5,until=2027-02-29", "desk=5,until=27-02-01", "desk=5,until=2027-1-1",
          "desk=5,until=tomorrow", "desk=unlimited,until=2027-01-01"}) {
        INFO(bad);
        CHECK_FALSE(parse_licence(bad));
    }
}
