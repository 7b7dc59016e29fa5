#include "core/homecoming.h"

#include <catch2/catch.hpp>

using namespace innkeeper;
using core::Homecoming;
using Outlook = core::Homecoming::Outlook;
using namespace std::chrono_literals;

namespace {

const base::Instant start{10h};

Homecoming with_canaries(std::uint64_t count) {
    Homecoming homecoming;
    homecoming.begin(start, true);
    homecoming.sent_canaries(count);
    return homecoming;
}

void count(Homecoming& homecoming, int arrived, int failed, int vanished = 0) {
    for (int i = 0; i < arrived; ++i) homecoming.arrived(start);
    for (int i = 0; i < failed; ++i) homecoming.failed(start);
    for (int i = 0; i < vanished; ++i) homecoming.vanished();
}

}  // namespace

TEST_CASE("the canaries decide by majority, as soon as it is certain", "[homecoming][IP13]") {
    struct Case {
        std::uint64_t canaries;
        int arrived, failed, vanished;
        Outlook outlook;
    };
    const Case one = GENERATE(
        Case{3, 0, 0, 0, Outlook::unknown}, Case{3, 1, 0, 0, Outlook::unknown}, Case{3, 2, 0, 0, Outlook::good},
        Case{3, 0, 1, 0, Outlook::unknown}, Case{3, 1, 1, 0, Outlook::unknown}, Case{3, 2, 1, 0, Outlook::good},
        Case{3, 0, 2, 0, Outlook::bad}, Case{3, 1, 2, 0, Outlook::bad}, Case{1, 1, 0, 0, Outlook::good},
        Case{1, 0, 1, 0, Outlook::bad}, Case{3, 1, 0, 2, Outlook::good}, Case{3, 0, 1, 2, Outlook::bad},
        Case{2, 1, 1, 0, Outlook::bad}, Case{3, 0, 0, 3, Outlook::unknown});
    Homecoming homecoming = with_canaries(one.canaries);
    count(homecoming, one.arrived, one.failed, one.vanished);
    CAPTURE(one.canaries, one.arrived, one.failed, one.vanished);
    CHECK(homecoming.outlook() == one.outlook);
}

TEST_CASE("when all canaries vanish, others are sent", "[homecoming]") {
    Homecoming homecoming;
    homecoming.begin(start, true);
    CHECK(homecoming.wants_canaries());
    homecoming.sent_canaries(2);
    CHECK_FALSE(homecoming.wants_canaries());
    count(homecoming, 0, 0, 2);
    CHECK(homecoming.wants_canaries());
}

TEST_CASE("one phone with troubles of its own stops no wave, three do when no more arrive", "[homecoming][IP13]") {
    Homecoming homecoming;
    homecoming.begin(start, false);
    CHECK(homecoming.outlook() == Outlook::good);
    count(homecoming, 0, 2);
    CHECK(homecoming.outlook() == Outlook::good);
    count(homecoming, 0, 1);
    CHECK(homecoming.outlook() == Outlook::bad);
    count(homecoming, 4, 0);
    CHECK(homecoming.outlook() == Outlook::good);
}

TEST_CASE("a home that took a thousand and takes no more is noticed soon", "[homecoming][IP13]") {
    Homecoming homecoming;
    homecoming.begin(start, false);
    count(homecoming, 1000, 0);
    base::Instant now = start;
    // One phone comes back each second.
    while (homecoming.outlook() == Outlook::good && now < start + 10min) {
        now += 1s;
        homecoming.failed(now);
    }
    CHECK(now < start + 90s);
}
