#include "core/admission_queue.h"

#include <catch2/catch.hpp>
#include <vector>

#include "core/limits.h"

using namespace innkeeper;
using namespace std::chrono_literals;
using backup::Priority;
using core::AdmissionQueue;
using core::Turn;

namespace {

const base::Instant start{1000s};
constexpr std::uint32_t rate = 10;

// Knocks once: in, or the seconds it was told to wait.
std::optional<std::chrono::seconds> knock(AdmissionQueue& queue, base::Instant now, Turn& turn,
                                          Priority priority = Priority::normal, std::uint32_t per_second = rate,
                                          std::uint64_t salt = 0) {
    if (!queue.open(now, turn, priority)) return queue.wait(now, turn, priority, per_second, salt);
    queue.enter(now, turn, priority, per_second);
    return std::nullopt;
}

// So many come at one moment; those who were told to wait.
std::vector<Turn> crowd(AdmissionQueue& queue, base::Instant now, std::size_t count,
                        Priority priority = Priority::normal) {
    std::vector<Turn> waiting;
    for (std::size_t i = 0; i < count; ++i) {
        Turn turn;
        if (knock(queue, now, turn, priority)) waiting.push_back(turn);
    }
    return waiting;
}

}  // namespace

TEST_CASE("what one second lets in gets in at once, the next are told their turn", "[storm][R11]") {
    AdmissionQueue queue;
    const auto waiting = crowd(queue, start, 40);
    REQUIRE(waiting.size() == 30);
    CHECK(waiting.front().at == start + 1s);
    CHECK(waiting.back().at == start + 3s);
    CHECK(queue.waiting() == 30);
    CHECK(queue.last_turn() == start + 3s);
}

TEST_CASE("who comes in its turn gets in, a little early or late too, though others wait", "[storm][R11]") {
    AdmissionQueue queue;
    auto waiting = crowd(queue, start, 1000);
    REQUIRE(waiting.size() == 990);
    Turn& last = waiting.back();
    const base::Duration off = GENERATE(as<base::Duration>(), -1s, 0s, 2s, 33s);
    CHECK_FALSE(knock(queue, last.at + off, last));
    CHECK_FALSE(last.given());
}

TEST_CASE("a promise outlives a fall of the rate", "[storm][R11]") {
    AdmissionQueue queue;
    auto waiting = crowd(queue, start, 500);
    for (Turn& turn : waiting) {
        const base::Instant told = turn.at;
        CHECK_FALSE(knock(queue, told, turn, Priority::normal, 1));
    }
    CHECK(queue.waiting() == 0);
}

TEST_CASE("who comes too early keeps its place and is told the rest of its wait", "[storm]") {
    AdmissionQueue queue;
    auto waiting = crowd(queue, start, 200);
    Turn& last = waiting.back();
    const base::Instant told = last.at;
    CHECK(knock(queue, start + 5s, last) == std::chrono::ceil<std::chrono::seconds>(told - (start + 5s)));
    CHECK(last.at == told);
    CHECK(queue.waiting() == waiting.size());
}

TEST_CASE("who does not come loses its place, and goes to the end of the queue", "[storm]") {
    AdmissionQueue queue;
    auto first = crowd(queue, start, 15);
    const base::Instant much_later = start + 1min;
    auto then = crowd(queue, much_later, 30);
    CHECK(queue.waiting() == then.size());
    CHECK(knock(queue, much_later, first[0]) == 3s);
    CHECK(first[0].at == much_later + 3s);
}

TEST_CASE("the rate at which phones get in is the rate that was set", "[storm][R11]") {
    AdmissionQueue queue;
    auto waiting = crowd(queue, start, 610);
    std::vector<int> per_second(80);
    for (Turn& turn : waiting)
        ++per_second[static_cast<std::size_t>(std::chrono::floor<std::chrono::seconds>(turn.at - start).count())];
    CHECK(per_second[0] == 0);
    for (std::size_t i = 1; i < 60; ++i) CHECK(per_second[i] == 10);
}

