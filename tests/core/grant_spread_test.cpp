#include "core/grant_spread.h"

#include <catch2/catch.hpp>
#include <set>

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;

namespace {

const base::Instant now{1000s};

base::Duration granted(const std::string& user, std::chrono::seconds whole, std::chrono::seconds least) {
    RegistrationPlan plan;
    AddBinding add;
    add.binding.expires = now + whole;
    plan.changes.emplace_back(add);
    spread_grants(now, least, base::Aor::from_parts(user, "example.test").value(), plan);
    return std::get<AddBinding>(plan.changes[0]).binding.expires - now;
}

}  // namespace

TEST_CASE("what phones of one moment are granted ends over a fifth of it", "[storm][R11]") {
    std::set<base::Duration> ends;
    for (int user = 0; user < 1000; ++user) {
        const base::Duration end = granted(std::to_string(user), 300s, 60s);
        CHECK(end > 240s);
        CHECK(end <= 300s);
        ends.insert(end);
    }
    CHECK(ends.size() == 60);
    CHECK(granted("7", 300s, 60s) == granted("7", 300s, 60s));
}

TEST_CASE("nobody is granted less than the least, or more than it was", "[storm]") {
    for (int user = 0; user < 200; ++user) {
        CHECK(granted(std::to_string(user), 65s, 60s) >= 60s);
        CHECK(granted(std::to_string(user), 60s, 60s) == 60s);
        CHECK(granted(std::to_string(user), 20s, 60s) == 20s);
        CHECK(granted(std::to_string(user), 3s, 0s) == 3s);
    }
}

TEST_CASE("a refresh is granted the whole", "[storm]") {
    RegistrationPlan plan;
    plan.changes.emplace_back(KeepBinding{0, 2, now + 300s});
    spread_grants(now, 0s, base::Aor::from_parts("7", "example.test").value(), plan);
    CHECK(std::get<KeepBinding>(plan.changes[0]).expires == now + 300s);
}
