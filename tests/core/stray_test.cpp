#include "core/stray.h"

#include "core/limits.h"
#include "support/catch_print.h"

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;

namespace {

constexpr base::Duration tick = 1us;
const base::Instant start{10h};
const base::SiteName north{"north"}, west{"west"};
const base::Aor nora = base::Aor::parse("nora@innkeeper.test").value();

// The phone knocks, and its home is asked where it should be.
bool knocks(Inquiries& inquiries, base::Instant now, const base::Aor& aor = nora) {
    const bool asks = inquiries.on_knock(now, aor);
    if (asks) inquiries.on_asked(now, aor, north);
    return asks;
}

void finds(Inquiries& inquiries, base::Instant now, PhoneFinding finding) {
    inquiries.on_verdict(now, north, {nora, finding});
}

}  // namespace

TEST_CASE("nothing is known of a phone that never knocked", "[stray][IP2]") {
    CHECK(Inquiries().standing(start, nora) == Straying::no);
}

TEST_CASE("a first knock asks the home, a second one waits for its answer", "[stray][IP2]") {
    Inquiries inquiries;
    CHECK(knocks(inquiries, start));
    CHECK(inquiries.standing(start, nora) == Straying::asked);
    CHECK_FALSE(knocks(inquiries, start + 2s));
    CHECK(inquiries.standing(start + 2s, nora) == Straying::asked);
}

TEST_CASE("a phone that its home let go of is a stray when it comes back, for a while", "[stray][IP2][R6]") {
    Inquiries inquiries;
    knocks(inquiries, start);
    finds(inquiries, start + 1600ms, PhoneFinding::let_go);
    CHECK(inquiries.standing(start + 2s, nora) == Straying::yes);
    CHECK_FALSE(knocks(inquiries, start + 2s));
    CHECK(inquiries.standing(start + 1600ms + Inquiries::welcome - tick, nora) == Straying::yes);
    CHECK(inquiries.standing(start + 1600ms + Inquiries::welcome, nora) == Straying::asked);
    CHECK(knocks(inquiries, start + 1600ms + Inquiries::welcome));
}

TEST_CASE("a phone that registered at home meanwhile is no stray", "[stray][IP2]") {
    Inquiries inquiries;
    knocks(inquiries, start);
    finds(inquiries, start + 1s, PhoneFinding::let_go);
    inquiries.forget(nora);
    CHECK(inquiries.standing(start + 2s, nora) == Straying::asked);
    CHECK(knocks(inquiries, start + 2s));
}

TEST_CASE("that a phone is reachable is remembered for longer each time, half a minute at most", "[stray][SR4]") {
    Inquiries inquiries;
    base::Instant now = start;
    for (const auto memory : {2s, 4s, 8s, 16s, 32s, 32s}) {
        REQUIRE(knocks(inquiries, now));
        finds(inquiries, now, PhoneFinding::reachable);
        CHECK(inquiries.standing(now, nora) == Straying::no);
        CHECK_FALSE(knocks(inquiries, now + memory - tick));
        CHECK(inquiries.standing(now + memory - tick, nora) == Straying::no);
        now += memory;
        CHECK(inquiries.standing(now, nora) == Straying::asked);
    }
}

TEST_CASE("a phone that its home does not have must go on knocking to be a stray", "[stray][IP2]") {
    Inquiries inquiries;
    base::Instant now = start;
    for (; now < start + Inquiries::patience; now += 2s) {
        REQUIRE(knocks(inquiries, now));
        finds(inquiries, now + 5ms, PhoneFinding::not_registered);
        CHECK(inquiries.standing(now + 1s, nora) == Straying::asked);
        CHECK_FALSE(knocks(inquiries, now + 900ms));
    }
    REQUIRE(knocks(inquiries, now));
    finds(inquiries, now + 5ms, PhoneFinding::not_registered);
    CHECK(inquiries.standing(now + 1s, nora) == Straying::yes);
    CHECK_FALSE(knocks(inquiries, now + 2s));
}

TEST_CASE("a phone that starts up with two servers at once is no stray", "[stray][SR4]") {
    Inquiries inquiries;
    knocks(inquiries, start);
    finds(inquiries, start + 5ms, PhoneFinding::not_registered);  // it is on its way there
    inquiries.forget(nora);                                       // and has arrived
    knocks(inquiries, start + 2s);
    finds(inquiries, start + 2s + 5ms, PhoneFinding::reachable);
    CHECK(inquiries.standing(start + 2s + 6ms, nora) == Straying::no);
    knocks(inquiries, start + 1min);
    finds(inquiries, start + 1min, PhoneFinding::not_registered);  // logged out: its patience begins anew
    CHECK(inquiries.standing(start + 1min, nora) == Straying::asked);
}

