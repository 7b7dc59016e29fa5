// Calls for hunt groups through the whole gatekeeper.
#include "group_house.h"

using namespace calling;

TEST_CASE("a call for a group rings all members that are registered, at once", "[calls][groups][IP5]") {
    GroupHouse house;
    house.define("sales", all);
    house.call("ann", "sales");
    CHECK(house.rung() == "bob carl ");
    const auto invite = house.sip_to(house.flows.at("bob"), "INVITE");
    CHECK(invite->find("Diversion")->find("sip:sales@example.test") != std::string::npos);
    house.refuse("bob", 603);  // for himself alone
    CHECK(house.status() == 0);
    house.refuse("carl", 200);
    CHECK(house.status() == 200);
}

TEST_CASE("members are rung one after the other, each for its time", "[calls][groups][IP5]") {
    GroupHouse house;
    house.define("sales", in_turn);
    house.call("ann", "sales");
    CHECK(house.rung() == "bob ");
    house.refuse("bob", 180);
    house.wait(11s);
    CHECK(house.rung() == "carl ");
    house.refuse("carl", 180);
    house.wait(11s);
    CHECK(house.status() == 480);
    CHECK(house.phrase() == "No Member Answered");
}

TEST_CASE("a member that is busy, says no or has do-not-disturb is passed over", "[calls][groups][IP5][IP10]") {
    GroupHouse house;
    house.define("sales", in_turn);
    house.call("ann", "sales");
    house.refuse("bob", 603);
    CHECK(house.rung() == "carl ");
    house.set("bob", R"({"dnd": true})");
    house.call("ann", "sales");
    CHECK(house.rung() == "carl ");
}

TEST_CASE("what the caller hears of a group does not depend on who said what first", "[calls][groups][IP5]") {
    struct Row {
        std::vector<std::uint16_t> members;  // 0: lets it ring
        std::string heard;
    };
    const Row rows[] = {
        {{486, 486}, "486 All Members Busy"},   {{603, 486}, "486 All Members Busy"},
        {{480, 486}, "486 All Members Busy"},   {{404, 486}, "486 All Members Busy"},
        {{480, 480}, "480 No Member Answered"}, {{0, 486}, "480 No Member Answered"},
        {{0, 603}, "480 No Member Answered"},   {{0, 480}, "480 No Member Answered"},
    };
    for (const bool at_once : {false, true})
        for (Row row : rows)
            for (int order = 0; order < 2; ++order, std::swap(row.members[0], row.members[1])) {
                CAPTURE(at_once, row.members);
                GroupHouse house;
                house.define("sales", at_once ? R"({"ring_for": 10, "members": ["bob", "carl"]})" : in_turn);
                house.call("ann", "sales");
                std::size_t member = 0;
                for (const char* name : {"bob", "carl"}) {
                    const std::uint16_t says = row.members[member++];
                    house.refuse(name, says == 0 ? std::uint16_t{180} : says);
                    if (says == 0 && !at_once) house.wait(11s);
                }
                if (at_once && row.members[0] * row.members[1] == 0) house.wait(11s);
                CHECK(std::to_string(house.status()) + ' ' + house.phrase() == row.heard);
            }
}

TEST_CASE("what a member has set for own calls is not for the group's", "[calls][groups][IP10]") {
    GroupHouse house;
    house.set("bob", R"({"forward_always": "dora", "forward_no_answer": "dora"})");
    house.define("sales", in_turn);
    house.call("ann", "sales");
    CHECK(house.rung() == "bob ");
}

TEST_CASE("a member in a call is busy, and of the others the longest idle is rung first", "[calls][groups][IP5]") {
    GroupHouse house;
    house.define("sales", longest_idle);
    house.call("ann", "sales");
    REQUIRE(house.rung() == "bob ");
    house.refuse("bob", 200);
    house.call("ann", "sales");
    CHECK(house.rung() == "carl ");
    house.refuse("carl", 486);
    house.first_call_ends();
    house.call("ann", "sales");
    CHECK(house.rung() == "carl ");  // bob's call has just ended
    house.refuse("carl", 486);
    CHECK(house.rung() == "bob ");
}

TEST_CASE("whoever was removed is not known as a member who was in calls any more", "[calls][groups][R15]") {
    GroupHouse house;
    house.define("sales", longest_idle);
    house.call("ann", "sales");
    house.refuse("bob", 200);
    house.first_call_ends();
    UsersChanged page;
    page.removed.push_back(aor("bob"));
    house.feed(std::move(page));
    house.set("bob", "{}");
    house.register_phone("bob");
    house.call("ann", "sales");
    CHECK(house.rung() == "bob ");
}

