// Requests inside dialogs through the whole gatekeeper: site south with its user alice, which backs up north, whose
// users nora and ned were in calls when it died.
#include "south.h"

using namespace gate;

namespace {

// North is lost, and both are guests.
struct Guests : South {
    Guests() {
        lose_north();
        enters("nora", noras);
        enters("ned", neds);
    }
};

// Nora hangs up on Ned; their call was north's affair.
Said bye_of_nora() {
    return {"BYE", "nora", "a", "ned", "b", "sip:ned@192.0.2.12:5060", of_north, "talk", 2};
}

}  // namespace

TEST_CASE("a call within a home that died is ended through the backup when both phones are there", "[calls][IP7]") {
    Guests house;
    say_with_password(house, bye_of_nora(), noras);
    const auto bye = sent(house, "BYE");
    REQUIRE(bye);
    CHECK(bye->first == calls::Hop(neds));
    CHECK(bye->second.uri == "sip:ned@192.0.2.12:5060");
    CHECK(bye->second.find("Route") == nullptr);
    CHECK(bye->second.find("Proxy-Authorization") == nullptr);
    answer(house, *bye, 200);
    CHECK(status(house) == 200);
}

TEST_CASE("the called side hangs up through the backup, too", "[calls][IP7]") {
    Guests house;
    Said bye{"BYE", "ned", "b", "nora", "a", "sip:nora@192.0.2.11:5060", of_north, "talk", 1};
    say_with_password(house, bye, neds);
    REQUIRE(sent(house, "BYE"));
    CHECK(sent(house, "BYE")->first == calls::Hop(noras));
}

TEST_CASE("who was called by an extension or in a hunt group proves to be the user", "[calls][IP5][IP7]") {
    Guests house;
    Said bye{"BYE", "sales", "b", "nora", "a", "sip:nora@192.0.2.11:5060", of_north, "talk", 1};
    SECTION("with that user's password") {
        say_with_password(house, bye, neds, "ned");
        REQUIRE(sent(house, "BYE"));
        CHECK(sent(house, "BYE")->first == calls::Hop(noras));
    }
    SECTION("with another's") {
        say_with_password(house, bye, neds, "nora");
        CHECK(status(house) == 407);
        CHECK_FALSE(sent(house, "BYE"));
    }
}

TEST_CASE("a stranger, or a guest without its password, ends nobody's call", "[calls][IP7][R16]") {
    Guests house;
    say(house, bye_of_nora().text(), flow_at("198.51.100.7:5060"));
    CHECK(status(house) == 407);
    CHECK_FALSE(sent(house, "BYE"));
    Said bye = bye_of_nora();
    bye.method = "ACK";
    say(house, bye.text(), flow_at("198.51.100.7:5060"));
    CHECK(sips(house).empty());
}

TEST_CASE("a re-INVITE through the backup makes the call known there, and its phones stay", "[calls][IP7]") {
    Guests house;
    Said again = bye_of_nora();
    again.method = "INVITE";
    again.more += "Contact: <sip:nora@192.0.2.11:5060>\r\n";
    say_with_password(house, again, noras);
    const auto invite = sent(house, "INVITE");
    REQUIRE(invite);
    answer(house, *invite, 200, "b", "Contact: <sip:ned@192.0.2.12:5060>\r\n");
    CHECK(house.in_call() == 2);
    Said ack = bye_of_nora();
    ack.method = "ACK";
    say(house, ack.text(), noras);
    REQUIRE(sent(house, "ACK"));
    CHECK(sent(house, "ACK")->first == calls::Hop(neds));
    Said bye{"BYE", "ned", "b", "nora", "a", "sip:nora@192.0.2.11:5060", of_north, "talk", 1};
    say(house, bye.text(), neds);  // known by now: no password
    REQUIRE(sent(house, "BYE"));
    answer(house, *sent(house, "BYE"), 200);
    CHECK(house.in_call() == 0);
}

TEST_CASE("a session that is refreshed by UPDATE becomes known at the backup as well", "[calls][RFC4028][IP7]") {
    Guests house;
    Said update = bye_of_nora();
    update.method = "UPDATE";
    update.more += "Session-Expires: 600;refresher=uac\r\nContact: <sip:nora@192.0.2.11:5060>\r\n";
    say_with_password(house, update, noras);
    REQUIRE(sent(house, "UPDATE"));
    answer(house, *sent(house, "UPDATE"), 200, "b", "Contact: <sip:ned@192.0.2.12:5060>\r\n");
    CHECK(house.in_call() == 2);
}

