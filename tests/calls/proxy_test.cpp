#include <catch2/catch.hpp>

#include "house.h"

namespace innkeeper::calls {

TEST_CASE("an INVITE is answered 100 at once and goes on with our Via, Record-Route and one hop less", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    CHECK(house.at(5060, "SIP/2.0 100").size() == 1);
    REQUIRE(house.at(6001, "INVITE sip:1002@192.0.2.11:6001 SIP/2.0").size() == 1);
    const Message copy = *Message::parse(house.at(6001, "INVITE").front());
    CHECK(copy.all("Via").size() == 2);
    CHECK(*copy.find("Record-Route") == "<sip:192.0.2.1:5060;lr>");
    CHECK(*copy.find("Max-Forwards") == "69");
    CHECK(copy.all("Via").back().find("received=192.0.2.11") != std::string_view::npos);
}

TEST_CASE("a repeated INVITE gets the last answer again and goes nowhere", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6001, "INVITE").front(), 180), flow(6001));
    house.receive(request({}), flow(5060));
    CHECK(house.decisions == 1);
    CHECK(house.at(5060, "SIP/2.0 180").size() == 2);
    CHECK(house.at(6001, "INVITE").size() == 1);
}

TEST_CASE("an INVITE over UDP is repeated at doubling intervals until it is answered", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    house.wait(3600ms);
    CHECK(house.at(6001, "INVITE").size() == 4);  // 0, 0.5, 1.5, 3.5 s
    house.receive(answer_to(house.at(6001, "INVITE").front(), 180), flow(6001));
    house.wait(60s);
    CHECK(house.at(6001, "INVITE").size() == 4);
}

TEST_CASE("an INVITE over a stream is never repeated", "[calls]") {
    House house;
    house.groups = {{{fork(6001, base::Transport::tcp)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    house.wait(31s);
    CHECK(house.at(6001, "INVITE").size() == 1);
}

TEST_CASE("a phone that never answers is 408 after timer B, and nothing is left behind", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    house.wait(32s);
    CHECK(house.concluded == std::vector<std::uint16_t>{408});
    house.wait(70s);
    CHECK(house.proxy.under_way() == 0);
}

TEST_CASE("a 200 goes up, its ACK is the owner's to relay, and nothing is left behind", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6001, "INVITE").front(), 200), flow(6001));
    REQUIRE(house.at(5060, "SIP/2.0 200").size() == 1);
    CHECK(Message::parse(house.at(5060, "SIP/2.0 200").front())->all("Via").size() == 1);
    house.receive(request({.method = "ACK", .branch = "z9hG4bK-ack", .to_tag = "bob"}), flow(5060));
    CHECK(house.acks.size() == 1);
    house.wait(33s);
    CHECK(house.proxy.under_way() == 0);
}

TEST_CASE("a refusal is acknowledged to the phone, repeated to the caller, and ends with the caller's ACK", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    const std::string invite = house.at(6001, "INVITE").front();
    house.receive(answer_to(invite, 486), flow(6001));
    house.receive(answer_to(invite, 486), flow(6001));
    CHECK(house.at(6001, "ACK").size() == 2);
    CHECK(house.at(5060, "SIP/2.0 486").size() == 1);
    house.wait(2s);
    const std::size_t repeated = house.at(5060, "SIP/2.0 486").size();
    CHECK(repeated == 3);  // 0, 0.5, 1.5 s
    house.receive(request({.method = "ACK", .to_tag = "bob"}), flow(5060));
    CHECK(house.acks.empty());
    house.wait(40s);
    CHECK(house.at(5060, "SIP/2.0 486").size() == repeated);
    CHECK(house.proxy.under_way() == 0);
}

