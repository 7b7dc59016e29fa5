// Who is rung when, and what ends it.
#include <catch2/catch.hpp>

#include "house.h"

namespace innkeeper::calls {

TEST_CASE("a phone that says nothing at all holds the search up no longer than its group's time", "[calls][SR2]") {
    House house;
    house.groups = {{{fork(6001)}, 10s}, {{fork(6002)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    house.wait(10s);
    CHECK(house.at(6002, "INVITE").size() == 1);
    CHECK(house.at(6001, "CANCEL").empty());  // it might overtake the INVITE
}

TEST_CASE("a phone that was given up wakes: its call is cancelled when it rings, taken when it answers first",
          "[calls]") {
    House house;
    house.groups = {{{fork(6001)}, 10s}, {{fork(6002)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    house.wait(10s);
    const std::string first = house.at(6001, "INVITE").front();
    SECTION("it rings") {
        house.receive(answer_to(first, 180), flow(6001));
        CHECK(house.at(6001, "CANCEL").size() == 1);
        house.receive(answer_to(first, 487), flow(6001));
        CHECK(house.at(6001, "ACK").size() == 1);
        CHECK(house.concluded.empty());  // the second still rings
    }
    SECTION("it answers") {
        house.receive(answer_to(house.at(6002, "INVITE").front(), 180), flow(6002));
        house.receive(answer_to(first, 200), flow(6001));
        CHECK(house.concluded == std::vector<std::uint16_t>{200});
        CHECK(house.at(6002, "CANCEL").size() == 1);
    }
    house.wait(20min);
    CHECK(house.proxy.under_way() == 0);
}

TEST_CASE("two phones that answer at once are both in the call's hands, once each", "[calls]") {
    House house;
    house.groups = {{{fork(6001), fork(6002)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6001, "INVITE").front(), 200, "bob1"), flow(6001));
    house.receive(answer_to(house.at(6002, "INVITE").front(), 200, "bob2"), flow(6002));
    CHECK(house.at(5060, "SIP/2.0 200").size() == 2);  // the caller ends the one that it does not want
    CHECK(house.concluded == std::vector<std::uint16_t>{200});
}

TEST_CASE("a repeated 200 goes up again for as long as it may be repeated", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    const std::string invite = house.at(6001, "INVITE").front();
    house.receive(answer_to(invite, 200), flow(6001));
    house.wait(16s);
    house.receive(answer_to(invite, 200), flow(6001));
    CHECK(house.at(5060, "SIP/2.0 200").size() == 2);
    house.wait(17s);
    house.receive(answer_to(invite, 200), flow(6001));
    CHECK(house.at(5060, "SIP/2.0 200").size() == 2);
}

TEST_CASE("a 200 after a 6xx goes up before the 6xx would have", "[calls]") {
    House house;
    house.groups = {{{fork(6001), fork(6002)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6002, "INVITE").front(), 180), flow(6002));
    house.receive(answer_to(house.at(6001, "INVITE").front(), 600), flow(6001));
    house.receive(answer_to(house.at(6002, "INVITE").front(), 200), flow(6002));
    CHECK(house.concluded == std::vector<std::uint16_t>{200});
}

TEST_CASE("of all refusals the caller is told the one that it can act upon", "[calls]") {
    House house;
    house.groups = {{{fork(6001), fork(6002), fork(6003)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6001, "INVITE").front(), 404), flow(6001));
    Message challenge = answer_to(house.at(6002, "INVITE").front(), 407);
    challenge.headers.push_back({"Proxy-Authenticate", "Digest realm=\"two\""});
    house.receive(challenge, flow(6002));
    Message other = answer_to(house.at(6003, "INVITE").front(), 401);
    other.headers.push_back({"WWW-Authenticate", "Digest realm=\"three\""});
    house.receive(other, flow(6003));
    REQUIRE(house.concluded == std::vector<std::uint16_t>{401});
    const Message told = *Message::parse(house.at(5060, "SIP/2.0 401").front());
    CHECK(told.find("Proxy-Authenticate") != nullptr);  // RFC 3261 section 16.7, step 7: all of them
    CHECK(told.find("WWW-Authenticate") != nullptr);
}

TEST_CASE("a redirection is passed up for the caller to follow", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    Message redirection = answer_to(house.at(6001, "INVITE").front(), 302);
    redirection.headers.push_back({"Contact", "<sip:1003@example.com>"});
    house.receive(redirection, flow(6001));
    REQUIRE(house.at(5060, "SIP/2.0 302").size() == 1);
    CHECK(*Message::parse(house.at(5060, "SIP/2.0 302").front())->find("Contact") == "<sip:1003@example.com>");
    CHECK(house.at(6001, "ACK").size() == 1);
}

TEST_CASE("timer C begins anew with every sign that the phone still rings", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    const std::string invite = house.at(6001, "INVITE").front();
    for (int minute = 0; minute < 10; ++minute) {
        house.receive(answer_to(invite, 180), flow(6001));
        house.wait(60s);
    }
    CHECK(house.at(6001, "CANCEL").empty());
    CHECK(house.concluded.empty());
    house.wait(122s);
    CHECK_FALSE(house.at(6001, "CANCEL").empty());
}

TEST_CASE("an answer that nobody gave is not made up for a request that is no INVITE", "[calls]") {
    House house;
    house.receive(request({.method = "MESSAGE"}), flow(5060));
    house.receive(answer_to(house.at(6001, "MESSAGE").front(), 183), flow(6001));
    house.wait(40s);
    CHECK(house.at(5060, "SIP/2.0").empty());  // RFC 4320 sections 4.1 and 4.2
    CHECK(house.concluded == std::vector<std::uint16_t>{408});
    CHECK(house.proxy.under_way() == 0);
}

TEST_CASE("a MESSAGE that one phone refused and another never answered gets the refusal", "[calls]") {
    House house;
    house.groups = {{{fork(6001), fork(6002)}, base::Duration::max()}};
    house.receive(request({.method = "MESSAGE"}), flow(5060));
    house.receive(answer_to(house.at(6001, "MESSAGE").front(), 415), flow(6001));
    house.wait(33s);
    CHECK(house.at(5060, "SIP/2.0 415").size() == 1);
}

TEST_CASE("a MESSAGE over a connection that one phone refused for all is known until its owner hears of its end",
          "[calls]") {
    House house;
    house.groups = {{{fork(6001), fork(6002)}, base::Duration::max()}};
    house.receive(request({.method = "MESSAGE"}), flow(5060, base::Transport::tcp));
    house.receive(answer_to(house.at(6001, "MESSAGE").front(), 600), flow(6001));
    house.wait(40s);
    CHECK(house.concluded == std::vector<std::uint16_t>{600});
}

TEST_CASE("a caller whose connection broke is answered on the one that it repeats its call over", "[calls]") {
    House house;
    base::Flow first = flow(5060, base::Transport::tcp);
    base::Flow second = first;
    second.remote.port = 5099;
    second.connection = 77;
    house.receive(request({}), first);
    house.receive(request({}), second);
    house.receive(answer_to(house.at(6001, "INVITE").front(), 200), flow(6001));
    CHECK(house.decisions == 1);
    CHECK(house.at(5060, "SIP/2.0 200").empty());
    CHECK(house.at(5099, "SIP/2.0 200").size() == 1);
}

TEST_CASE("when too much is under way new calls are refused, but calls can still be ended", "[calls][R15]") {
    House house;
    ProxySettings few;
    few.most_requests = 10;
    house.proxy = Proxy(few);
    for (int i = 0; i < 12; ++i) house.receive(request({.branch = "z9hG4bK-" + std::to_string(i)}), flow(5060));
    CHECK(house.proxy.under_way() == 10);
    CHECK(house.at(5060, "SIP/2.0 503").size() == 2);
    house.receive(request({.method = "BYE", .branch = "z9hG4bK-bye", .to_tag = "bob", .cseq = 2}), flow(5060));
    CHECK(house.at(6001, "BYE").size() == 1);
}

TEST_CASE("what is kept of a source is counted, and forgotten with its requests", "[calls][R15]") {
    House house;
    house.receive(request({}), flow(5060));
    house.receive(request({.branch = "z9hG4bK-2"}), flow(5061));
    CHECK(house.proxy.under_way_from(flow(5070)) == 2);  // by address, whatever the port
    house.wait(20min);
    CHECK(house.proxy.under_way_from(flow(5070)) == 0);
}

}  // namespace innkeeper::calls
