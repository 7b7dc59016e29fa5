#include "base/expected.h"

#include <catch2/catch.hpp>
#include <memory>

using namespace innkeeper::base;

namespace {

Expected<std::unique_ptr<int>> made(bool well) {
    if (!well) return error("not made");
    return std::make_unique<int>(7);
}

enum class Reason { late };

}  // namespace

TEST_CASE("an expected value is there or the reason is", "[base]") {
    const auto value = made(true);
    REQUIRE(value);
    CHECK(**value == 7);
    const auto reason = made(false);
    REQUIRE_FALSE(reason);
    CHECK(reason.error().text == "not made");
}

TEST_CASE("a value that can only be moved is moved out", "[base]") {
    const std::unique_ptr<int> taken = *made(true);
    CHECK(*taken == 7);
}

TEST_CASE("value and reason may have one type and stay apart", "[base]") {
    const Expected<std::string, std::string> good(std::string("good"));
    const Expected<std::string, std::string> bad(Unexpected{std::string("bad")});
    CHECK(good.has_value());
    CHECK_FALSE(bad.has_value());
    CHECK(*good == "good");
    CHECK(bad.error() == "bad");
    const Expected<int, Reason> coded(Unexpected{Reason::late});
    CHECK(coded.error() == Reason::late);
}