TEST_CASE("of two phones that ring the first to answer gets the call and the other is cancelled", "[calls]") {
    House house;
    house.groups = {{{fork(6001), fork(6002)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    const std::string first = house.at(6001, "INVITE").front();
    const std::string second = house.at(6002, "INVITE").front();
    house.receive(answer_to(first, 180), flow(6001));
    house.receive(answer_to(second, 180), flow(6002));
    house.receive(answer_to(second, 200), flow(6002));
    REQUIRE(house.at(6001, "CANCEL").size() == 1);
    const Message cancel = *Message::parse(house.at(6001, "CANCEL").front());
    CHECK(*cancel.find("Via") == *Message::parse(first)->find("Via"));
    house.receive(answer_to(house.at(6001, "CANCEL").front(), 200), flow(6001));
    house.receive(answer_to(first, 487), flow(6001));
    CHECK(house.at(6001, "ACK").size() == 1);
    CHECK(house.concluded == std::vector<std::uint16_t>{200});
}

TEST_CASE("a CANCEL waits for a provisional answer and then goes out", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    house.receive(request({.method = "CANCEL"}), flow(5060));
    CHECK(house.at(5060, "SIP/2.0 200").size() == 1);
    CHECK(house.at(6001, "CANCEL").empty());
    const std::string invite = house.at(6001, "INVITE").front();
    house.receive(answer_to(invite, 180), flow(6001));
    CHECK(house.at(6001, "CANCEL").size() == 1);
    house.receive(answer_to(invite, 487), flow(6001));
    CHECK(house.concluded == std::vector<std::uint16_t>{487});
}

TEST_CASE("a 200 that crosses the CANCEL still goes up", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    const std::string invite = house.at(6001, "INVITE").front();
    house.receive(answer_to(invite, 180), flow(6001));
    house.receive(request({.method = "CANCEL"}), flow(5060));
    house.receive(answer_to(invite, 200), flow(6001));
    CHECK(house.concluded == std::vector<std::uint16_t>{200});
}

TEST_CASE("a CANCEL of nothing is 481", "[calls]") {
    House house;
    house.receive(request({.method = "CANCEL"}), flow(5060));
    CHECK(house.at(5060, "SIP/2.0 481").size() == 1);
}

TEST_CASE("a 6xx stops the search and cancels whoever rings", "[calls]") {
    House house;
    house.groups = {{{fork(6001), fork(6002)}, base::Duration::max()}, {{fork(6003)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6002, "INVITE").front(), 180), flow(6002));
    house.receive(answer_to(house.at(6001, "INVITE").front(), 603), flow(6001));
    CHECK(house.at(6002, "CANCEL").size() == 1);
    house.receive(answer_to(house.at(6002, "INVITE").front(), 487), flow(6002));
    CHECK(house.at(6003, "INVITE").empty());
    CHECK(house.concluded == std::vector<std::uint16_t>{603});
}

TEST_CASE("where refusals are their own a 6xx stops nobody else, and the caller hears none", "[calls][groups]") {
    House house;
    house.groups = {{{fork(6001), fork(6002)}, base::Duration::max()}, {{fork(6003)}, base::Duration::max()}};
    for (Group& group : house.groups) group.refusals_are_their_own = true;
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6002, "INVITE").front(), 180), flow(6002));
    house.receive(answer_to(house.at(6001, "INVITE").front(), 603), flow(6001));
    CHECK(house.at(6002, "CANCEL").empty());
    house.receive(answer_to(house.at(6002, "INVITE").front(), 603), flow(6002));
    REQUIRE(house.at(6003, "INVITE").size() == 1);
    house.receive(answer_to(house.at(6003, "INVITE").front(), 600), flow(6003));
    CHECK(house.concluded == std::vector<std::uint16_t>{486});
}

