// Failback as the whole gatekeeper carries it out: canaries, calls, windows; and a home that leaves its phones to the
// backup that serves them.
#include "talk.h"

using namespace gate;

namespace {

Settings with_canaries(std::uint32_t canaries) {
    Settings settings = quick();
    settings.failover.failback_canaries = canaries;
    settings.failover.guest_lease = 60s;
    return settings;
}

// Everybody of `names` is a guest of south, and north has just returned.
struct Guests {
    explicit Guests(std::vector<std::string> names, Settings settings) : gate(backup_of(names, std::move(settings))) {
        lose_north(gate);
        for (const std::string& name : names) {
            phones.emplace_back(name);
            REQUIRE(phones.back().call(gate).status == 200);
        }
        north_returns(gate);
    }

    // North tells that these are registered there now.
    void at_home(std::vector<std::string> names) {
        Changes page;
        page.epoch = gate.heartbeat.epoch;
        page.restart = sequence == 0;
        page.complete = true;
        page.after = {sequence};
        for (const std::string& name : names) {
            Binding binding;
            binding.contact = "sip:" + name + "@192.0.2.1:5060";
            binding.registered = gate.now;
            binding.expires = gate.now + 1h;
            page.registrations.push_back({aor(name), {}, {binding}});
        }
        sequence += names.size();
        page.upto = {sequence};
        gate.hear(north, std::move(page));
    }
    bool is_sent_home(std::size_t phone) { return phones[phone].call(gate).status == 503; }
    std::size_t sent_home() {
        std::size_t sent = 0;
        for (std::size_t i = 0; i < phones.size(); ++i) sent += is_sent_home(i);
        return sent;
    }
    HomeStatus north_status() {
        for (const HomeStatus& home : gate.status().homes)
            if (home.home == north) return home;
        FAIL("no such home");
        return {};
    }

    Gate gate;
    std::vector<Phone> phones;
    std::uint64_t sequence = 0;
};

}  // namespace

TEST_CASE("canaries go first, and the others when they are seen at home", "[failback][IP13][R6]") {
    Guests guests({"a", "b", "c", "d", "e"}, with_canaries(2));
    guests.gate.pass(12s);
    REQUIRE(guests.gate.phase_of(north) == Phase::returning);
    CHECK(guests.is_sent_home(0));
    CHECK(guests.is_sent_home(1));
    CHECK_FALSE(guests.is_sent_home(2));
    guests.gate.pass(3s);
    CHECK_FALSE(guests.is_sent_home(2));
    guests.at_home({"a"});
    guests.gate.pass(1s);
    CHECK_FALSE(guests.is_sent_home(2));  // one of two is no majority
    guests.at_home({"b"});
    guests.gate.pass(1s);
    for (std::size_t i = 2; i < 5; ++i) CHECK(guests.is_sent_home(i));
    CHECK(guests.gate.phase_of(north) == Phase::grace);
}

TEST_CASE("canaries that come back stop the failback, and everybody stays a guest", "[failback][IP13][R6]") {
    Guests guests({"a", "b", "c", "d"}, with_canaries(3));
    guests.gate.pass(12s);
    for (std::size_t i = 0; i < 3; ++i) REQUIRE(guests.is_sent_home(i));
    guests.gate.pass(6s);
    CHECK_FALSE(guests.is_sent_home(0));  // its home did not take it
    CHECK(guests.gate.phase_of(north) == Phase::returning);
    CHECK_FALSE(guests.is_sent_home(1));
    guests.gate.pass(500ms);
    REQUIRE(guests.gate.notices<FailbackStopped>().size() == 1);
    CHECK(guests.gate.phase_of(north) == Phase::settling);
    for (std::size_t i = 0; i < 4; ++i) CHECK_FALSE(guests.is_sent_home(i));
    CHECK(guests.north_status().why == "failback stopped: 2 of the canaries did not get in at home, 0 did");
    CHECK(guests.north_status().failback == "the hold-down, 20 s to go, doubled 1 times");

    // It is tried again, later.
    guests.gate.pass(15s);
    CHECK(guests.sent_home() == 0);
    guests.gate.pass(6s);
    CHECK(guests.sent_home() == 3);
    guests.at_home({"a", "b", "c", "d"});  // one of them went by itself
    guests.gate.pass(1s);
    CHECK(guests.gate.phase_of(north) == Phase::grace);
    const auto history = std::get<HistoryReport>(guests.gate.command(ShowHistory{}));
    CHECK(history.failovers.at(0).stops == 1);
    CHECK(history.failovers.at(0).released == 6);
    CHECK(history.failovers.at(0).moved == 4);
}

