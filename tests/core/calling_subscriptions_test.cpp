// Subscriptions and waiting messages through the whole gatekeeper, when phones move between sites.
#include <algorithm>

#include "south.h"

using namespace gate;

namespace {

const base::Flow alices = flow_at("192.0.2.13:5060");

// Alice watches Nora, who is at north.
Said subscribe() {
    return {"SUBSCRIBE",
            "alice",
            "s",
            "nora",
            {},
            {},
            "Event: dialog;id=3\r\nExpires: 600\r\nContact: <sip:alice@192.0.2.13:5060>\r\n",
            "lamp"};
}

void subscribe(South& house) {
    house.tells_north("nora", "sip:nora@192.0.2.11:5060");
    say_with_password(house, subscribe(), alices);
    const auto sent_on = sent(house, "SUBSCRIBE");
    REQUIRE(sent_on);
    REQUIRE(sent_on->first == calls::Hop(calls::SiteHop{north}));
    answer(house, *sent_on, 202, "n", "Contact: <sip:nora@192.0.2.11:5060>\r\nExpires: 600\r\n");
    REQUIRE(status(house) == 202);
    Said notify{"NOTIFY",
                "nora",
                "n",
                "alice",
                "s",
                "sip:alice@192.0.2.13:5060",
                "Event: dialog;id=3\r\nSubscription-State: active;expires=600\r\n",
                "lamp",
                17};
    say(house, notify.text(), calls::SiteHop{north});
    REQUIRE(sent(house, "NOTIFY"));
    answer(house, *sent(house, "NOTIFY"), 200);
}

void is_ended(const South& house) {
    const auto notify = sent(house, "NOTIFY");
    REQUIRE(notify);
    CHECK(notify->first == calls::Hop(alices));
    CHECK(notify->second.uri == "sip:alice@192.0.2.13:5060");
    CHECK(*notify->second.find("Subscription-State") == "terminated;reason=deactivated");
    CHECK(*notify->second.find("Event") == "dialog;id=3");
    CHECK(*notify->second.find("CSeq") == "18 NOTIFY");
    CHECK(*notify->second.find("From") == "<sip:nora@example.test>;tag=n");
    CHECK(*notify->second.find("To") == "<sip:alice@example.test>;tag=s");
    CHECK(*notify->second.find("Call-ID") == "lamp");
}

Said waiting(const std::string& user, const std::string& count) {
    Said notify{"NOTIFY",
                "mailbox",
                "m",
                user,
                {},
                {},
                "Event: message-summary\r\nSubscription-State: active\r\nContent-Type: "
                "application/simple-message-summary\r\n",
                "mwi" + count};
    notify.body = "Messages-Waiting: yes\r\nVoice-Message: " + count + "/0\r\n";
    return notify;
}

}  // namespace

TEST_CASE("who watches a phone that has become a guest is told to ask anew, and at once", "[calls][RFC6665]") {
    South house;
    house.enters("alice", alices);
    subscribe(house);
    house.lose_north();
    CHECK_FALSE(sent(house, "NOTIFY"));
    house.enters("nora", noras);
    house.pass(20ms);
    is_ended(house);
    answer(house, *sent(house, "NOTIFY"), 200);
    house.pass(60s);
    CHECK_FALSE(sent(house, "NOTIFY"));
}

TEST_CASE("who watches a phone that another site has taken is told to ask anew", "[calls][RFC6665]") {
    South house;
    house.enters("alice", alices);
    subscribe(house);
    house.lose_north();
    house.tells_west("nora", "sip:nora@192.0.2.11:5060", north);
    house.pass(20ms);
    is_ended(house);
}

TEST_CASE("a subscription of a phone that has gone home is ended there", "[calls][RFC6665]") {
    South house;
    house.lose_north();
    house.enters("ned", neds);
    Said lamp{"SUBSCRIBE", "ned", "s", "alice", {}, {}, "Event: dialog\r\nContact: <sip:ned@192.0.2.12:5060>\r\n",
              "lamp"};
    house.enters("alice", alices);
    say_with_password(house, lamp, neds);
    REQUIRE(sent(house, "SUBSCRIBE"));
    answer(house, *sent(house, "SUBSCRIBE"), 200, "n", "Contact: <sip:alice@192.0.2.13:5060>\r\n");
    house.north_is_back();
    house.pass(12s);
    house.tells_north("ned", "sip:ned@192.0.2.12:5060");
    house.pass(20ms);
    const auto notify = sent(house, "NOTIFY");
    REQUIRE(notify);
    CHECK(notify->first == calls::Hop(calls::SiteHop{north}));
    CHECK(*notify->second.find("Subscription-State") == "terminated;reason=deactivated");
}

TEST_CASE("a home tells its backups of messages that wait", "[calls][RFC3842]") {
    South house;
    say(house, waiting("alice", "1").text(), calls::SiteHop{west});
    const auto notify = sent(house, "NOTIFY");
    REQUIRE(notify);
    CHECK(notify->first == calls::Hop(calls::SiteHop{north}));
    CHECK(notify->second.uri == "sip:alice@example.test");
}