TEST_CASE("jitter adds a second or two, and is part of the promise", "[storm]") {
    AdmissionQueue queue;
    crowd(queue, start, 10);
    std::vector<std::int64_t> told;
    for (std::uint64_t salt = 0; salt < 4; ++salt) {
        Turn turn;
        const auto wait = knock(queue, start, turn, Priority::normal, 1000, salt);
        REQUIRE(wait);
        CHECK(turn.at == start + *wait);
        told.push_back(wait->count());
    }
    CHECK(told == std::vector<std::int64_t>{1, 2, 1, 2});
}

TEST_CASE("emergency phones and attendants do not wait behind a crowd", "[storm][R11]") {
    AdmissionQueue queue;
    crowd(queue, start, 10000);
    const Priority priority = GENERATE(Priority::attendant, Priority::emergency);
    Turn turn;
    CHECK_FALSE(knock(queue, start + 2s, turn, priority, 100));
}

TEST_CASE("an emergency phone comes before the attendants", "[storm]") {
    AdmissionQueue queue;
    crowd(queue, start, 10000);
    for (int i = 0; i < 100; ++i) {
        Turn turn;
        knock(queue, start, turn, Priority::attendant, 100);
    }
    Turn attendant, emergency;
    CHECK(knock(queue, start, attendant, Priority::attendant, 100));
    CHECK_FALSE(knock(queue, start, emergency, Priority::emergency, 100));
}

TEST_CASE("an emergency phone leaves the attendants their share while it has its own", "[storm]") {
    AdmissionQueue queue;
    crowd(queue, start, 10000);
    Turn attendant, emergency;
    CHECK_FALSE(knock(queue, start, emergency, Priority::emergency));
    CHECK_FALSE(knock(queue, start, attendant, Priority::attendant));
}

TEST_CASE("a thousand emergency phones push nobody aside", "[storm]") {
    AdmissionQueue queue;
    auto waiting = crowd(queue, start, 100);
    std::size_t at_once = 0;
    base::Instant last{};
    for (int i = 0; i < 1000; ++i) {
        Turn turn;
        if (!knock(queue, start, turn, Priority::emergency)) ++at_once;
        last = std::max(last, turn.at);
    }
    CHECK(at_once == 2);  // a second of what is reserved, which is one a second, for each priority
    CHECK(last <= start + 110s);
    for (Turn& turn : waiting) {
        const base::Instant told = turn.at;
        CHECK_FALSE(knock(queue, told, turn));
    }
    Turn late_comer;
    CHECK(knock(queue, start, late_comer) <= 115s);  // the rate holds for all together
}

TEST_CASE("the queue is bounded: beyond it a phone is told the end of the queue, without a place", "[storm][R15]") {
    AdmissionQueue queue;
    constexpr std::uint32_t fast = 10000;
    std::size_t without = 0;
    for (std::size_t i = 0; i < core::Limits::admission_places + fast + 500; ++i) {
        Turn turn;
        if (knock(queue, start, turn, Priority::normal, fast) && !turn.given()) ++without;
    }
    CHECK(queue.waiting() == core::Limits::admission_places);
    CHECK(without == 500);
    Turn turn;
    CHECK(knock(queue, start, turn, Priority::normal, fast) == 14s);
}

TEST_CASE("half a second's worth at once is a crowd", "[storm]") {
    AdmissionQueue queue;
    crowd(queue, start, 4);
    CHECK_FALSE(queue.crowded(start));
    crowd(queue, start, 1);
    CHECK(queue.crowded(start));
    CHECK_FALSE(queue.crowded(start + 200ms));
}

TEST_CASE("saved up is a second's worth at most, and asking takes nothing", "[storm]") {
    AdmissionQueue queue;
    crowd(queue, start, 30);
    CHECK(crowd(queue, start + 10h, 100).size() == 90);
    for (int i = 0; i < 5; ++i) CHECK(queue.open(start + 20h, {}, Priority::normal));
}