TEST_CASE("canaries that were told and are seen nowhere stop it after a lease", "[failback][IP13]") {
    Guests guests({"a", "b", "c"}, with_canaries(1));
    guests.gate.pass(12s);
    REQUIRE(guests.is_sent_home(0));
    for (int i = 0; i < 2; ++i) {
        guests.gate.pass(29s);
        for (std::size_t other = 1; other < 3; ++other) CHECK_FALSE(guests.is_sent_home(other));
    }
    CHECK(guests.gate.phase_of(north) == Phase::returning);
    guests.gate.pass(3s);
    CHECK(guests.gate.phase_of(north) == Phase::settling);
}

TEST_CASE("a canary that was switched off has no say: another one is sent", "[failback][IP13]") {
    Guests guests({"a", "b", "c"}, with_canaries(1));
    guests.gate.pass(12s);
    for (int i = 0; i < 3; ++i) {  // a is silent until its lease ends
        guests.gate.pass(20s);
        CHECK_FALSE(guests.is_sent_home(2));
        if (i < 2) CHECK_FALSE(guests.is_sent_home(1));
    }
    guests.gate.pass(500ms);
    CHECK(guests.gate.phase_of(north) == Phase::returning);
    CHECK(guests.sent_home() >= 1);
    CHECK(guests.gate.notices<FailbackStopped>().empty());
}

TEST_CASE("a guest in a call stays until it ends and holds up nobody", "[failback][IP7][IP13]") {
    Guests guests({"a", "b"}, quick());
    CallFromWest call(guests.gate, "a", "c");
    call.begin();
    guests.gate.pass(12s);
    CHECK(guests.is_sent_home(1));
    guests.at_home({"b"});
    for (int i = 0; i < 5; ++i) {
        guests.gate.pass(30s);
        CHECK_FALSE(guests.is_sent_home(0));
    }
    CHECK(guests.gate.explain("a").rule == "guest_in_call");
    CHECK(guests.north_status().in_call == 1);
    CHECK(guests.gate.phase_of(north) == Phase::returning);
    call.end();
    guests.gate.pass(500ms);
    CHECK(guests.is_sent_home(0));
    CHECK(guests.gate.phase_of(north) == Phase::grace);
}

TEST_CASE("a call that begins after the release takes it back", "[failback][IP7]") {
    Guests guests({"a"}, quick());
    guests.gate.pass(12s);
    CallFromWest call(guests.gate, "a", "c");
    call.begin();
    CHECK_FALSE(guests.is_sent_home(0));
    guests.gate.pass(50s);
    CHECK_FALSE(guests.is_sent_home(0));
    CHECK(guests.gate.phase_of(north) == Phase::grace);
    call.end();
    guests.gate.pass(1s);
    CHECK(guests.gate.phase_of(north) == Phase::normal);
}

TEST_CASE("a call whose end nobody told is forgotten after two hours", "[failback][IP7]") {
    Guests guests({"a"}, quick());
    CallFromWest(guests.gate, "a", "c").begin();
    const base::Instant began = guests.gate.now;
    while (!guests.is_sent_home(0) && guests.gate.now < began + 3h) guests.gate.pass(30s);
    CHECK(guests.gate.now - began > 2h);
    CHECK(guests.gate.now - began < 2h + 2min);
}

TEST_CASE("automatic failback keeps to its window, and an operator does not", "[failback][IP13]") {
    Settings settings = quick();
    settings.failover.failback_window = DailyWindow{22 * 60, 5 * 60};
    settings.failover.failback_rate = 1;
    Guests guests({"a", "b", "c"}, settings);
    guests.gate.pass(20s);
    CHECK(guests.sent_home() == 0);  // nobody knows what time it is
    guests.gate.feed(WallClock{21 * 60 + 59});
    guests.gate.pass(1s);
    CHECK(guests.sent_home() == 0);
    CHECK(guests.north_status().failback == "failback-window to open");
    SECTION("it opens, and closes in the middle") {
        guests.gate.feed(WallClock{22 * 60});
        guests.gate.pass(300ms);
        CHECK(guests.gate.phase_of(north) == Phase::returning);
        CHECK(guests.sent_home() == 1);
        guests.gate.feed(WallClock{5 * 60});
        CHECK(guests.gate.phase_of(north) == Phase::settling);
        CHECK(guests.sent_home() == 1);
        CHECK(guests.gate.notices<FailbackStopped>().empty());
    }
    SECTION("the operator says go") {
        CHECK(std::holds_alternative<Done>(guests.gate.command(Failback{north})));
        guests.gate.pass(3s);
        CHECK(guests.sent_home() == 3);
    }
}

TEST_CASE("a guest is refused only when its home has heard of its release", "[failback][IP13][R6]") {
    Guests guests({"a"}, quick());
    guests.gate.acknowledging = false;
    guests.gate.pass(12s);
    CHECK(guests.gate.phase_of(north) == Phase::grace);
    CHECK_FALSE(guests.is_sent_home(0));
    const auto told = guests.gate.keeper.census(guests.gate.now);
    guests.gate.hear(north, Position{Dataset::registrations, told.status.epoch, {1000}});
    CHECK(guests.is_sent_home(0));
}