TEST_CASE("backups are told of messages that wait before their server is answered", "[calls][RFC3842]") {
    South house;
    house.enters("alice", alices);
    say(house, waiting("alice", "1").text(), calls::SiteHop{west});
    std::vector<calls::Hop> told;
    for (const auto& [hop, message] : sips(house)) told.push_back(hop);
    CHECK(std::count(told.begin(), told.end(), calls::Hop(calls::SiteHop{north})) == 1);
    CHECK(std::count(told.begin(), told.end(), calls::Hop(alices)) == 1);
    CHECK(status(house) == 0);
}

TEST_CASE("messages that wait are told to the backup, and by it to the phone that comes", "[calls][RFC3842]") {
    South house;
    say(house, waiting("nora", "2").text(), calls::SiteHop{north});  // as her home tells its backups
    CHECK(status(house) >= 400);                                     // she is not here
    house.lose_north();
    house.enters("nora", noras);
    const auto notify = sent(house, "NOTIFY");
    REQUIRE(notify);
    CHECK(notify->first == calls::Hop(noras));
    CHECK(*notify->second.find("Event") == "message-summary");
    CHECK(*notify->second.find("Content-Type") == "application/simple-message-summary");
    CHECK(notify->second.body.find("Voice-Message: 2/0") != std::string::npos);
    answer(house, *notify, 200);
    house.enters("nora", noras);  // a refresh is no move
    CHECK_FALSE(sent(house, "NOTIFY"));
}

TEST_CASE("a voicemail server tells a phone without a password, and a guest where it is now", "[calls][IP5][RFC3842]") {
    South house;
    const auto server = flow_at("192.0.2.30:5060");
    house.lose_north();
    house.enters("nora", noras);
    say(house, waiting("nora", "3").text(), server);
    const auto notify = sent(house, "NOTIFY");
    REQUIRE(notify);
    CHECK(notify->first == calls::Hop(noras));
    CHECK(notify->second.body.find("Voice-Message: 3/0") != std::string::npos);
    say(house, waiting("nora", "4").text(), flow_at("192.0.2.31:5060"));
    CHECK_FALSE(sent(house, "NOTIFY"));
}

TEST_CASE("what a phone claims of another's mailbox is not kept", "[calls][RFC3842][R16]") {
    South house;
    house.enters("alice", alices);
    Said forged = waiting("nora", "99");
    forged.from = "alice";
    say_with_password(house, forged, alices);
    house.lose_north();
    house.enters("nora", noras);
    CHECK_FALSE(sent(house, "NOTIFY"));
}

TEST_CASE("a backup that was away is told of the messages that it has missed", "[calls][RFC3842]") {
    South house;
    const calls::Hop at_north = calls::SiteHop{north};
    const auto told = [&] {
        std::size_t count = 0;
        for (const auto& [hop, message] : sips(house)) count += hop == at_north && message.method == "NOTIFY";
        return count;
    };
    SECTION("while it was not there") {
        house.lose_north();
        say(house, waiting("alice", "1").text(), calls::SiteHop{west});
        say(house, waiting("alice", "2").text(), calls::SiteHop{west});
        CHECK(told() == 0);
        house.north_is_back();
    }
    SECTION("when the link broke under way") {
        say(house, waiting("alice", "2").text(), calls::SiteHop{west});
        REQUIRE(told() == 1);
        house.lose_north();
        CHECK(told() == 0);
        house.north_is_back();
    }
    SECTION("when it has begun anew and forgotten") {
        say(house, waiting("alice", "2").text(), calls::SiteHop{west});
        answer(house, *sent(house, "NOTIFY"), 480);
        house.heartbeat.epoch = {house.heartbeat.epoch.value + 1};
        house.pass(1s);
    }
    CHECK(told() == 1);
    const auto notify = sent(house, "NOTIFY");
    REQUIRE(notify);
    CHECK(notify->second.uri == "sip:alice@example.test");
    CHECK(notify->second.body.find("Voice-Message: 2/0") != std::string::npos);
    answer(house, *notify, 480);  // her phone is not there
    house.pass(60s);
    CHECK(told() == 0);
}

TEST_CASE("one whose phone is silent at the backup is not told of again and again", "[calls][RFC3842]") {
    South house;
    say(house, waiting("alice", "1").text(), calls::SiteHop{west});
    REQUIRE(sent(house, "NOTIFY"));
    house.pass(100s);  // nobody answers
    CHECK_FALSE(sent(house, "NOTIFY"));
}

TEST_CASE("messages of a user who was removed are forgotten", "[calls][RFC3842][R15]") {
    South house;
    house.lose_north();
    say(house, waiting("alice", "1").text(), calls::SiteHop{west});
    UsersChanged page;
    page.removed.push_back(aor("alice"));
    house.feed(std::move(page));
    house.with_users({"alice"});
    house.north_is_back();
    CHECK_FALSE(sent(house, "NOTIFY"));
    house.enters("alice", alices);
    CHECK_FALSE(sent(house, "NOTIFY"));
}
