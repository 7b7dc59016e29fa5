// What others may write into messages, and what it gets them: nothing.
#include <algorithm>
#include <catch2/catch.hpp>

#include "house.h"

namespace innkeeper::calls {
namespace {

base::Flow stranger() {
    base::Flow made = flow(5060);
    made.remote.ip = *base::IpAddress::parse("198.51.100.7");
    return made;
}

}  // namespace

TEST_CASE("a request that comes round is a loop whichever Route of ours led it here", "[calls][R12]") {
    House house;
    house.receive(request({.more = "Route: <sip:192.0.2.1:5060;lr>\r\n"}), flow(5060));
    Message round = *Message::parse(house.at(6001, "INVITE").front());
    round.uri = "sip:1002@example.com";
    round.prepend("Route", "<sip:192.0.2.1:5060;lr>");
    house.receive(round, flow(6001));
    CHECK(house.at(6001, "SIP/2.0 482").size() == 1);
    CHECK(house.at(6001, "INVITE").size() == 1);
}

TEST_CASE("an answer that is for nobody behind us goes nowhere", "[calls][R12]") {
    House house;
    house.receive(request({}), flow(5060));
    Message answer = answer_to(house.at(6001, "INVITE").front(), 200);
    while (answer.all("Via").size() > 1) {
        const auto last = std::find_if(answer.headers.rbegin(), answer.headers.rend(),
                                       [](const Header& header) { return header.name == "Via"; });
        answer.headers.erase(std::next(last).base());
    }
    house.receive(answer, flow(6001));
    CHECK(house.concluded.empty());
    CHECK(house.at(5060, "SIP/2.0 200").empty());
}

TEST_CASE("an answer goes up with the Via of the request, whatever the phone made of it", "[calls][R12]") {
    House house;
    house.receive(request({}), flow(5060));
    Message answer = answer_to(house.at(6001, "INVITE").front(), 200);
    for (Header& header : answer.headers)
        if (header.value.find("z9hG4bK-caller-1") != std::string::npos)
            header.value = "SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK-theirs";
    house.receive(answer, flow(6001));
    REQUIRE(house.at(5060, "SIP/2.0 200").size() == 1);
    const Message up = *Message::parse(house.at(5060, "SIP/2.0 200").front());
    REQUIRE(up.all("Via").size() == 1);
    CHECK(up.find("Via")->find("z9hG4bK-caller-1") != std::string::npos);
}

TEST_CASE("nobody else cancels a call by guessing its branch", "[calls][R16]") {
    House house;
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6001, "INVITE").front(), 180), flow(6001));
    house.receive(request({.method = "CANCEL"}), stranger());
    CHECK(house.at(6001, "CANCEL").empty());
    CHECK(house.at(5060, "SIP/2.0 481").size() == 1);  // to the stranger's port
}

TEST_CASE("nobody else ends the repetition of a refusal by an ACK", "[calls][R16]") {
    House house;
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6001, "INVITE").front(), 486), flow(6001));
    house.receive(request({.method = "ACK", .to_tag = "bob"}), stranger());
    house.wait(2s);
    CHECK(house.at(5060, "SIP/2.0 486").size() == 3);
}

TEST_CASE("a stranger's repetition of somebody's request makes us say nothing to anybody", "[calls][R19]") {
    House house;
    house.receive(request({}), flow(5060));
    const std::size_t before = house.sent.size();
    house.receive(request({}), stranger());
    CHECK(house.sent.size() == before);
    CHECK(house.decisions == 1);
}

TEST_CASE("what may stand once in a request stands there once", "[calls][R12]") {
    House house;
    int number = 0;
    for (const std::string more : {"From: <sip:1003@example.com>;tag=x\r\n", "To: <sip:1003@example.com>\r\n",
                                   "Call-ID: another\r\n", "CSeq: 1 INVITE\r\n", "Max-Forwards: 0\r\n"})
        house.receive(request({.branch = "z9hG4bK-" + std::to_string(++number), .more = more}), flow(5060));
    CHECK(house.decisions == 0);
    CHECK(house.at(5060, "SIP/2.0 400").size() == 5);
}

TEST_CASE("a phone cannot make us forward more than what a request may still spend", "[calls][R12]") {
    House house;
    house.groups = {{{fork(6001), fork(6002)}, base::Duration::max()}};
    house.receive(request({.more = "Max-Breadth: 1\r\n"}), flow(5060));
    CHECK(house.at(6001, "INVITE").empty());
    CHECK(house.concluded == std::vector<std::uint16_t>{440});
    house.receive(request({.branch = "z9hG4bK-2", .more = "Max-Breadth: 5\r\n"}), flow(5060));
    REQUIRE(house.at(6001, "INVITE").size() == 1);
    CHECK(*Message::parse(house.at(6001, "INVITE").front())->find("Max-Breadth") == "2");
}

TEST_CASE("every Proxy-Require counts, not the first alone", "[calls]") {
    House house;
    house.receive(request({.more = "Proxy-Require:\r\nProxy-Require: privacy\r\n"}), flow(5060));
    CHECK(house.at(5060, "SIP/2.0 420").size() == 1);
}

TEST_CASE("a request that would be too long with what we add is refused, and nothing hangs", "[calls][R13]") {
    House house;
    house.receive(request({.body = std::string(Message::most_octets - 350, 'x')}), flow(5060));
    CHECK(house.at(6001, "INVITE").empty());
    CHECK(house.concluded == std::vector<std::uint16_t>{513});
}

}  // namespace innkeeper::calls
