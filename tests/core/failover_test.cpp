#include "core/failover.h"

#include "support/catch_print.h"

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;

namespace {

constexpr base::Duration tick = 1us;
const base::Instant start{10h};

// A failover that came to `phase` at `start` in the usual way.
Failover at(Phase phase) {
    Failover failover;
    failover.phase = phase;
    failover.since = start;
    failover.number = 3;
    failover.allowed = start - 10min;
    if (phase != Phase::normal && phase != Phase::allowed) failover.began = start - 9min;
    if (phase == Phase::returning || phase == Phase::grace) failover.returning = start - 1min;
    return failover;
}

FailoverFacts facts(PeerHealth health, std::uint64_t guests = 5, std::uint64_t unreleased = 5) {
    FailoverFacts facts;
    facts.health = health;
    facts.health_reason = "as the test says";
    facts.guests = guests;
    facts.unreleased = unreleased;
    return facts;
}

// Where one signal leads: soon after the phase began, and long after.
struct Cell {
    Phase from;
    PeerHealth health;
    std::uint64_t guests;
    std::uint64_t unreleased;
    Phase soon;
    Phase late;
};

constexpr auto normal = Phase::normal, allowed = Phase::allowed, active = Phase::active, settling = Phase::settling,
               returning = Phase::returning, grace = Phase::grace;
constexpr auto unknown = PeerHealth::unknown, alive = PeerHealth::alive, suspect = PeerHealth::suspect,
               lost = PeerHealth::lost;

const Cell cells[] = {
    {normal, unknown, 0, 0, normal, normal},
    {normal, alive, 0, 0, normal, normal},
    {normal, suspect, 0, 0, normal, normal},
    {normal, lost, 0, 0, allowed, allowed},
    {allowed, unknown, 0, 0, normal, normal},
    {allowed, alive, 0, 0, normal, normal},
    {allowed, suspect, 0, 0, normal, normal},
    {allowed, lost, 0, 0, allowed, allowed},
    {active, unknown, 5, 5, active, active},
    {active, alive, 5, 5, settling, settling},
    {active, suspect, 5, 5, active, active},
    {active, lost, 5, 5, active, active},
    {active, unknown, 0, 0, active, active},
    {active, alive, 0, 0, settling, settling},
    {active, suspect, 0, 0, active, active},
    {active, lost, 0, 0, active, active},
    {settling, alive, 5, 5, settling, returning},
    {settling, suspect, 5, 5, settling, settling},
    {settling, lost, 5, 5, active, active},
    {settling, unknown, 5, 5, settling, settling},
    {settling, alive, 0, 0, grace, grace},
    {settling, suspect, 0, 0, settling, settling},
    {settling, lost, 0, 0, active, active},
    {settling, unknown, 0, 0, settling, settling},
    {returning, alive, 5, 5, returning, returning},
    {returning, suspect, 5, 5, returning, returning},
    {returning, lost, 5, 5, active, active},
    {returning, unknown, 5, 5, returning, returning},
    {returning, alive, 5, 0, grace, grace},
    {returning, suspect, 5, 0, grace, grace},
    {returning, lost, 5, 0, active, active},
    {returning, unknown, 5, 0, grace, grace},
    {grace, alive, 5, 0, grace, normal},
    {grace, suspect, 5, 0, grace, grace},
    {grace, lost, 5, 0, active, active},
    {grace, unknown, 5, 0, grace, grace},
};

}  // namespace

TEST_CASE("every signal in every phase leads where the table says", "[failover][IP3][IP13]") {
    const Cell cell = GENERATE(from_range(std::begin(cells), std::end(cells)));
    const auto [age, expected] =
        GENERATE_COPY(std::pair(base::Duration(1ms), cell.soon), std::pair(base::Duration(2h), cell.late));
    CAPTURE(to_text(cell.from), to_text(cell.health), cell.guests, cell.unreleased, age.count());
    Failover failover = at(cell.from);
    const bool changed =
        advance(failover, start + age, facts(cell.health, cell.guests, cell.unreleased), FailoverSettings{});
    CHECK(failover.phase == expected);
    CHECK(changed == (expected != cell.from));
    if (changed) {
        CHECK(failover.since == start + age);
        CHECK_FALSE(failover.cause.empty());
    }
}

