// Where the members of a hunt group are rung, through the whole gatekeeper.
#include "group_house.h"

using namespace calling;

TEST_CASE("a member is rung where it is when its turn comes", "[calls][groups][IP5]") {
    GroupHouse house;
    house.define("sales", in_turn);
    house.call("ann", "sales");
    REQUIRE(house.rung() == "bob ");
    house.refuse("bob", 180);
    SECTION("at another site by now") {
        house.wait(2s);
        house.registered_at(north, "carl");
        house.wait(9s);
        CHECK(house.rung() == "north ");
    }
    SECTION("nowhere") {
        house.registered_at(north, "carl");
        house.link(north, LinkState::lost);
        house.wait(20s);
        house.wait(0s);
        CHECK(house.rung().empty());
    }
    SECTION("not to be disturbed by now") {
        house.set("carl", R"({"dnd": true})");
        house.wait(11s);
        CHECK(house.phrase() == "No Member Answered");
    }
    SECTION("in a call by now") {
        house.call("carl", "ann");
        house.refuse("ann", 200);
        house.wait(11s);
        CHECK_FALSE(house.sip_to(house.flows.at("carl"), "INVITE"));
        CHECK(house.phrase() == "No Member Answered");
    }
    SECTION("and who it was is settled, whatever becomes of the group meanwhile") {
        house.define("sales", R"({"members": ["dora@example.test"]})");
        house.wait(11s);
        CHECK(house.rung() == "carl ");
    }
}

TEST_CASE("a member registered at another site is rung there, as a member", "[calls][groups][IP5]") {
    GroupHouse house;
    house.registered_at(north, "dora");
    house.define("sales", all);
    house.call("ann", "sales");
    CHECK(house.rung() == "bob carl north ");
    const auto there = house.sip_to(at_north, "INVITE");
    CHECK(there->uri == "sip:dora@example.test");
    CHECK(*there->find("X-Innkeeper-Hunt") == "sales@example.test");
    CHECK(house.sip_to(house.flows.at("bob"), "INVITE")->find("X-Innkeeper-Hunt") == nullptr);
}

TEST_CASE("a member that another site's group rings is rung without its own settings", "[calls][groups][IP10]") {
    GroupHouse house;
    house.set("bob", R"({"forward_always": "carl"})");
    Invite invite;
    invite.from = "nora";
    invite.more = "X-Innkeeper-Hunt: desk@example.test\r\n";
    house.receive(invite.text(), at_north);
    CHECK(house.rung() == "bob ");
    CHECK(house.sip_to(house.flows.at("bob"), "INVITE")->find("X-Innkeeper-Hunt") == nullptr);
    house.set("bob", R"({"dnd": true})");
    invite.branch += "-2";
    invite.call_id = "c2";
    house.receive(invite.text(), at_north);
    CHECK(house.status() == 480);
    // A phone that says so is not believed.
    house.set("bob", R"({"forward_always": "carl"})");
    house.call("ann", "bob", "X-Innkeeper-Hunt: desk@example.test\r\n");
    CHECK(house.rung() == "carl ");
}

TEST_CASE("a number outside may be a member", "[calls][groups][IP5]") {
    GroupHouse house;
    house.define("sales", R"({"members": ["bob", "0049301234"]})");
    house.call("ann", "sales");
    CHECK(house.rung() == "bob pbx ");
    house.goes_away(pbx);
    house.call("ann", "sales");
    CHECK(house.rung() == "bob north ");  // it may be an extension there
    house.link(north, LinkState::lost);
    house.call("ann", "sales");
    CHECK(house.rung() == "bob ");
}

TEST_CASE("a member of another site is known by the extension that it has there", "[calls][groups][IP5]") {
    GroupHouse house;
    house.entrusted_by_north({"nora"});
    backup::UserRecord nora = user("nora");
    nora.extension = "1003";
    house.entrust(std::move(nora));
    house.registered_at(north, "nora");
    house.define("sales", R"({"members": ["bob", "1003"]})");
    house.call("ann", "sales");
    CHECK(house.rung() == "bob north ");
    CHECK(house.sip_to(at_north, "INVITE")->uri == "sip:nora@example.test");
    CHECK(std::get<GroupsReport>(house.command(ShowGroups{})).rows.at(0).members.at(1).at == north);
}

TEST_CASE("a number that nobody here knows is the PBX's, and where there is none the other sites are asked at once",
          "[calls][groups][IP5]") {
    Settings settings = with_calls();
    settings.calls.pbxs.clear();
    GroupHouse house(std::move(settings));
    house.link(west);
    house.beat(west);
    house.define("sales", R"({"members": ["bob", "1003"]})");
    house.call("ann", "sales");
    CHECK(house.rung() == "bob north west ");
    CHECK(house.sip_to(at_west, "INVITE")->uri == "sip:1003@example.test");
    CHECK(*house.sip_to(at_west, "INVITE")->find("X-Innkeeper-Hunt") == "sales@example.test");
    house.say(at_north, 404);
    house.say(at_west, 180);
    CHECK(house.status() == 180);
}

TEST_CASE("a call of one site that a member at another one takes passes here until it ends", "[calls][groups][IP7]") {
    GroupHouse house;
    house.link(west);
    house.beat(west);
    house.registered_at(north, "dora");
    house.define("sales", R"({"members": ["dora@example.test"]})");
    Invite invite;
    invite.from = "wim";
    invite.to = "sales";
    house.receive(invite.text(), at_west);
    REQUIRE(house.rung() == "north ");
    const std::string route = *house.sip_to(at_north, "INVITE")->find("Record-Route");
    CHECK(route.find(";site=south") != std::string::npos);
    house.say(at_north, 200);
    house.call("ann", "sales");
    CHECK(house.phrase() == "All Members Busy");
    invite.method = "BYE";
    invite.branch += "-2";
    invite.uri = "sip:bob@192.0.2.8";
    invite.to_tag = "b";
    invite.more = "Route: " + route + "\r\nRoute: <sip:192.0.2.3:5060;transport=udp;lr;site=north>\r\n";
    house.receive(invite.text(), at_west);
    house.say(at_north, 200);
    CHECK(house.status() == 200);
    house.call("ann", "sales");
    CHECK(house.rung() == "north ");
}
