// Calls for hunt groups through the whole gatekeeper: site south with its groups and phones, north and west next to it.
#include <set>

#include "calling_house.h"

using namespace calling;

namespace {

struct GroupHouse : House {
    explicit GroupHouse(Settings settings = with_calls()) : House(std::move(settings)) {
        with_users({"ann", "bob", "carl", "dora"});
        for (const char* name : {"ann", "bob", "carl"}) register_phone(name);
    }
    // A group of this site, as the definition says.
    void define(const std::string& name, const std::string& definition) {
        UsersChanged page;
        page.changed.push_back(record_of(name, definition));
        feed(std::move(page));
    }
    static backup::UserRecord record_of(const std::string& name, const std::string& definition) {
        backup::UserRecord record;
        record.aor = aor(name);
        record.terminal = backup::TerminalKind::group;
        record.settings = R"({"group": )" + definition + "}";
        return record;
    }
    // Whom the last step asked to ring, each once.
    std::string rung() const {
        std::string names;
        std::set<std::string> branches;
        for (const auto& [hop, message] : sips()) {
            if (message.method != "INVITE" || !branches.insert(*message.find("Via")).second) continue;
            for (const auto& [name, flow] : flows)
                if (hop == calls::Hop(flow)) names += name + " ";
            if (hop == pbx) names += "pbx ";
            if (hop == at_north) names += "north ";
            if (hop == at_west) names += "west ";
        }
        return names;
    }
    void refuse(const std::string& name, std::uint16_t status) { say(flows.at(name), status); }
};

const std::string all = R"({"members": ["bob@example.test", "carl@example.test", "dora@example.test"]})";
const std::string in_turn = R"({"strategy": "sequential", "ring_for": 10,
                               "members": ["bob@example.test", "carl@example.test"]})";

}  // namespace

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
    house.refuse("carl", 486);
    CHECK(house.phrase() == "No Member Answered");
    house.call("ann", "sales");
    house.refuse("bob", 486);
    house.refuse("carl", 486);
    CHECK(house.phrase() == "All Members Busy");
    house.set("bob", R"({"dnd": true})");
    house.call("ann", "sales");
    CHECK(house.rung() == "carl ");
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
    house.define("sales", R"({"strategy": "longest_idle", "members": ["bob@example.test", "carl@example.test"]})");
    house.call("ann", "sales");
    REQUIRE(house.rung() == "bob ");
    house.refuse("bob", 200);
    house.call("ann", "sales");
    CHECK(house.rung() == "carl ");
    house.refuse("carl", 486);
    Invite bye;
    bye.method = "BYE";
    bye.to = "sales";
    bye.to_tag = "b";
    bye.uri = "sip:bob@192.0.2.8";
    bye.branch = "z9hG4bK-bye";
    bye.call_id = "call-1";
    house.receive(bye.text(), house.flows.at("ann"));
    house.refuse("bob", 200);
    house.call("ann", "sales");
    CHECK(house.rung() == "carl ");  // bob's call has just ended
    house.refuse("carl", 486);
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
    for (int round = 0; round < 3; ++round) {  // the PBX goes away
        house.feed(HopLost{pbx});
        house.wait(PbxWatch::interval_in_doubt);
    }
    house.call("ann", "sales");
    CHECK(house.rung() == "bob ");
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
    Changes page;
    page.dataset = Dataset::records;
    page.epoch = house.heartbeat.epoch;
    page.after = {1};
    page.upto = {2};
    page.complete = true;
    page.records.push_back({aor("desk"), GroupHouse::record_of("desk", R"({"members": ["bob", "nora"]})")});
    house.hear(north, std::move(page));
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