TEST_CASE("a phone that another backup serves is not homeless, although its home leaves it there",
          "[failback][IP13][R6]") {
    Gate gate = backup_of({"a", "nora"}, with_canaries(0));
    lose_north(gate);
    Phone a("a"), nora("nora");
    REQUIRE(a.call(gate).status == 200);
    north_returns(gate);
    REQUIRE(gate.phase_of(north) == Phase::settling);
    gate.link(west);
    gate.beating = {north, west};
    gate.beat(west);
    Changes page;
    page.epoch = gate.heartbeat.epoch;
    page.restart = page.complete = true;
    page.upto = {1};
    Binding there;
    there.contact = nora.request.contacts[0].uri;
    there.registered = gate.now - 1s;
    there.expires = there.promised = gate.now + 60s;
    page.registrations.push_back({aor("nora"), north, {there}});
    gate.hear(west, std::move(page));
    CHECK(refused(gate, nora) == Refusal::home_is_settling);
    gate.pass(6s);
    CHECK(refused(gate, nora) == Refusal::home_is_settling);
    SECTION("until that backup is heard no more") {
        gate.beating = {north};
        gate.pass(2s);
        CHECK(nora.call(gate).status == 200);
    }
    SECTION("until that backup has it no more") {
        Changes gone;
        gone.epoch = gate.heartbeat.epoch;
        gone.after = {1};
        gone.upto = {2};
        gone.complete = true;
        gone.registrations.push_back({aor("nora"), {}, {}});
        gate.hear(west, std::move(gone));
        CHECK(nora.call(gate).status == 200);
    }
}

// ---- at the home

namespace {

// South is the home here; north serves nora, one of south's users, and says that it holds them.
Gate home_of_nora(bool released = false) {
    Gate gate = site_of({"nora", "alice"});
    gate.feed(StateLoaded{});
    gate.link(north);
    gate.heartbeat.holding = {south};
    Changes page;
    page.epoch = gate.heartbeat.epoch;
    page.restart = page.complete = true;
    page.upto = {1};
    Binding binding;
    binding.contact = Phone("nora").request.contacts[0].uri;
    binding.registered = gate.now - 1s;
    binding.expires = gate.now + 30s;
    binding.promised = gate.now + 60s;  // not every refresh is told
    page.registrations.push_back({aor("nora"), south, {binding}});
    page.registrations.back().released = released;
    gate.hear(north, std::move(page));
    gate.beaten = gate.now;
    gate.beat(north);
    gate.beating = {north};
    return gate;
}

}  // namespace

TEST_CASE("a home leaves a phone to the backup that serves it", "[failback][R6]") {
    Gate gate = home_of_nora();
    Phone nora("nora"), alice("alice");
    CHECK(gate.explain("nora").rule == "guest_of_backup");
    CHECK(refused(gate, nora) == Refusal::guest_of_backup);
    CHECK(alice.call(gate).status == 200);
    SECTION("until the backup is not heard any more") {
        gate.beating.clear();
        gate.pass(2s);
        CHECK(nora.call(gate).status == 200);
    }
    SECTION("until the backup leaves") {
        gate.heartbeat.leaving = true;
        gate.beat(north);
        CHECK(nora.call(gate).status == 200);
    }
    SECTION("until the backup holds them no longer") {
        gate.heartbeat.holding.clear();
        gate.beat(north);
        CHECK(nora.call(gate).status == 200);
    }
    SECTION("until the backup's binding has run out") {
        gate.pass(61s);
        CHECK(nora.call(gate).status == 200);
    }
}

TEST_CASE("a home that starts again hears its backups before it takes phones it does not know", "[failback][R6][R7]") {
    Gate gate = site_of({"nora"});
    Phone nora("nora");
    StateLoaded earlier;
    SECTION("for two seconds at most") {
        earlier.epoch = {3};
        gate.feed(std::move(earlier));
        CHECK(refused(gate, nora) == Refusal::just_woken);
        gate.pass(2s);
        CHECK(nora.call(gate).status == 200);
    }
    SECTION("not when they cannot be reached") {
        earlier.epoch = {3};
        gate.feed(std::move(earlier));
        gate.link(north, LinkState::refused);
        CHECK(nora.call(gate).status == 200);
    }
    SECTION("not in its first life") {
        gate.feed(std::move(earlier));
        CHECK(nora.call(gate).status == 200);
    }
}

TEST_CASE("a released guest is at home at once", "[failback][R6]") {
    Gate gate = home_of_nora(true);
    Phone nora("nora");
    CHECK(nora.call(gate).status == 200);
}

TEST_CASE("another phone of that user is at home at once", "[failback][R6]") {
    Gate gate = home_of_nora();
    Phone other("nora");
    other.request.contacts[0].uri = "sip:nora@192.0.2.99:5070";
    CHECK(other.call(gate).status == 200);
}
