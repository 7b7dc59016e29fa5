// Who may call whom, and where it rings.
#include "calling_house.h"

using namespace calling;

TEST_CASE("a phone that calls is asked for its password, and its call rings where the other is registered",
          "[calls][R16]") {
    House house;
    house.register_phone("ann");
    house.register_phone("bob");
    house.call_as("ann", {});
    CHECK(house.status() == 100);
    const auto invite = house.sip_to(house.flows.at("bob"), "INVITE");
    REQUIRE(invite);
    CHECK(invite->find("Proxy-Authorization") == nullptr);
    CHECK(invite->find("Record-Route")->find("site=south") != std::string::npos);
}

TEST_CASE("who is not of this network is refused, and nothing is kept of him", "[calls][R15]") {
    House house;
    house.receive(
        "INVITE sip:bob@example.test SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK-x\r\nFrom: "
        "<sip:eve@elsewhere.test>;tag=e\r\nTo: <sip:bob@example.test>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n",
        base::Flow{base::Transport::udp, 0, endpoint("198.51.100.7:5060"), 0});
    CHECK(house.status() == 403);
    house.happened.clear();
    house.pass(40s);
    for (const auto& [hop, message] : house.sips()) CHECK(hop == pbx);  // which is only asked whether it is there
}

TEST_CASE("a user that nobody has registered is temporarily unavailable", "[calls]") {
    House house;
    house.register_phone("ann");
    house.call_as("ann", {});
    CHECK(house.status() == 480);
    REQUIRE(house.notices<CallConcluded>().size() == 1);
    CHECK(house.notices<CallConcluded>()[0].callee == aor("bob"));
}

TEST_CASE("a call to a phone registered at another site goes there over its link", "[calls]") {
    House house;
    house.register_phone("ann");
    house.registered_at(north, "nora");
    Invite invite;
    invite.to = "nora";
    house.call_as("ann", invite);
    REQUIRE(house.sent<SipRelay>(north).size() == 1);
    CHECK(Message::parse(house.sent<SipRelay>(north)[0]->octets)->method == "INVITE");
}

TEST_CASE("a call from another site needs no password and is never sent to a third", "[calls]") {
    House house;
    house.register_phone("bob");
    Invite invite;
    invite.from = "nora";
    house.hear(north, SipRelay{invite.text()});
    CHECK(house.sip_to(house.flows.at("bob"), "INVITE"));
    invite.to = "nobody";
    invite.branch = "z9hG4bK-2";
    house.hear(north, SipRelay{invite.text()});
    REQUIRE_FALSE(house.sent<SipRelay>(north).empty());
    CHECK(Message::parse(house.sent<SipRelay>(north).back()->octets)->status == 404);
}

TEST_CASE("what we do not know goes to the PBX, and its calls come through without a password", "[calls]") {
    House house;
    house.link(north, LinkState::lost);
    house.register_phone("ann");
    house.register_phone("bob");
    Invite out;
    out.to = "0049301234";
    house.call_as("ann", out);
    CHECK(house.sip_to(pbx, "INVITE"));
    Invite in;
    in.from = "0049301234";
    in.branch = "z9hG4bK-pbx";
    house.receive(in.text(), base::Flow{base::Transport::udp, 0, endpoint("192.0.2.20:5060"), 0});
    CHECK(house.sip_to(house.flows.at("bob"), "INVITE"));
}

TEST_CASE("a PBX that is away is passed by; when all are, a caller is told at once", "[calls][pbx]") {
    House house(2);
    house.link(north, LinkState::lost);  // who would be asked first
    house.register_phone("ann");
    house.goes_away(pbx);
    Invite out;
    out.to = "0049301234";
    house.call_as("ann", out);
    CHECK_FALSE(house.sip_to(pbx, "INVITE"));
    CHECK(house.sip_to(spare_pbx, "INVITE"));
    house.goes_away(spare_pbx);
    out.branch = "z9hG4bK-2";
    house.call_as("ann", out);
    CHECK(house.status() == 503);
    Invite help;
    help.to = "112";
    help.branch = "z9hG4bK-112";
    house.receive(help.text(), house.flows.at("ann"));
    CHECK(house.sip_to(pbx, "INVITE"));
}

TEST_CASE("a call that waits for a PBX which goes away goes on to the next one", "[calls][pbx][SR2]") {
    House house(2);
    house.link(north, LinkState::lost);  // who would be asked first
    house.register_phone("ann");
    Invite out;
    out.to = "0049301234";
    house.call_as("ann", out);
    REQUIRE(house.sip_to(pbx, "INVITE"));
    house.goes_away(pbx);
    CHECK(house.sip_to(spare_pbx, "INVITE"));
}

TEST_CASE("what belongs to a call with the PBX goes there by its Route", "[calls][pbx]") {
    House house;
    house.link(north, LinkState::lost);  // who would be asked first
    house.register_phone("ann");
    Invite out;
    out.to = "0049301234";
    house.call_as("ann", out);
    REQUIRE(house.sip_to(pbx, "INVITE"));
    house.receive(said(*house.sip_to(pbx, "INVITE"), 200, "b").text(), pbx_speaks);
    CHECK(house.status() == 200);
    Invite bye;
    bye.method = "BYE";
    bye.to_tag = "b";
    bye.uri = "sip:out@198.51.100.1";
    bye.branch = "z9hG4bK-bye";
    bye.more = "Route: <sip:192.0.2.1:5060;transport=udp;lr;site=south>, <sip:192.0.2.20;lr>\r\n";
    house.receive(bye.text(), house.flows.at("ann"));
    const auto sent = house.sip_to(pbx, "BYE");
    REQUIRE(sent);
    CHECK(*sent->find("Route") == "<sip:192.0.2.20;lr>");
}

TEST_CASE("an emergency call goes to the PBX without a password, from whomever", "[calls]") {
    House house;
    Invite invite;
    invite.from = "nobody";
    invite.to = "112";
    house.receive(invite.text(), base::Flow{base::Transport::udp, 0, endpoint("192.0.2.99:5060"), 0});
    CHECK(house.sip_to(pbx, "INVITE"));
}

TEST_CASE("a BYE of the one finds the other without a password, and a stranger's does not", "[calls]") {
    House house;
    house.register_phone("ann");
    house.register_phone("bob");
    house.call_as("ann", {});
    const auto invite = house.sip_to(house.flows.at("bob"), "INVITE");
    REQUIRE(invite);
    house.receive(said(*invite, 200, "b").text(), house.flows.at("bob"));
    CHECK(house.status() == 200);

    Invite bye;
    bye.method = "BYE";
    bye.to_tag = "b";
    bye.uri = "sip:bob@192.0.2.8";
    bye.branch = "z9hG4bK-stranger";
    base::Flow stranger{base::Transport::udp, 0, endpoint("198.51.100.7:5060"), 0};
    house.receive(bye.text(), stranger);
    CHECK(house.status() == 407);
    bye.branch = "z9hG4bK-bye";
    house.receive(bye.text(), house.flows.at("ann"));
    CHECK(house.sip_to(house.flows.at("bob"), "BYE"));
}