TEST_CASE("the next group rings when the one before has refused or its time is over", "[calls]") {
    House house;
    house.groups = {{{fork(6001)}, 10s}, {{fork(6002)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    const std::string first = house.at(6001, "INVITE").front();
    house.receive(answer_to(first, 180), flow(6001));
    house.wait(10s);
    CHECK(house.at(6001, "CANCEL").size() == 1);
    house.receive(answer_to(first, 487), flow(6001));
    REQUIRE(house.at(6002, "INVITE").size() == 1);
    house.receive(answer_to(house.at(6002, "INVITE").front(), 200), flow(6002));
    CHECK(house.concluded == std::vector<std::uint16_t>{200});
}

TEST_CASE("when all have refused the owner may send the call elsewhere", "[calls]") {
    House house;
    house.overflow = {{{fork(6009)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6001, "INVITE").front(), 486), flow(6001));
    REQUIRE(house.at(6009, "INVITE").size() == 1);
    house.receive(answer_to(house.at(6009, "INVITE").front(), 200), flow(6009));
    CHECK(house.concluded == std::vector<std::uint16_t>{200});
}

TEST_CASE("a phone whose time to ring is over is cancelled, and nobody waits for it to say so", "[calls]") {
    House house;
    house.groups = {{{fork(6001)}, 20s}};
    house.overflow = {{{fork(6002)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    house.receive(answer_to(house.at(6001, "INVITE").at(0), 180), flow(6001));
    house.wait(20s);
    CHECK(house.at(6001, "CANCEL").size() == 1);
    REQUIRE(house.at(6002, "INVITE").size() == 1);
    CHECK(house.timed_out);
    SECTION("picked up in that moment, it still has the call") {
        house.receive(answer_to(house.at(6001, "INVITE").at(0), 200), flow(6001));
        CHECK(house.concluded == std::vector<std::uint16_t>{200});
    }
    SECTION("its late refusal counts for nothing") {
        house.receive(answer_to(house.at(6001, "INVITE").at(0), 603), flow(6001));
        CHECK(house.concluded.empty());
        house.receive(answer_to(house.at(6002, "INVITE").at(0), 486), flow(6002));
        CHECK(house.concluded == std::vector<std::uint16_t>{486});
    }
    house.wait(3min);
    house.wait(40s);
    CHECK(house.proxy.under_way() == 0);
}

TEST_CASE("who says nothing within its time is passed over, and is cancelled when it speaks after all", "[calls]") {
    House house;
    house.groups = {{{fork(6001)}, base::Duration::max(), 3s}, {{fork(6002)}, base::Duration::max(), 3s}};
    house.receive(request({}), flow(5060));
    house.wait(2900ms);
    CHECK(house.at(6002, "INVITE").empty());
    house.wait(200ms);
    REQUIRE(house.at(6002, "INVITE").size() == 1);
    house.receive(answer_to(house.at(6002, "INVITE").at(0), 100), flow(6002));
    house.wait(10s);
    CHECK(house.concluded.empty());
    house.receive(answer_to(house.at(6001, "INVITE").at(0), 180), flow(6001));
    CHECK(house.at(6001, "CANCEL").size() == 1);
}

TEST_CASE("what the owner takes off is in no copy", "[calls]") {
    House house;
    house.groups.at(0).forks.at(0).extra = {{"Diversion", ""}, {"Privacy", "id"}};
    Sketch sketch;
    sketch.more = "Diversion: <sip:x@example.com>\r\nDiversion: <sip:y@example.com>\r\nPrivacy: none\r\n";
    house.receive(request(sketch), flow(5060));
    const Message copy = *Message::parse(house.at(6001, "INVITE").at(0));
    CHECK(copy.find("Diversion") == nullptr);
    CHECK(copy.all("Privacy") == std::vector<std::string_view>{"id"});
}

TEST_CASE("a phone that rings for longer than timer C is cancelled", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    const std::string invite = house.at(6001, "INVITE").front();
    house.receive(answer_to(invite, 180), flow(6001));
    house.wait(180s);
    CHECK(house.at(6001, "CANCEL").empty());
    house.wait(2s);
    CHECK_FALSE(house.at(6001, "CANCEL").empty());
    house.wait(100s);  // nobody answers the CANCEL either
    CHECK(house.concluded == std::vector<std::uint16_t>{487});
    CHECK(house.proxy.under_way() == 0);
}

TEST_CASE("a lost connection fails its branch at once", "[calls]") {
    House house;
    house.groups = {{{fork(6001, base::Transport::tcp)}, base::Duration::max()}};
    house.receive(request({}), flow(5060));
    house.lose(flow(6001, base::Transport::tcp));
    CHECK(house.concluded == std::vector<std::uint16_t>{500});
}

TEST_CASE("a request that comes round unchanged is a loop, one that was redirected is a spiral", "[calls]") {
    House house;
    house.receive(request({}), flow(5060));
    Message round = *Message::parse(house.at(6001, "INVITE").front());
    Message spiral = round;
    round.uri = "sip:1002@example.com";
    round.prepend("Via", "SIP/2.0/UDP 192.0.2.2:6001;branch=z9hG4bK-round");
    house.receive(round, flow(6001));
    CHECK(house.at(6001, "SIP/2.0 482").size() == 1);
    CHECK(house.concluded == std::vector<std::uint16_t>{482});  // its owner forgets it
    spiral.uri = "sip:1003@example.com";
    spiral.prepend("Via", "SIP/2.0/UDP 192.0.2.2:6001;branch=z9hG4bK-spiral");
    house.receive(spiral, flow(6001));
    CHECK(house.at(6001, "INVITE").size() == 2);
}

TEST_CASE("an answer from elsewhere than where the request went is ignored", "[calls][R20]") {
    House house;
    house.receive(request({}), flow(5060));
    base::Flow stranger = flow(6001);
    stranger.remote.ip = *base::IpAddress::parse("198.51.100.7");
    house.receive(answer_to(house.at(6001, "INVITE").front(), 200), stranger);
    CHECK(house.concluded.empty());
}

TEST_CASE("a MESSAGE is repeated, answered once and absorbed afterwards", "[calls]") {
    House house;
    house.receive(request({.method = "MESSAGE"}), flow(5060));
    house.wait(600ms);
    CHECK(house.at(6001, "MESSAGE").size() == 2);
    const Message answer = answer_to(house.at(6001, "MESSAGE").front(), 200);
    house.receive(answer, flow(6001));
    house.receive(answer, flow(6001));
    CHECK(house.at(5060, "SIP/2.0 200").size() == 1);
    house.receive(request({.method = "MESSAGE"}), flow(5060));
    CHECK(house.at(5060, "SIP/2.0 200").size() == 2);
    house.wait(40s);
    CHECK(house.proxy.under_way() == 0);
}

TEST_CASE("what nobody may forward is refused", "[calls]") {
    House house;
    Message tired = request({});
    tired.set("Max-Forwards", "0");
    house.receive(tired, flow(5060));
    CHECK(house.at(5060, "SIP/2.0 483").size() == 1);
    house.receive(request({.branch = "z9hG4bK-2", .more = "Proxy-Require: privacy\r\n"}), flow(5060));
    REQUIRE(house.at(5060, "SIP/2.0 420").size() == 1);
    CHECK(*Message::parse(house.at(5060, "SIP/2.0 420").front())->find("Unsupported") == "privacy");
    house.receive(request({.uri = "tel:+1", .branch = "z9hG4bK-3"}), flow(5060));
    CHECK(house.at(5060, "SIP/2.0 416").size() == 1);
    CHECK(house.decisions == 0);
}

TEST_CASE("a request whose From, Via or CSeq cannot be read is refused or dropped, whatever its method",
          "[calls][R12]") {
    House house;
    for (const std::string method : {"INVITE", "CANCEL", "ACK", "BYE"}) {
        Message odd = request({.method = method, .branch = "no-cookie"});
        odd.set("From", "\"never closed <sip:1001@example.com>;tag=a");
        house.receive(odd, flow(5060));
        odd = request({.method = method, .branch = "no-cookie"});
        odd.set("CSeq", "x");
        house.receive(odd, flow(5060));
        odd = request({.method = method});
        odd.set("Via", "SIP/2.0/UDP 192.0.2.11;branch=\"z9hG4bK");
        house.receive(odd, flow(5060));
    }
    CHECK(house.decisions == 0);
    CHECK(house.at(5060, "SIP/2.0 400").size() == 6);
    CHECK(house.proxy.under_way() == 0);
}

TEST_CASE("only what may begin a dialog or tell of one carries our Record-Route", "[calls]") {
    House house;
    int number = 0;
    for (const std::string method : {"INVITE", "SUBSCRIBE", "NOTIFY", "REFER"}) {
        house.receive(request({.method = method, .branch = "z9hG4bK-" + std::to_string(++number)}), flow(5060));
        CHECK(Message::parse(house.at(6001, method).front())->find("Record-Route") != nullptr);
    }
    for (const std::string method : {"BYE", "PRACK", "UPDATE", "INFO", "MESSAGE", "OPTIONS", "PUBLISH"}) {
        house.receive(request({.method = method, .branch = "z9hG4bK-" + std::to_string(++number), .to_tag = "bob"}),
                      flow(5060));
        CHECK(Message::parse(house.at(6001, method).front())->find("Record-Route") == nullptr);
    }
}

}  // namespace innkeeper::calls
