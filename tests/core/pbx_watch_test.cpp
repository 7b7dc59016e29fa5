#include "core/pbx_watch.h"

#include <catch2/catch.hpp>

namespace innkeeper::core {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration lost_after = 10s;

std::vector<CallSettings::Pbx> pbxs_named(const std::vector<std::string>& names) {
    std::vector<CallSettings::Pbx> pbxs;
    for (const std::string& name : names) pbxs.push_back({name, base::Transport::udp, {}});
    return pbxs;
}

struct Room {
    explicit Room(const std::vector<std::string>& names) : watch(pbxs_named(names)) {}

    // Asks whoever is due, as many as there are.
    std::vector<std::size_t> asked() {
        std::vector<std::size_t> turns;
        while (const auto turn = watch.take_due(now)) turns.push_back(*turn);
        return turns;
    }
    bool answers(std::size_t pbx, std::uint16_t status) { return watch.on_answer(now, pbx, status, true); }
    bool is_silent(std::size_t pbx) { return watch.on_answer(now, pbx, 408, false); }
    bool cannot_be_reached(std::size_t pbx) { return watch.on_answer(now, pbx, 503, false); }
    void pass(base::Duration time) { now += time; }
    // Asked twice, and no answer.
    void goes_away(std::size_t pbx) {
        for (int question = 0; question < 2; ++question) {
            asked();
            is_silent(pbx);
            pass(PbxWatch::interval_in_doubt);
        }
    }
    PbxWatch watch;
    base::Instant now{100s};
};

}  // namespace

TEST_CASE("a PBX is there as soon as it answers, whatever it answers but 503", "[pbx]") {
    Room room({"main"});
    CHECK(room.asked() == std::vector<std::size_t>{0});
    CHECK(room.asked().empty());
    for (const int status : {200, 401, 404, 405, 483, 501}) {
        room.answers(0, static_cast<std::uint16_t>(status));
        CHECK(room.watch.all()[0].state == PbxState::there);
    }
    room.answers(0, 503);
    CHECK(room.watch.all()[0].state == PbxState::doubted);
    CHECK(room.watch.all()[0].detail == "answers 503");
}

TEST_CASE("a PBX that answers is asked again after the interval, one in doubt sooner", "[pbx]") {
    Room room({"main"});
    room.asked();
    room.answers(0, 200);
    CHECK(room.watch.next_deadline(lost_after) == room.now + PbxWatch::interval);
    room.pass(PbxWatch::interval);
    room.asked();
    room.is_silent(0);
    CHECK(room.watch.next_deadline(lost_after) == room.now + PbxWatch::interval_in_doubt);
}

TEST_CASE("one lost question is a doubt, the second makes it away, one answer brings it back", "[pbx][SR1][SR2]") {
    Room room({"main"});
    room.asked();
    CHECK_FALSE(room.cannot_be_reached(0));
    CHECK_FALSE(room.watch.is_away(0));
    CHECK(room.watch.any_there());
    room.pass(PbxWatch::interval_in_doubt);
    room.asked();
    CHECK(room.cannot_be_reached(0));
    CHECK(room.watch.is_away(0));
    CHECK_FALSE(room.watch.any_there());
    CHECK(room.watch.detail() == "main: cannot be reached");
    CHECK(room.answers(0, 200));
    CHECK(room.watch.any_there());
}

TEST_CASE("what could not be delivered makes it be asked at once", "[pbx][SR1]") {
    Room room({"main"});
    room.asked();
    room.answers(0, 200);
    room.pass(1s);
    CHECK(room.asked().empty());
    room.watch.doubt(room.now, 0);
    CHECK(room.asked().size() == 1);
}

TEST_CASE("a site is without a PBX when all have been silent for pbx-lost-after", "[pbx]") {
    Room room({"main", "spare"});
    const base::Instant began = room.now;
    room.goes_away(0);
    room.pass(lost_after);
    CHECK_FALSE(room.watch.review(room.now, lost_after));
    CHECK_FALSE(room.watch.lost());
    const base::Instant second = room.now;
    room.watch.on_answer(room.now, 1, 200, true);
    room.pass(PbxWatch::interval);
    const base::Instant asked = room.now;
    room.goes_away(1);
    CHECK(second > began);
    CHECK_FALSE(room.watch.review(room.now, lost_after));
    CHECK(room.watch.next_deadline(lost_after) <= asked + lost_after);
    CHECK(room.watch.review(asked + lost_after, lost_after));
    CHECK(room.watch.lost());
    CHECK(room.watch.detail() == "main: no answer; spare: no answer");
    room.answers(1, 200);
    CHECK(room.watch.review(room.now, lost_after));
    CHECK_FALSE(room.watch.lost());
}

TEST_CASE("while we did not run nobody was silent", "[pbx][R2]") {
    Room room({"main"});
    const base::Instant asked = room.now;
    room.goes_away(0);
    room.pass(60s);
    room.watch.forgive(room.now, 60s);
    CHECK_FALSE(room.watch.review(room.now, lost_after));
    CHECK(room.watch.review(asked + 60s + lost_after, lost_after));
}

TEST_CASE("a site without a PBX misses none", "[pbx]") {
    Room room({});
    CHECK(room.asked().empty());
    CHECK_FALSE(room.watch.review(room.now, 0s));
    CHECK(room.watch.next_deadline(lost_after) == base::Instant::max());
}

}  // namespace innkeeper::core