TEST_CASE("a rotary group begins each call with the next member", "[calls][groups][IP5]") {
    GroupHouse house;
    house.define("sales", R"({"strategy": "rotary", "members": ["bob@example.test", "carl@example.test"]})");
    std::string first;
    for (int call = 0; call < 3; ++call) {
        house.call("ann", "sales");
        first += house.rung();
    }
    CHECK(first == "bob carl bob ");
}

TEST_CASE("a call that nobody takes goes on to the overflow", "[calls][groups][IP5]") {
    GroupHouse house;
    house.define("sales", R"({"members": ["bob@example.test"], "overflow": "carl@example.test"})");
    house.call("ann", "sales");
    house.refuse("bob", 486);
    CHECK(house.rung() == "carl ");
    CHECK(house.sip_to(house.flows.at("carl"), "INVITE")->find("Diversion")->find("reason=user-busy") !=
          std::string::npos);
    house.link(north, LinkState::lost);  // who would be asked first
    house.define("sales", R"({"members": ["dora@example.test"], "overflow": "0049301234"})");
    house.call("ann", "sales");
    CHECK(house.rung() == "pbx ");
}

TEST_CASE("without anybody to ring and without overflow the caller is told why", "[calls][groups][IP5]") {
    GroupHouse house;
    house.define("sales", R"({"members": ["dora@example.test"]})");
    house.call("ann", "sales");
    CHECK(house.status() == 480);
    CHECK(house.phrase() == "No Member Registered");
    house.define("sales", R"({"members": ["bob@elsewhere.test"]})");
    house.call("ann", "sales");
    CHECK(house.phrase() == "No Member Registered");
    house.define("sales", R"({"strategy": "chaos"})");
    house.call("ann", "sales");
    CHECK(house.status() == 480);
}

TEST_CASE("at night the night's target has the call", "[calls][groups][IP5]") {
    GroupHouse house;
    house.define("sales", R"({"members": ["bob@example.test"], "night": ["18:00-08:00"], "night_target": "carl"})");
    house.feed(WallClock{9 * 60});
    house.call("ann", "sales");
    CHECK(house.rung() == "bob ");
    house.feed(WallClock{18 * 60});
    house.call("ann", "sales");
    CHECK(house.rung() == "carl ");
    CHECK(house.sip_to(house.flows.at("carl"), "INVITE")->find("Diversion")->find("reason=time-of-day") !=
          std::string::npos);
}

TEST_CASE("no group rings another, and a call enters each group once", "[calls][groups]") {
    GroupHouse house;
    house.define("help", R"({"members": ["bob@example.test"], "overflow": "sales"})");
    house.define("sales", R"({"members": ["help@example.test", "carl@example.test"], "overflow": "help"})");
    house.call("ann", "sales");
    CHECK(house.rung() == "carl ");
    house.refuse("carl", 486);
    CHECK(house.rung() == "bob ");
    house.refuse("bob", 486);
    CHECK(house.status() == 486);
}

TEST_CASE("who calls a group is not rung by it", "[calls][groups]") {
    GroupHouse house;
    house.define("sales", R"({"members": ["ann@example.test", "bob@example.test"]})");
    house.call("ann", "sales");
    CHECK(house.rung() == "bob ");
    house.define("sales", R"({"members": ["ann@example.test"]})");
    house.call("ann", "sales");
    CHECK(house.phrase() == "All Members Busy");
}

TEST_CASE("the group of a home that serves is that home's affair, and the backup's while it is lost",
          "[calls][groups][IP5]") {
    Settings settings = with_calls();
    settings.calls.pbxs.clear();  // one that never answers a probe would take this site out of service
    GroupHouse house(std::move(settings));
    house.entrusted_by_north({"nora"});
    house.entrust(GroupHouse::record_of("desk", R"({"members": ["bob", "nora"]})"));
    house.beating = {north};
    house.call("ann", "desk");
    CHECK(house.rung() == "north ");
    lose_north(house);
    house.call("ann", "desk");
    CHECK(house.rung() == "bob ");
    house.refuse("bob", 486);
    CHECK(std::get<FailoverChangesReport>(house.command(ShowFailoverChanges{north})).calls.size() == 1);
    house.register_phone("nora");
    house.call("ann", "desk");
    CHECK(house.rung() == "bob nora ");
    north_returns(house);
    REQUIRE(house.phase_of(north) == Phase::settling);
    house.call("ann", "desk");
    CHECK(house.rung() == "bob nora ");
    house.wait(30s);
    REQUIRE(house.phase_of(north) != Phase::settling);
    house.call("ann", "desk");
    CHECK(house.rung() == "north ");
}
