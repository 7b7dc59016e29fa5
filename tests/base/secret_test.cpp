#include "base/secret.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <new>
#include <type_traits>

using innkeeper::base::SecretBytes;
using Secret = SecretBytes<16>;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);

namespace {

constexpr std::array<std::uint8_t, 16> octets = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};

bool holds_octets(const Secret& secret) {
    return secret.present() && std::equal(octets.begin(), octets.end(), secret.reveal().begin());
}

bool is_wiped(const Secret& secret) {
    return !secret.present() && std::ranges::all_of(secret.reveal(), [](std::uint8_t octet) { return octet == 0; });
}

}  // namespace

TEST_CASE("a secret that was moved from is wiped", "[base][secret]") {
    Secret first(octets);
    Secret second(std::move(first));
    CHECK(holds_octets(second));
    CHECK(is_wiped(first));
    first = std::move(second);
    CHECK(holds_octets(first));
    CHECK(is_wiped(second));
}

TEST_CASE("a secret is copied only when asked to", "[base][secret]") {
    const Secret secret(octets);
    CHECK(holds_octets(secret.clone()));
    CHECK(holds_octets(secret));
    CHECK_FALSE(Secret().clone().present());
}

TEST_CASE("a secret leaves nothing behind in its memory", "[base][secret]") {
    alignas(Secret) std::array<std::uint8_t, sizeof(Secret)> memory{};
    auto* secret = new (memory.data()) Secret(octets);
    REQUIRE(std::search(memory.begin(), memory.end(), octets.begin(), octets.end()) != memory.end());
    secret->~Secret();
    for (const std::uint8_t octet : memory) CHECK(octet <= 1);  // 1: the flag of presence, which is no secret
}
