// To which site a call goes, where others have its phone: south with its user alice, between north, whose backup it is,
// and west.
#include "south.h"

using namespace gate;

namespace {

const base::Flow alices = flow_at("192.0.2.13:5060");
const calls::Hop to_north = calls::SiteHop{north}, to_west = calls::SiteHop{west};

// Alice calls Nora.
std::optional<calls::Hop> rung(South& house) {
    Said invite{"INVITE",
                "alice",
                "a",
                "nora",
                {},
                {},
                "Contact: <sip:alice@192.0.2.13:5060>\r\n",
                "call" + std::to_string(house.now.time_since_epoch().count())};
    say_with_password(house, invite, alices);
    const auto sent_on = sent(house, "INVITE");
    return sent_on ? std::optional(sent_on->first) : std::nullopt;
}

struct Town : South {
    Town() { enters("alice", alices); }
    void is_guest_of_west() { tells_west("nora", "sip:nora@192.0.2.11:5060", north); }
    void is_at_north() { tells_north("nora", "sip:nora@192.0.2.11:5060"); }
};

}  // namespace

TEST_CASE("of two sites that say they have the phone the one where it registered last is called", "[calls][R10]") {
    Town town;
    SECTION("its home") {
        town.is_guest_of_west();
        town.pass(2s);
        town.is_at_north();
        CHECK(rung(town) == to_north);
    }
    SECTION("a backup of its home") {
        town.is_at_north();
        town.pass(2s);
        town.is_guest_of_west();
        CHECK(rung(town) == to_west);
    }
}

TEST_CASE("a user whose home speaks is asked of that home, though the record is here too", "[calls][IP5]") {
    Town town;
    CHECK(rung(town) == to_north);
}

TEST_CASE("a home that is frozen is not called, though its link is up and it had the phone last", "[calls][IP1]") {
    Town town;
    town.is_guest_of_west();
    town.pass(2s);
    town.is_at_north();
    town.beating = {west};
    town.pass(16s);
    REQUIRE(town.phase_of(north) == Phase::allowed);
    CHECK(rung(town) == to_west);
}

TEST_CASE("a home that drains is called and passed until its phones have left it", "[calls][IP7]") {
    Town town;
    town.is_at_north();
    town.beating = {west};
    Heartbeat leaving = town.heartbeat;
    leaving.leaving = true;
    town.hear(north, leaving);
    REQUIRE(town.phase_of(north) == Phase::allowed);
    CHECK(rung(town) == to_north);
    answer(town, *sent(town, "INVITE"), 200, "b", "Contact: <sip:nora@192.0.2.11:5060>\r\n");
    REQUIRE(status(town) == 200);
    const std::string call_id = "call" + std::to_string(town.now.time_since_epoch().count());
    Said bye{"BYE", "alice", "a", "nora", "b", "sip:nora@192.0.2.11:5060", of_north, call_id, 3};
    say(town, bye.text(), alices);
    REQUIRE(sent(town, "BYE"));
    CHECK(sent(town, "BYE")->first == to_north);
}

TEST_CASE("who answers is in the call, whoever was called", "[calls][IP7][IP10]") {
    South house;
    house.lose_north();
    house.enters("nora", noras);
    house.enters("ned", neds);
    house.command(SetUser{"nora", R"({"forward_always":"ned"})"});
    CallFromWest call(house, "nora", "c");
    call.begin();
    CHECK(fact(house.explain("ned"), "in a call") == "yes");
    CHECK(fact(house.explain("nora"), "in a call") == "no");
    call.end();
    CHECK(fact(house.explain("ned"), "in a call") == "no");
}
