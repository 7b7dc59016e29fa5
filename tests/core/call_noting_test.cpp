// What is kept and told of the calls that go through the gatekeeper.
#include "calling_house.h"
#include "calls/forwarding.h"
#include "core/limits.h"

using namespace calling;

namespace {

// Rows of calls that the last step wanted written.
std::vector<CallRecord> rows(const House& house) {
    std::vector<CallRecord> found;
    for (const Effect& effect : house.happened)
        if (const auto* write = std::get_if<WriteRow>(&effect))
            if (const auto* call = std::get_if<CallRecord>(&write->row)) found.push_back(*call);
    return found;
}

CallsReport calls_of(House& house, const std::string& who) {
    return std::get<CallsReport>(house.command(ShowCalls{who}));
}

Invite bye_of_ann() {
    Invite bye;
    bye.method = "BYE";
    bye.to_tag = "b";
    bye.uri = "sip:bob@192.0.2.8";
    bye.branch = "z9hG4bK-bye";
    return bye;
}

}  // namespace

TEST_CASE("a call leaves a record when it is answered and one when it is over, and none before", "[calls]") {
    House house;
    house.register_phone("ann");
    house.register_phone("bob");
    house.call_as("ann", {});
    CHECK(rows(house).empty());
    const Message invite = *house.sip_to(house.flows.at("bob"), "INVITE");
    house.pass(2s);
    house.receive(said(invite, 180, "b").text(), house.flows.at("bob"));
    CHECK(calls_of(house, "bob").calls.at(0).record.status == 0);
    house.pass(3s);
    house.receive(said(invite, 200, "b").text(), house.flows.at("bob"));
    REQUIRE(rows(house).size() == 1);
    CHECK(rows(house)[0].caller == "ann@example.test");
    CHECK(rows(house)[0].callee == "bob@example.test");
    CHECK(rows(house)[0].route == "registered_here");
    REQUIRE(house.notices<CallConcluded>().size() == 1);
    CHECK(house.notices<CallConcluded>()[0].setup == 2s);
    house.pass(60s);
    house.receive(bye_of_ann().text(), house.flows.at("ann"));
    CHECK(rows(house).empty());  // Bob may still ask her for a password
    const Message bye = *house.sip_to(house.flows.at("bob"), "BYE");
    house.receive(calls::make_answer(bye, 200, "OK", {}).text(), house.flows.at("bob"));
    REQUIRE(rows(house).size() == 1);
    CHECK(*rows(house)[0].ended - *rows(house)[0].answered == 60s);
    CHECK(calls_of(house, "ann").calls.size() == 1);  // without a domain it is a user of the first one
    CHECK(calls_of(house, "nobody").calls.empty());
}

TEST_CASE("a challenge, a stranger and a MESSAGE leave no record", "[calls][R15]") {
    House house;
    house.register_phone("ann");
    house.receive(Invite{}.text(), house.flows.at("ann"));
    Invite stranger;
    stranger.from = "eve";
    stranger.branch = "z9hG4bK-eve";
    house.receive(stranger.text(), base::Flow{base::Transport::udp, 0, endpoint("198.51.100.7:5060"), 0});
    Invite message;
    message.method = "MESSAGE";
    message.branch = "z9hG4bK-message";
    house.call_as("ann", message);
    CHECK(calls_of(house, "").calls.empty());
}

TEST_CASE("an emergency call is announced with the address of its phone", "[calls]") {
    House house;
    Invite invite;
    invite.from = "nobody";
    invite.to = "112";
    house.receive(invite.text(), base::Flow{base::Transport::udp, 0, endpoint("192.0.2.99:5060"), 0});
    REQUIRE(house.notices<EmergencyCall>().size() == 1);
    CHECK(house.notices<EmergencyCall>()[0].source == "udp:192.0.2.99:5060");
    CHECK(calls_of(house, "").calls.at(0).record.source == "udp:192.0.2.99:5060");
}

TEST_CASE("calls of an earlier life are listed after those of this one", "[calls]") {
    House house;
    house.register_phone("ann");
    house.call_as("ann", {});  // bob has no phone
    CallRecord old;
    old.epoch = {1};
    old.number = 9;
    old.began = house.now - 1h;
    old.caller = "ann@example.test";
    StateLoaded loaded;
    loaded.calls.push_back(old);
    house.feed(std::move(loaded));
    const auto calls = calls_of(house, "ann").calls;
    REQUIRE(calls.size() == 2);
    CHECK(calls[1].record.number + calls[0].record.number == 10);
}

TEST_CASE("an ACK is relayed inside its call, and a stranger's goes nowhere", "[calls][R19]") {
    House house;
    house.register_phone("ann");
    house.register_phone("bob");
    house.call_as("ann", {});
    house.receive(said(*house.sip_to(house.flows.at("bob"), "INVITE"), 200, "b").text(), house.flows.at("bob"));
    Invite ack;
    ack.method = "ACK";
    ack.to_tag = "b";
    ack.uri = "sip:bob@192.0.2.8";
    ack.branch = "z9hG4bK-ack";
    house.receive(ack.text(), base::Flow{base::Transport::udp, 0, endpoint("198.51.100.7:5060"), 0});
    CHECK(house.sips().empty());
    house.receive(ack.text(), house.flows.at("ann"));
    CHECK(house.sip_to(house.flows.at("bob"), "ACK"));
}

TEST_CASE("one address has no more requests under way than its share; in-dialog ones always pass", "[calls][R15]") {
    House house;
    Invite invite;
    invite.from = "nobody";
    invite.to = "112";  // whom nobody asks for a password
    const base::Flow flow{base::Transport::udp, 0, endpoint("192.0.2.99:5060"), 0};
    for (std::size_t i = 0; i <= Limits::requests_per_source; ++i) {
        invite.branch = "z9hG4bK-" + std::to_string(i);
        house.receive(invite.text(), flow);
    }
    CHECK(house.status() == 503);
    base::Flow another = flow;
    another.remote = endpoint("192.0.2.98:5060");
    house.receive(invite.text(), another);
    CHECK(house.status() != 503);
}