TEST_CASE("who calls anonymously is in a call like anybody else", "[calls][RFC3323][IP7]") {
    South house;
    house.lose_north();
    house.enters("nora", noras);
    house.enters("alice", flow_at("192.0.2.13:5060"));
    Said invite{"INVITE", "anonymous", "a", "alice", {}, {}, "Contact: <sip:192.0.2.11:5060>\r\n"};
    invite.from_host = "anonymous.invalid";
    SECTION("who has said to us who it is") {
        invite.more += "P-Preferred-Identity: <sip:nora@example.test>\r\n";
    }
    SECTION("whose phone alone tells") {}
    say_with_password(house, invite, noras, "nora");
    const auto rings = sent(house, "INVITE");
    REQUIRE(rings);
    CHECK(rings->second.find("P-Preferred-Identity") == nullptr);
    answer(house, *rings, 200, "b", "Contact: <sip:alice@192.0.2.13:5060>\r\n");
    CHECK(house.in_call() == 1);
    CHECK(std::get<CallsReport>(house.command(ShowCalls{"nora"})).calls.size() == 1);
}

TEST_CASE("where only one phone has moved, the request goes on to the other's site", "[calls][IP7]") {
    South house;
    house.lose_north();
    house.enters("nora", noras);
    Said bye{"BYE", "nora", "a", "wes", "b", "sip:wes@192.0.2.61:5060", of_north + of_west, "talk", 2};
    say_with_password(house, bye, noras);
    const auto sent_on = sent(house, "BYE");
    REQUIRE(sent_on);
    CHECK(sent_on->first == calls::Hop(calls::SiteHop{west}));
    CHECK(sent_on->second.find("Route")->find("site=west") != std::string::npos);
}

TEST_CASE("a phone that another backup serves is reached there by whom it was in a call with", "[calls][IP7]") {
    South house;
    house.enters("alice", flow_at("192.0.2.13:5060"));
    // Nora at north calls Alice.
    Said invite{"INVITE", "nora", "a", "alice", {}, {}, "Contact: <sip:nora@192.0.2.11:5060>\r\n"};
    say(house, invite.text(), calls::SiteHop{north});
    REQUIRE(sent(house, "INVITE"));
    answer(house, *sent(house, "INVITE"), 200, "b", "Contact: <sip:alice@192.0.2.13:5060>\r\n");
    house.lose_north();
    Said bye{"BYE", "alice", "b", "nora", "a", "sip:nora@192.0.2.11:5060", of_north, "talk", 1};
    SECTION("a backup of its own home has it") {
        house.tells_west("nora", "sip:nora@192.0.2.11:5060", north);
        say(house, bye.text(), flow_at("192.0.2.13:5060"));
        REQUIRE(sent(house, "BYE"));
        CHECK(sent(house, "BYE")->first == calls::Hop(calls::SiteHop{west}));
    }
    SECTION("under another Contact, as it registered anew") {
        house.tells_west("nora", "sip:nora@192.0.2.11:40000", north);
        say(house, bye.text(), flow_at("192.0.2.13:5060"));
        REQUIRE(sent(house, "BYE"));
        CHECK(sent(house, "BYE")->first == calls::Hop(calls::SiteHop{west}));
    }
    SECTION("it is here") {
        house.enters("nora", flow_at("192.0.2.11:40000"));
        say(house, bye.text(), flow_at("192.0.2.13:5060"));
        REQUIRE(sent(house, "BYE"));
        CHECK(sent(house, "BYE")->first == calls::Hop(flow_at("192.0.2.11:40000")));
    }
    SECTION("it is nowhere") {
        say(house, bye.text(), flow_at("192.0.2.13:5060"));
        CHECK(status(house) == 481);
    }
}

TEST_CASE("a request that another site has sent here is not sent to a third", "[calls][IP7]") {
    South house;
    house.lose_north();
    house.tells_west("nora", "sip:nora@192.0.2.11:5060", north);
    Said bye{"BYE", "wes", "b", "nora", "a", "sip:nora@192.0.2.11:5060", {}, "talk", 1};
    say(house, bye.text(), calls::SiteHop{west});
    CHECK(status(house) == 481);
}