TEST_CASE("a lost home opens a failover with a clean history", "[failover]") {
    Failover failover = at(Phase::normal);
    failover.first_guest = "old@example.test";
    failover.guests_served = 9;
    failover.began = start - 1h;
    failover.returning = start - 1h;
    failover.failback_requested = true;
    REQUIRE(advance(failover, start, facts(lost, 0, 0), {}));
    CHECK(failover.number == 4);
    CHECK(failover.allowed == start);
    CHECK(failover.first_guest.empty());
    CHECK(failover.guests_served == 0);
    CHECK_FALSE(failover.began);
    CHECK_FALSE(failover.returning);
    CHECK_FALSE(failover.failback_requested);
    CHECK(failover.cause == "as the test says");
}

TEST_CASE("the first physical guest begins it", "[failover][IP4][IP5]") {
    Failover failover = at(Phase::allowed);
    begin(failover, start + 1s, "alice@example.test");
    CHECK(failover.phase == Phase::active);
    CHECK(failover.began == start + 1s);
    CHECK(failover.first_guest == "alice@example.test");
}

TEST_CASE("a home proves itself for failback-after, to the microsecond", "[failover][IP13]") {
    Failover failover = at(Phase::settling);
    CHECK_FALSE(advance(failover, start + 60s - tick, facts(alive), {}));
    REQUIRE(advance(failover, start + 60s, facts(alive), {}));
    CHECK(failover.phase == Phase::returning);
    CHECK(failover.returning == start + 60s);
}

TEST_CASE("failback waits until hold-down and score are both complete", "[failover][IP13]") {
    Failover failover = at(Phase::settling);
    FailoverFacts shaky = facts(alive);
    shaky.stable = false;
    CHECK_FALSE(advance(failover, start + 10min, shaky, {}));
    CHECK_FALSE(advance(failover, start + 60s - tick, facts(alive), {}));
    CHECK(advance(failover, start + 10min, facts(alive), {}));
}

TEST_CASE("outside failback-window the home waits, unless the operator says go", "[failover][IP13]") {
    Failover failover = at(Phase::settling);
    FailoverFacts closed = facts(alive);
    closed.window_open = false;
    CHECK_FALSE(advance(failover, start + 10h, closed, {}));
    failover.failback_requested = true;
    CHECK(advance(failover, start + 10h, closed, {}));
    CHECK_FALSE(advance(failover, start + 11h, closed, {}));
    CHECK(failover.phase == Phase::returning);
}

TEST_CASE("a window that closes while guests return keeps the others, without a penalty", "[failover][IP13]") {
    Failover failover = at(Phase::returning);
    FailoverFacts closed = facts(alive);
    closed.window_open = false;
    REQUIRE(advance(failover, start + 1s, closed, {}));
    CHECK(failover.phase == Phase::settling);
    CHECK(failover.relapses == 0);
    failover = at(Phase::returning);
    closed.unreleased = 0;
    REQUIRE(advance(failover, start + 1s, closed, {}));
    CHECK(failover.phase == Phase::grace);
}

TEST_CASE("a failback whose phones do not get in is stopped and tried later", "[failover][IP13]") {
    const Phase phase = GENERATE(Phase::returning, Phase::grace);
    Failover failover = at(phase);
    FailoverFacts stopped = facts(alive, 5, 0);
    stopped.stop = "2 of the canaries did not get in at home, 0 did";
    REQUIRE(advance(failover, start + 1s, stopped, {}));
    CHECK(failover.phase == Phase::settling);
    CHECK(failover.relapses == 1);
    CHECK(failover.counts.stops == 1);
    CHECK(failover.counts.relapses == 0);
    CHECK(failover.cause == "failback stopped: 2 of the canaries did not get in at home, 0 did");
    CHECK(hold_down(failover, {}) == 120s);
}