TEST_CASE("an unanswered question is asked again, twice; then its home is taken to have the phone", "[stray][IP2]") {
    Inquiries inquiries;
    base::Instant now = start;
    REQUIRE(knocks(inquiries, now));
    now += Inquiries::answer_within;
    REQUIRE(knocks(inquiries, now));
    now += Inquiries::answer_within;
    CHECK_FALSE(knocks(inquiries, now));
    CHECK(inquiries.standing(now, nora) == Straying::no);
    SECTION("it is asked now and then") {
        CHECK(knocks(inquiries, now + Inquiries::longest_memory));
    }
    SECTION("it is asked at once when the link is new") {
        inquiries.on_link_up(west);
        CHECK_FALSE(knocks(inquiries, now + 1s));
        inquiries.on_link_up(north);
        CHECK(knocks(inquiries, now + 2s));
    }
}

TEST_CASE("a verdict counts from the home that was asked, once", "[stray][R3]") {
    Inquiries inquiries;
    knocks(inquiries, start);
    inquiries.on_verdict(start, west, {nora, PhoneFinding::let_go});
    CHECK(inquiries.standing(start, nora) == Straying::asked);
    finds(inquiries, start, PhoneFinding::reachable);
    finds(inquiries, start, PhoneFinding::let_go);  // of a question that is answered
    CHECK(inquiries.standing(start, nora) == Straying::no);
}

TEST_CASE("phones that do not knock any more are forgotten, and there is room for so many", "[stray][R15]") {
    Inquiries inquiries;
    for (std::size_t i = 0; i < Limits::knocking_phones; ++i)
        knocks(inquiries, start, base::Aor::from_parts(std::to_string(i), "innkeeper.test").value());
    CHECK(inquiries.size() == Limits::knocking_phones);
    CHECK_FALSE(knocks(inquiries, start, nora));
    CHECK(inquiries.standing(start, nora) == Straying::no);
    CHECK(knocks(inquiries, start + Inquiries::forgotten_after, nora));
    for (int i = 0; i < 70000; ++i) knocks(inquiries, start + Inquiries::forgotten_after, nora);
    CHECK(inquiries.size() == 1);
}

TEST_CASE("a search ends with the first answer", "[stray][IP2]") {
    Searches searches;
    const auto probes = searches.begin(start, nora, north, {{"sip:a", {}}, {"sip:b", {}}});
    REQUIRE(probes.size() == 2);
    CHECK_FALSE(searches.on_probed(probes[0], false));
    const auto search = searches.on_probed(probes[1], true);
    REQUIRE(search);
    CHECK(search->heard);
    CHECK(searches.find(nora) == nullptr);
    CHECK_FALSE(searches.on_probed(probes[1], false));
}

TEST_CASE("a search ends with the last silence", "[stray][IP2]") {
    Searches searches;
    const auto probes = searches.begin(start, nora, north, {{"sip:a", {}}, {"sip:b", {}}});
    CHECK_FALSE(searches.on_probed(probes[1], false));
    const auto search = searches.on_probed(probes[0], false);
    REQUIRE(search);
    CHECK_FALSE(search->heard);
    CHECK(search->askers == std::set<base::SiteName>{north});
}

TEST_CASE("a report of another search is not taken for this one's", "[stray]") {
    Searches searches;
    const auto first = searches.begin(start, nora, north, {{"sip:a", {}}, {"sip:b", {}}});
    searches.on_probed(first[0], true);
    const auto second = searches.begin(start, nora, north, {{"sip:a", {}}});
    CHECK_FALSE(searches.on_probed(first[1], false));
    CHECK(searches.on_probed(second[0], false));
}

TEST_CASE("a search that nobody reports of ends by itself, and a later one does not end with it", "[stray][R15]") {
    Searches searches;
    const auto first = searches.begin(start, nora, north, {{"sip:a", {}}});
    CHECK(searches.next_deadline() == start + Searches::longest);
    searches.on_probed(first[0], true);
    searches.begin(start + 1s, nora, north, {{"sip:a", {}}});
    searches.drop_overdue(start + Searches::longest);
    CHECK(searches.find(nora) != nullptr);
    CHECK(searches.next_deadline() == start + 1s + Searches::longest);
    searches.drop_overdue(start + 1s + Searches::longest);
    CHECK(searches.find(nora) == nullptr);
    CHECK(searches.next_deadline() == base::Instant::max());
}

TEST_CASE("so many phones are probed at once, and no more", "[stray][R15]") {
    Searches searches;
    for (std::size_t i = 0; i < Limits::phone_probes; ++i)
        searches.begin(start, base::Aor::from_parts(std::to_string(i), "innkeeper.test").value(), north,
                       {{"sip:a", {}}});
    CHECK_FALSE(searches.room_for(1));
    searches.drop_overdue(start + Searches::longest);
    CHECK(searches.room_for(Limits::phone_probes));
}
