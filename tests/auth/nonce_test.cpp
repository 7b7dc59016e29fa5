#include "auth/nonce.h"

#include <catch2/catch.hpp>
#include <set>

using namespace innkeeper::auth;
using namespace std::chrono_literals;
using innkeeper::base::Aor;
using innkeeper::base::Duration;
using innkeeper::base::Instant;
using innkeeper::base::IpAddress;

namespace {

constexpr Duration lifetime = 1h;
const Instant start{100h};

NonceKey key(std::uint32_t id, Instant born = start) {
    std::array<std::uint8_t, 32> octets{};
    octets[0] = static_cast<std::uint8_t>(id);
    octets[31] = 7;
    return {id, born, innkeeper::base::SecretBytes<32>(octets)};
}

NonceKeyring keyring(std::uint32_t id = 1) {
    NonceKeyring ring;
    ring.install_own(key(id));
    return ring;
}

const Aor alice = *Aor::parse("alice@example.org");
const Aor bob = *Aor::parse("bob@example.org");
const IpAddress here = *IpAddress::parse("192.0.2.1");
const IpAddress there = *IpAddress::parse("192.0.2.2");

}  // namespace

TEST_CASE("a nonce is good for its lifetime and expired after it", "[auth][R17]") {
    const NonceKeyring ring = keyring();
    const std::string nonce = ring.issue(start + 10s, alice, here);
    CHECK(ring.check(start + 10s, nonce, alice, here, lifetime).state == NonceState::good);
    CHECK(ring.check(start + 10s + lifetime, nonce, alice, here, lifetime).state == NonceState::good);
    CHECK(ring.check(start + 11s + lifetime, nonce, alice, here, lifetime).state == NonceState::expired);
}

TEST_CASE("a nonce is worth nothing for another address of record or from another source", "[auth][R17]") {
    const NonceKeyring ring = keyring();
    const std::string nonce = ring.issue(start, alice, here);
    CHECK(ring.check(start, nonce, bob, here, lifetime).state == NonceState::foreign);
    CHECK(ring.check(start, nonce, alice, there, lifetime).state == NonceState::foreign);
    CHECK(ring.check(start, nonce, alice, *IpAddress::parse("2001:db8::1"), lifetime).state == NonceState::foreign);
}

TEST_CASE("what was changed, cut or never ours is foreign", "[auth][R17]") {
    const NonceKeyring ring = keyring();
    const std::string nonce = ring.issue(start, alice, here);
    REQUIRE(nonce.size() == 32);
    for (std::size_t i = 0; i < nonce.size(); ++i) {
        std::string changed = nonce;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK(ring.check(start, changed, alice, here, lifetime).state == NonceState::foreign);
    }
    CHECK(ring.check(start, nonce.substr(1), alice, here, lifetime).state == NonceState::foreign);
    CHECK(ring.check(start, nonce + "A", alice, here, lifetime).state == NonceState::foreign);
    CHECK(ring.check(start, "", alice, here, lifetime).state == NonceState::foreign);
    CHECK(ring.check(start, std::string(32, '='), alice, here, lifetime).state == NonceState::foreign);
    CHECK(ring.check(start, std::string(32, '\xff'), alice, here, lifetime).state == NonceState::foreign);
    CHECK(NonceKeyring{}.check(start, nonce, alice, here, lifetime).state == NonceState::foreign);
}

TEST_CASE("a nonce of another key with the same id is foreign", "[auth][R17]") {
    const std::string nonce = keyring().issue(start, alice, here);
    std::array<std::uint8_t, 32> octets{};
    NonceKeyring other;
    other.install_own({1, start, innkeeper::base::SecretBytes<32>(octets)});
    CHECK(other.check(start, nonce, alice, here, lifetime).state == NonceState::foreign);
}

TEST_CASE("every octet of a key counts", "[auth]") {
    const std::string nonce = keyring().issue(start, alice, here);
    for (std::size_t i = 0; i < 32; ++i) {
        std::array<std::uint8_t, 32> octets{};
        octets[0] = 1;
        octets[31] = 7;
        octets[i] ^= 0x40;
        NonceKeyring other;
        other.install_own({1, start, innkeeper::base::SecretBytes<32>(octets)});
        CHECK(other.check(start, nonce, alice, here, lifetime).state == NonceState::foreign);
    }
}

TEST_CASE("challenges within a second are equal, so that a retransmitted request is answered the same", "[auth]") {
    const NonceKeyring ring = keyring();
    const std::string nonce = ring.issue(start + 5s, alice, here);
    CHECK(ring.issue(start + 5900ms, alice, here) == nonce);
    CHECK(ring.issue(start + 6s, alice, here) != nonce);
    CHECK(ring.issue(start + 5s, bob, here) != nonce);
    CHECK(ring.issue(start + 5s, alice, there) != nonce);
}

TEST_CASE("a key outlives one rotation and no more", "[auth]") {
    NonceKeyring ring = keyring(1);
    const std::string nonce = ring.issue(start, alice, here);
    ring.install_own(key(2));
    CHECK(ring.check(start, nonce, alice, here, lifetime).state == NonceState::good);
    CHECK(ring.issue(start, alice, here) != nonce);
    ring.install_own(key(3));
    CHECK(ring.own().size() == 2);
    CHECK(ring.check(start, nonce, alice, here, lifetime).state == NonceState::foreign);
}