TEST_CASE("grace does not end while a guest is in a call", "[failover][IP7]") {
    Failover failover = at(Phase::grace);
    FailoverFacts busy = facts(alive, 1, 1);
    busy.busy = 1;
    CHECK_FALSE(advance(failover, start + 1h, busy, {}));
    CHECK(advance(failover, start + 1h, facts(alive, 1, 1), {}));
}

TEST_CASE("operators are told what failback waits for", "[failover]") {
    Failover failover = at(Phase::settling);
    FailoverSettings settings;
    FailoverFacts all = facts(alive);
    CHECK(what_failback_waits_for(failover, start + 20500ms, all, 100, settings) == "the hold-down, 40 s to go");
    failover.relapses = 2;
    CHECK(what_failback_waits_for(failover, start + 20s, all, 100, settings) ==
          "the hold-down, 220 s to go, doubled 2 times");
    failover.relapses = 0;
    all.stable = false;
    CHECK(what_failback_waits_for(failover, start + 2min, all, 75, settings) ==
          "the home to prove stable, 75 % by now");
    all.stable = true;
    all.window_open = false;
    CHECK(what_failback_waits_for(failover, start + 2min, all, 100, settings) == "failback-window to open");
    settings.failback_mode = FailbackMode::manual;
    CHECK(what_failback_waits_for(failover, start + 2min, all, 100, settings) == "--failback by the operator");
}

TEST_CASE("a window over midnight has its late and its early part", "[failover]") {
    constexpr DailyWindow night{22 * 60, 5 * 60}, noon{12 * 60, 13 * 60};
    for (const int minute : {22 * 60, 23 * 60 + 59, 0, 4 * 60 + 59})
        CHECK(night.contains(static_cast<std::uint16_t>(minute)));
    for (const int minute : {5 * 60, 12 * 60, 21 * 60 + 59})
        CHECK_FALSE(night.contains(static_cast<std::uint16_t>(minute)));
    CHECK(noon.contains(12 * 60));
    CHECK_FALSE(noon.contains(13 * 60));
    CHECK_FALSE(noon.contains(0));
}

TEST_CASE("each relapse doubles the hold-down, sixteenfold at most", "[failover][R6]") {
    Failover failover = at(Phase::settling);
    const FailoverSettings settings;
    base::Instant now = start;
    for (const auto expected : {60s, 120s, 240s, 480s, 960s, 960s, 960s}) {
        CHECK(hold_down(failover, settings) == expected);
        CHECK_FALSE(advance(failover, now + expected - tick, facts(alive), settings));
        Failover proved = failover;
        CHECK(advance(proved, now + expected, facts(alive), settings));
        now += expected;
        REQUIRE(advance(failover, now, facts(lost), settings));
        REQUIRE(advance(failover, now, facts(alive), settings));
    }
}

TEST_CASE("a relapse in any phase of the way home makes the failover active again", "[failover][IP13]") {
    const Phase phase = GENERATE(Phase::settling, Phase::returning, Phase::grace);
    Failover failover = at(phase);
    failover.failback_requested = true;
    const std::uint64_t number = failover.number;
    REQUIRE(advance(failover, start + 1s, facts(lost), {}));
    CHECK(failover.phase == Phase::active);
    CHECK(failover.relapses == 1);
    CHECK(failover.last_relapse == start + 1s);
    CHECK(failover.number == number);
    CHECK(failover.began == start - 9min);
    CHECK_FALSE(failover.returning);
    CHECK_FALSE(failover.failback_requested);
}

TEST_CASE("relapses are forgiven one by one, each after a quiet hour", "[failover]") {
    Failover failover = at(Phase::grace);
    failover.relapses = 3;
    failover.last_relapse = start;
    FailoverSettings endless;
    endless.homeless_grace = 100h;
    for (const auto& [age, left] : {std::pair(base::Duration(1h) - tick, 3u), std::pair(base::Duration(1h), 2u),
                                    std::pair(base::Duration(2h) - tick, 2u), std::pair(base::Duration(5h), 0u)}) {
        advance(failover, start + age, facts(alive), endless);
        CHECK(failover.relapses == left);
    }
}

