#include "daemon/readiness.h"

#include <catch2/catch.hpp>

using namespace innkeeper;

TEST_CASE("a site that serves and does not drain is ready", "[readiness]") {
    core::StatusReport status;
    status.serving = true;
    CHECK(daemon::readiness(status).ready);
    status.database_available = false;  // a lost database alone does not count
    CHECK(daemon::readiness(status).ready);
}

TEST_CASE("a site that is not ready says every reason", "[readiness]") {
    core::StatusReport status;
    status.why_not_serving = "users are not loaded";
    status.draining = true;
    status.drain_reason = "upgrade";
    const web::Readiness result = daemon::readiness(status);
    CHECK_FALSE(result.ready);
    CHECK(result.reasons == std::vector<std::string>{"users are not loaded", "draining: upgrade"});
}