TEST_CASE("a site that is back and knows nothing of the call is gone round", "[calls][IP7]") {
    Guests house;
    house.north_is_back();
    say_with_password(house, bye_of_nora(), noras);
    auto bye = sent(house, "BYE");
    REQUIRE(bye);
    CHECK(bye->first == calls::Hop(calls::SiteHop{north}));
    SECTION("it says so") {
        answer(house, *bye, 481);
        bye = sent(house, "BYE");
        REQUIRE(bye);
        CHECK(bye->first == calls::Hop(neds));
        answer(house, *bye, 481);
        CHECK(status(house) == 481);
    }
    SECTION("it does know") {
        answer(house, *bye, 200);
        CHECK(status(house) == 200);
        CHECK_FALSE(sent(house, "BYE"));
    }
}

TEST_CASE("where To names no user, the Contact says whose phone it is", "[calls][IP5][IP7]") {
    Guests house;
    Said bye = bye_of_nora();
    bye.to = "sales";
    say_with_password(house, bye, noras);
    REQUIRE(sent(house, "BYE"));
    CHECK(sent(house, "BYE")->first == calls::Hop(neds));
    bye.uri = "sip:ned@192.0.2.112:5060";
    say_with_password(house, bye, noras);
    CHECK(status(house) == 481);
}

TEST_CASE("a broken connection ends no call, and the phone is found over its next one", "[calls][IP7]") {
    South house;
    house.lose_north();
    const base::Flow first = flow_at("192.0.2.11:40001", base::Transport::tcp);
    base::Flow second = flow_at("192.0.2.11:40002", base::Transport::tcp);
    second.connection = 78;
    house.enters("nora", first);
    CallFromWest call(house, "nora", "c");
    SECTION("with the Contact that it registered") {}
    SECTION("with a Contact of the call") {
        call.contact = "sip:line1@192.0.2.11";
    }
    call.begin();
    house.feed(HopLost{first});
    CHECK(house.in_call() == 1);
    house.enters("nora", second);
    CHECK(house.in_call() == 1);
    Said bye{"BYE", "wes", "a", "nora", "b", call.contact, {}, "c", 2};
    say(house, bye.text(), calls::SiteHop{west});
    REQUIRE(sent(house, "BYE"));
    CHECK(sent(house, "BYE")->first == calls::Hop(second));
}

TEST_CASE("a call that was never hung up ends with its session timer", "[calls][RFC4028][IP7]") {
    South house;
    house.lose_north();
    house.enters("nora", noras);
    Said invite{"INVITE", "wes", "a", "nora", {}, {}, "Supported: timer\r\nContact: <sip:wes@192.0.2.99>\r\n"};
    say(house, invite.text(), calls::SiteHop{west});
    const auto rings = sent(house, "INVITE");
    REQUIRE(rings);
    CHECK(*rings->second.find("Session-Expires") == "1800");
    answer(house, *rings, 200, "b", "Contact: <sip:nora@192.0.2.11:5060>\r\n");
    CHECK(*sips(house).back().second.find("Session-Expires") == "1800;refresher=uac");
    for (int minute = 0; minute < 44; ++minute) {
        house.pass(1min);
        house.enters("nora", noras);
    }
    house.pass(58s);
    house.enters("nora", noras);
    CHECK(house.in_call() == 1);
    house.pass(3s);
    CHECK(house.in_call() == 0);
}

TEST_CASE("a BYE that the other side asks a password for leaves the call", "[calls][IP7]") {
    South house;
    house.lose_north();
    house.enters("nora", noras);
    CallFromWest call(house, "nora", "c");
    call.begin();
    Said bye{"BYE", "nora", "b", "wes", "a", "sip:wes@192.0.2.99", {}, "c", 1};
    say(house, bye.text(), noras);
    REQUIRE(sent(house, "BYE"));
    answer(house, *sent(house, "BYE"), 407);
    CHECK(house.in_call() == 1);
    say(house, bye.text(), noras);
    answer(house, *sent(house, "BYE"), 200);
    CHECK(house.in_call() == 0);
}