TEST_CASE("a nonce of the home is good at a backup that knows its key", "[auth][R17]") {
    const NonceKeyring home = keyring(9);
    const std::string nonce = home.issue(start + 40s, alice, here);

    NonceKeyring backup = keyring(2);
    CHECK(backup.check(start, nonce, alice, here, lifetime).state == NonceState::foreign);
    // The backup's clock shows another time; the key came with its age, 40 s.
    const Instant arrived{3h};
    backup.install_peer("north", key(9, arrived - 40s));
    CHECK(backup.check(arrived, nonce, alice, here, lifetime).state == NonceState::good);
    CHECK(backup.check(arrived, nonce, alice, there, lifetime).state == NonceState::foreign);
    CHECK(backup.check(arrived + lifetime + 1s, nonce, alice, here, lifetime).state == NonceState::expired);
    backup.forget_peer("north");
    CHECK(backup.check(arrived, nonce, alice, here, lifetime).state == NonceState::foreign);
}

TEST_CASE("a key older than our machine's boot serves", "[auth]") {
    const NonceKeyring home = keyring(9);
    const std::string nonce = home.issue(start + 50h, alice, here);
    NonceKeyring backup = keyring(2);
    const Instant arrived{1min};
    backup.install_peer("north", key(9, arrived - 50h));
    const NonceCheck check = backup.check(arrived, nonce, alice, here, lifetime);
    CHECK(check.state == NonceState::good);
    CHECK(ReplayWindow{}.accept(check.identity, 1));
}

TEST_CASE("a peer's clock may be ahead by a delay, not by a lifetime", "[auth]") {
    const NonceKeyring home = keyring(9);
    NonceKeyring backup = keyring(2);
    const Instant arrived{3h};
    backup.install_peer("north", key(9, arrived));
    const auto state_of_nonce_ahead_by = [&](Duration lead) {
        return backup.check(arrived, home.issue(start + lead, alice, here), alice, here, lifetime).state;
    };
    CHECK(state_of_nonce_ahead_by(1s) == NonceState::good);
    CHECK(state_of_nonce_ahead_by(60s) == NonceState::good);
    CHECK(state_of_nonce_ahead_by(61s) == NonceState::expired);
}

TEST_CASE("at most four keys of one peer are kept, the latest", "[auth]") {
    NonceKeyring backup = keyring(2);
    for (std::uint32_t id = 10; id < 15; ++id) backup.install_peer("north", key(id));
    backup.install_peer("west", key(20));
    const auto state = [&](std::uint32_t id) {
        return backup.check(start, keyring(id).issue(start, alice, here), alice, here, lifetime).state;
    };
    CHECK(state(10) == NonceState::foreign);
    for (const std::uint32_t id : {11u, 12u, 13u, 14u, 20u}) CHECK(state(id) == NonceState::good);
}

TEST_CASE("a key told again changes nothing, so that its nonces keep their identity", "[auth][R17]") {
    const std::string nonce = keyring(9).issue(start, alice, here);
    NonceKeyring backup = keyring(2);
    backup.install_peer("north", key(9, start));
    const auto before = backup.check(start, nonce, alice, here, lifetime).identity;
    backup.install_peer("north", key(9, start + 2s));
    CHECK(backup.check(start, nonce, alice, here, lifetime).identity == before);
}

TEST_CASE("equal nonces have equal identities, others others, in the order of issue", "[auth][R17]") {
    const NonceKeyring ring = keyring();
    const auto identity = [&](Duration at, const IpAddress& source) {
        return ring.check(start + at, ring.issue(start + at, alice, source), alice, source, lifetime).identity;
    };
    CHECK(identity(0s, here) == identity(900ms, here));
    CHECK(identity(0s, here) != identity(0s, there));
    CHECK(identity(0s, here) < identity(1s, here));
    CHECK(identity(1s, here) < identity(500s, there));
}

TEST_CASE("a phone may register many times within a second, each time with a nonce of its own", "[auth][R17]") {
    const NonceKeyring ring = keyring();
    ReplayWindow window;
    std::set<std::string> nonces;
    for (int i = 0; i < 20; ++i) {
        const std::string nonce = ring.issue(start, alice, here, &window);
        CHECK(ring.issue(start, alice, here, &window) == nonce);  // nobody used it yet
        const NonceCheck check = ring.check(start, nonce, alice, here, lifetime);
        CHECK(check.state == NonceState::good);
        CHECK(window.accept(check.identity, 1));
        CHECK_FALSE(window.accept(check.identity, 1));
        nonces.insert(nonce);
    }
    CHECK(nonces.size() == 20);
    const std::string later = ring.issue(start + 5s, alice, here, &window);
    CHECK(window.accept(ring.check(start + 5s, later, alice, here, lifetime).identity, 1));
}

TEST_CASE("nonces run ahead of the clock by half a minute at most", "[auth][R17]") {
    const NonceKeyring ring = keyring();
    ReplayWindow window;
    for (int i = 0; i < 100; ++i) {
        const NonceCheck check = ring.check(start, ring.issue(start, alice, here, &window), alice, here, lifetime);
        CHECK(check.state == NonceState::good);
        CHECK(window.accept(check.identity, 1) == (i <= 30));
    }
}
