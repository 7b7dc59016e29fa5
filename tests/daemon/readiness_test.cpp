#include "daemon/readiness.h"

#include <catch2/catch.hpp>

using namespace innkeeper;

TEST_CASE("a site that serves and does not drain is ready", "[readiness]") {
    core::Census census;
    core::StatusReport& status = census.status;
    status.serving = true;
    CHECK(daemon::readiness(census).ready);
    status.database_available = false;  // a lost database alone does not count
    CHECK(daemon::readiness(census).ready);
}

TEST_CASE("a site that is not ready says every reason", "[readiness]") {
    core::Census census;
    core::StatusReport& status = census.status;
    status.why_not_serving = "users are not loaded";
    status.draining = true;
    status.drain_reason = "upgrade";
    const web::Readiness result = daemon::readiness(census);
    CHECK_FALSE(result.ready);
    CHECK(result.reasons == std::vector<std::string>{"users are not loaded", "draining: upgrade"});
}

TEST_CASE("a failover that would not work is told, but takes no site out of service", "[readiness][IP12]") {
    core::Census census;
    census.status.serving = true;
    census.pairs = {{{"north"}, {"south"}, {{core::Severity::blocks, "link_down", "no link to south", "see --peers"}}}};
    const web::Readiness result = daemon::readiness(census);
    CHECK(result.ready);
    REQUIRE(result.failovers.size() == 1);
    CHECK(result.failovers[0].home == "north");
    CHECK(result.failovers[0].backup == "south");
    CHECK_FALSE(result.failovers[0].ready);
    CHECK(result.failovers[0].findings == std::vector<std::string>{"blocks: no link to south; see --peers"});
}