TEST_CASE("a home that is lost within an hour after its failback has relapsed", "[failover][R6]") {
    const auto [age, relapses] = GENERATE(std::pair(base::Duration(1h) - tick, 1u), std::pair(base::Duration(1h), 0u));
    Failover failover = at(Phase::normal);
    failover.last_end = start;
    REQUIRE(advance(failover, start + age, facts(lost, 0, 0), {}));
    CHECK(failover.relapses == relapses);
}

TEST_CASE("manual failback waits for the operator, however long", "[failover][IP13]") {
    FailoverSettings settings;
    settings.failback_mode = FailbackMode::manual;
    Failover failover = at(Phase::settling);
    CHECK_FALSE(advance(failover, start + 48h, facts(alive), settings));
    CHECK_FALSE(next_change(failover, settings));
    failover.failback_requested = true;
    REQUIRE(advance(failover, start + 48h, facts(alive), settings));
    CHECK(failover.phase == Phase::returning);
    CHECK(failover.cause == "failback by the operator");
}

TEST_CASE("an operator need not wait for the hold-down, but for a home that is heard", "[failover]") {
    Failover failover = at(Phase::settling);
    failover.failback_requested = true;
    CHECK_FALSE(advance(failover, start + 1s, facts(suspect), {}));
    CHECK(advance(failover, start + 2s, facts(alive), {}));
}

TEST_CASE("grace lasts as long as configured, to the microsecond", "[failover][IP13]") {
    Failover failover = at(Phase::grace);
    CHECK_FALSE(advance(failover, start + 5min - tick, facts(alive, 3, 0), {}));
    CHECK(advance(failover, start + 5min, facts(alive, 3, 0), {}));
    CHECK(failover.phase == Phase::normal);
}

TEST_CASE("a home that only a third peer hears is as good as alive for going home", "[failover][R3]") {
    const auto [from, to] =
        GENERATE(std::pair(Phase::active, Phase::settling), std::pair(Phase::settling, Phase::returning),
                 std::pair(Phase::grace, Phase::normal));
    Failover failover = at(from);
    FailoverFacts vouched = facts(suspect);
    CHECK_FALSE(advance(failover, start + 10min, vouched, {}));
    failover = at(from);
    vouched.vouched_for = true;
    CHECK(advance(failover, start + 10min, vouched, {}));
    CHECK(failover.phase == to);
}

TEST_CASE("guests from before a restart make the failover go on", "[failover][R9]") {
    const auto [from, to] =
        GENERATE(std::pair(Phase::normal, Phase::active), std::pair(Phase::allowed, Phase::active),
                 std::pair(Phase::active, Phase::active), std::pair(Phase::settling, Phase::settling),
                 std::pair(Phase::returning, Phase::returning), std::pair(Phase::grace, Phase::grace));
    Failover failover = at(from);
    const auto began = failover.began;
    resume(failover, start + 1s);
    CHECK(failover.phase == to);
    CHECK(failover.began == began.value_or(start + 1s));
}

TEST_CASE("the next change is known where only time can bring it", "[failover]") {
    const FailoverSettings settings;
    for (const Phase phase : {Phase::normal, Phase::allowed, Phase::active, Phase::returning})
        CHECK_FALSE(next_change(at(phase), settings));
    CHECK(next_change(at(Phase::settling), settings) == start + 60s);
    CHECK(next_change(at(Phase::grace), settings) == start + 5min);
    Failover relapsed = at(Phase::settling);
    relapsed.relapses = 1;
    CHECK(next_change(relapsed, settings) == start + 120s);
    CHECK(next_change(relapsed, settings, start + 100s) == start + 120s);
    CHECK(next_change(relapsed, settings, start + 130s) == start + 130s);
}
