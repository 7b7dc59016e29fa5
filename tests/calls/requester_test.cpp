#include "calls/requester.h"

#include <catch2/catch.hpp>

#include "support.h"

namespace innkeeper::calls {
namespace {

using namespace std::chrono_literals;

const Hop pbx = AddressHop{base::Transport::udp, *base::Endpoint::parse("192.0.2.20:5060")};
const Hop over_tcp = AddressHop{base::Transport::tcp, *base::Endpoint::parse("192.0.2.20:5060")};
// Its answers come to our socket as a flow.
const Hop pbx_speaks = base::Flow{base::Transport::udp, 0, *base::Endpoint::parse("192.0.2.20:5060"), 0};
const Hop stranger = base::Flow{base::Transport::udp, 0, *base::Endpoint::parse("198.51.100.7:5060"), 0};

Message options() {
    Message request;
    request.method = "OPTIONS";
    request.uri = "sip:192.0.2.20";
    request.headers = {{"From", "<sip:south@192.0.2.1>;tag=1"},
                       {"To", "<sip:192.0.2.20>"},
                       {"Call-ID", "1@south"},
                       {"CSeq", "1 OPTIONS"}};
    return request;
}

struct Desk {
    Requester requester{RequesterSettings{}};
    base::Instant now{1s};
    std::vector<Transmit> sent;
    std::vector<Settled> settled;

    void take(RequesterEffects effects) {
        for (RequesterEffect& effect : effects) {
            if (auto* transmit = std::get_if<Transmit>(&effect)) sent.push_back(std::move(*transmit));
            if (auto* done = std::get_if<Settled>(&effect)) settled.push_back(std::move(*done));
        }
    }
    std::optional<OwnRequestId> ask(const Hop& hop, base::Duration patience = base::Duration::max()) {
        RequesterEffects effects;
        const auto id = requester.send(now, options(), hop, "UDP 192.0.2.1:5060", effects, patience);
        take(std::move(effects));
        return id;
    }
    bool receive(const Message& answer, const Hop& from) {
        RequesterEffects effects;
        const bool ours = requester.receive(now, answer, from, effects);
        take(std::move(effects));
        return ours;
    }
    void wait(base::Duration time) {
        const base::Instant end = now + time;
        while (requester.next_deadline() <= end) {
            now = std::max(now, requester.next_deadline());
            RequesterEffects effects;
            requester.on_time(now, effects);
            take(std::move(effects));
        }
        now = end;
    }
};

}  // namespace

TEST_CASE("a request of our own carries our Via and is settled by its answer, once", "[calls]") {
    Desk desk;
    const auto id = desk.ask(pbx);
    REQUIRE(id);
    const Message sent = *Message::parse(desk.sent.at(0).octets);
    CHECK(sent.find("Via")->find("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK") == 0);
    CHECK(*sent.find("Max-Forwards") == "70");
    CHECK(desk.receive(answer_to(desk.sent[0].octets, 200), pbx_speaks));
    REQUIRE(desk.settled.size() == 1);
    CHECK(desk.settled[0].id == *id);
    CHECK(desk.settled[0].answer.status == 200);
    CHECK(desk.settled[0].answered);
    CHECK_FALSE(desk.receive(answer_to(desk.sent[0].octets, 200), pbx_speaks));
    desk.wait(60s);
    CHECK(desk.sent.size() == 1);
    CHECK(desk.requester.under_way() == 0);
}

TEST_CASE("over UDP it is repeated until it is given up after 32 s, and settled as a time-out", "[calls][SR2]") {
    Desk desk;
    desk.ask(pbx);
    desk.wait(31s);
    CHECK(desk.sent.size() == 10);  // 0, 0.5, 1.5, 3.5, 7.5, 11.5 ... 27.5, then 31.5
    CHECK(desk.settled.empty());
    desk.wait(1s);
    REQUIRE(desk.settled.size() == 1);
    CHECK(desk.settled[0].answer.status == 408);
    CHECK_FALSE(desk.settled[0].answered);
}

TEST_CASE("whoever has less patience is told sooner", "[calls]") {
    Desk desk;
    desk.ask(pbx, 2s);
    desk.wait(2s);
    REQUIRE(desk.settled.size() == 1);
    CHECK(desk.settled[0].answer.status == 408);
    CHECK_FALSE(desk.receive(answer_to(desk.sent[0].octets, 200), pbx_speaks));
}

TEST_CASE("over a stream nothing is repeated", "[calls]") {
    Desk desk;
    desk.ask(over_tcp);
    desk.wait(31s);
    CHECK(desk.sent.size() == 1);
}

TEST_CASE("a provisional answer settles nothing, but slows the repetitions", "[calls]") {
    Desk desk;
    desk.ask(pbx);
    desk.receive(answer_to(desk.sent[0].octets, 100), pbx_speaks);
    desk.wait(3900ms);
    CHECK(desk.sent.size() == 1);
    CHECK(desk.settled.empty());
    desk.wait(200ms);
    CHECK(desk.sent.size() == 2);
}

TEST_CASE("an answer from elsewhere, or to another method, settles nothing", "[calls][R16]") {
    Desk desk;
    desk.ask(pbx);
    desk.receive(answer_to(desk.sent[0].octets, 200), stranger);
    Message other = answer_to(desk.sent[0].octets, 200);
    other.set("CSeq", "1 REGISTER");
    CHECK_FALSE(desk.receive(other, pbx_speaks));
    CHECK(desk.settled.empty());
}

TEST_CASE("a hop that is lost settles what went there, and nothing else", "[calls][SR1]") {
    Desk desk;
    const auto lost = desk.ask(over_tcp);
    desk.ask(pbx);
    RequesterEffects effects;
    desk.requester.lost(over_tcp, effects);
    desk.take(std::move(effects));
    REQUIRE(desk.settled.size() == 1);
    CHECK(desk.settled[0].id == *lost);
    CHECK(desk.settled[0].answer.status == 503);
    CHECK_FALSE(desk.settled[0].answered);
    CHECK(desk.requester.under_way() == 1);
}

TEST_CASE("more than the limit are not sent", "[calls][R15]") {
    Desk desk;
    RequesterSettings settings;
    settings.most_requests = 2;
    desk.requester = Requester(settings);
    CHECK(desk.ask(pbx));
    CHECK(desk.ask(pbx));
    CHECK_FALSE(desk.ask(pbx));
    CHECK(desk.sent.size() == 2);
    desk.wait(32s);
    CHECK(desk.settled.size() == 2);
    CHECK(desk.ask(pbx));
}

}  // namespace innkeeper::calls
