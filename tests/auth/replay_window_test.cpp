#include <catch2/catch.hpp>
#include <limits>

#include "auth/nonce.h"

using innkeeper::auth::ReplayWindow;

namespace {

// Of the n-th second, as NonceCheck makes them.
constexpr std::uint64_t nonce(std::uint64_t second, std::uint64_t distinction = 1) {
    return second << 32 | distinction;
}

}  // namespace

TEST_CASE("a nonce count serves once", "[auth][R17]") {
    ReplayWindow window;
    CHECK(window.accept(nonce(10), 1));
    CHECK_FALSE(window.accept(nonce(10), 1));
    CHECK(window.accept(nonce(10), 2));
    CHECK_FALSE(window.accept(nonce(10), 1));
    CHECK_FALSE(window.accept(nonce(10), 2));
}

TEST_CASE("counts that overtook each other are accepted once each", "[auth][R17]") {
    ReplayWindow window;
    CHECK(window.accept(nonce(10), 5));
    CHECK(window.accept(nonce(10), 3));
    CHECK(window.accept(nonce(10), 4));
    CHECK_FALSE(window.accept(nonce(10), 3));
    CHECK_FALSE(window.accept(nonce(10), 4));
    CHECK_FALSE(window.accept(nonce(10), 5));
}

TEST_CASE("a count more than 63 behind the highest is a replay", "[auth][R17]") {
    ReplayWindow window;
    CHECK(window.accept(nonce(10), 100));
    CHECK(window.accept(nonce(10), 37));
    CHECK_FALSE(window.accept(nonce(10), 36));
    CHECK_FALSE(window.accept(nonce(10), 37));
}

TEST_CASE("a jump ahead forgets no count that is still within the window", "[auth][R17]") {
    ReplayWindow window;
    CHECK(window.accept(nonce(10), 1));
    CHECK(window.accept(nonce(10), 64));
    CHECK_FALSE(window.accept(nonce(10), 1));
    CHECK(window.accept(nonce(10), 65));
    CHECK_FALSE(window.accept(nonce(10), 1));
    CHECK(window.accept(nonce(10), 1000));
    CHECK_FALSE(window.accept(nonce(10), 1000));
    CHECK(window.accept(nonce(10), 999));
}

TEST_CASE("the highest count there is serves once, as does none at all", "[auth][R17]") {
    constexpr std::uint32_t highest = std::numeric_limits<std::uint32_t>::max();
    ReplayWindow window;
    CHECK(window.accept(nonce(10), 0));
    CHECK_FALSE(window.accept(nonce(10), 0));
    CHECK(window.accept(nonce(10), highest));
    CHECK_FALSE(window.accept(nonce(10), highest));
    CHECK(window.accept(nonce(10), highest - 1));
}

TEST_CASE("two nonces are held side by side", "[auth][R17]") {
    ReplayWindow window;
    CHECK(window.accept(nonce(10, 1), 1));
    CHECK(window.accept(nonce(10, 2), 1));
    CHECK(window.accept(nonce(10, 1), 2));
    CHECK(window.accept(nonce(10, 2), 2));
    CHECK_FALSE(window.accept(nonce(10, 1), 1));
    CHECK_FALSE(window.accept(nonce(10, 2), 1));
}

TEST_CASE("a nonce that fell out of the window does not serve again", "[auth][R17]") {
    ReplayWindow window;
    CHECK(window.accept(nonce(10), 1));
    CHECK(window.accept(nonce(20), 1));
    CHECK(window.accept(nonce(30), 1));
    CHECK_FALSE(window.accept(nonce(10), 1));
    CHECK_FALSE(window.accept(nonce(10), 2));
    CHECK_FALSE(window.accept(nonce(9), 1));
    CHECK(window.accept(nonce(20), 2));
    CHECK(window.accept(nonce(30), 2));
    CHECK(window.accept(nonce(31), 1));
}

TEST_CASE("the nonce used least recently falls out first", "[auth][R17]") {
    ReplayWindow window;
    CHECK(window.accept(nonce(10), 1));
    CHECK(window.accept(nonce(20), 1));
    CHECK(window.accept(nonce(10), 2));
    CHECK(window.accept(nonce(30), 1));
    CHECK_FALSE(window.accept(nonce(20), 2));
    CHECK_FALSE(window.accept(nonce(10), 2));
}

static_assert(sizeof(ReplayWindow) == 48);
