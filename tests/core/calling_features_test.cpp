// What users have set, through the whole gatekeeper: site south with ann, who calls, and bob, who is called.
#include "calling_house.h"

using namespace calling;

namespace {

const calls::Hop voicemail = calls::AddressHop{base::Transport::udp, endpoint("192.0.2.30:5060")};
const calls::Hop voicemail_backup = calls::AddressHop{base::Transport::udp, endpoint("192.0.2.31:5060")};

Settings with_voicemail() {
    Settings settings = with_calls();
    settings.calls.voicemail = *VoicemailServer::parse("sip:messages@192.0.2.30");
    settings.calls.voicemail_backup = *VoicemailServer::parse("sip:messages@192.0.2.31");
    return settings;
}

struct Office : House {
    explicit Office(Settings settings = with_calls()) : House(std::move(settings)) {
        with_users({"ann", "bob", "eve"});
        register_phone("ann");
        register_phone("bob");
        register_phone("eve");
    }
    const base::Flow& phone(const std::string& name) const { return flows.at(name); }
    base::Flow second_phone_of_bob() {
        Phone second("bob");
        second.request.contacts.at(0).uri = "sip:bob@192.0.2.99:5070";
        second.request.source.remote = endpoint("192.0.2.99:5070");
        REQUIRE(second.call(*this).status == 200);
        return second.request.source;
    }
};

}  // namespace

TEST_CASE("who is not to be disturbed is not, and the caller is told so", "[calls][IP10]") {
    Office office;
    office.set("bob", R"({"dnd":true})");
    office.call("ann", "bob");
    CHECK(office.status() == 480);
    CHECK(office.phrase() == "Do Not Disturb");
    CHECK_FALSE(office.sip_to(office.phone("bob"), "INVITE"));
}

TEST_CASE("calls are forwarded always, when busy, and when nobody answers in time", "[calls][IP10]") {
    Office office;
    SECTION("always") {
        office.set("bob", R"({"forward_always":"eve"})");
        office.call("ann", "bob");
        CHECK_FALSE(office.sip_to(office.phone("bob"), "INVITE"));
    }
    SECTION("busy") {
        office.set("bob", R"({"forward_busy":"eve"})");
        office.call("ann", "bob");
        office.say(office.phone("bob"), 486);
    }
    SECTION("no answer") {
        office.set("bob", R"({"forward_no_answer":"eve","no_answer_after":10})");
        office.call("ann", "bob");
        office.say(office.phone("bob"), 180);
        office.wait(9s);
        CHECK_FALSE(office.sip_to(office.phone("eve"), "INVITE"));
        office.wait(1s);
        CHECK(office.sip_to(office.phone("bob"), "CANCEL"));
    }
    const auto invite = office.sip_to(office.phone("eve"), "INVITE");
    REQUIRE(invite);
    CHECK(invite->find("Diversion")->find("<sip:bob@example.test>;reason=") == 0);
    CHECK(invite->find("History-Info")->find("<sip:eve@example.test;cause=") != std::string::npos);
    office.say(office.phone("eve"), 200);
    CHECK(office.status() == 200);
}

TEST_CASE("a number outside takes a forwarded call, if its user may call there", "[calls][IP10]") {
    Office office;
    office.link(north, LinkState::lost);
    office.set("bob", R"({"forward_always":"0301234"})");
    office.call("ann", "bob");
    const auto invite = office.sip_to(pbx, "INVITE");
    REQUIRE(invite);
    CHECK(invite->uri == "sip:0301234@example.test");
    office.set("bob", R"({"forward_always":"0301234","right":"internal"})");
    office.call("ann", "bob");
    CHECK(office.status() == 403);
    CHECK(office.phrase() == "No Right To Call Outside");
}

TEST_CASE("who may call only inside, or only in the country, is held to it", "[calls][IP10]") {
    Office office;
    office.link(north, LinkState::lost);
    office.set("ann", R"({"right":"national"})");
    office.call("ann", "0301234");
    CHECK(office.sip_to(pbx, "INVITE"));
    office.call("ann", "0033123456");
    CHECK(office.status() == 403);
    office.set("ann", R"({"right":"internal"})");
    office.call("ann", "0301234");
    CHECK(office.status() == 403);
    office.call("ann", "bob");
    CHECK(office.sip_to(office.phone("bob"), "INVITE"));
}

TEST_CASE("a user is found by the extension, too", "[calls]") {
    Office office;
    office.set("bob", "{}", "2001");
    office.call("ann", "2001");
    CHECK(office.sip_to(office.phone("bob"), "INVITE"));
    office.set("bob", "{}", "2002");
    office.link(north, LinkState::lost);
    office.call("ann", "2001");
    CHECK_FALSE(office.sip_to(office.phone("bob"), "INVITE"));
}

TEST_CASE("the caller is who the record says, whatever the phone claims", "[calls][R16]") {
    Office office;
    office.call(
        "ann", "bob",
        "P-Asserted-Identity: <sip:boss@example.test>\r\nDiversion: <sip:boss@example.test>;reason=unconditional\r\n");
    const auto invite = office.sip_to(office.phone("bob"), "INVITE");
    CHECK(*invite->find("P-Asserted-Identity") == "\"ann\" <sip:ann@example.test>");
    CHECK(invite->find("Diversion") == nullptr);
    office.set("ann", R"({"identity":"+49301234"})");
    office.call("ann", "bob");
    CHECK(*office.sip_to(office.phone("bob"), "INVITE")->find("P-Asserted-Identity") ==
          "\"ann\" <sip:+49301234@example.test>");
}

TEST_CASE("who asks for privacy is shown to the PBX and to no phone", "[calls]") {
    Office office;
    office.link(north, LinkState::lost);
    office.call("ann", "bob", "Privacy: id\r\n");
    CHECK(office.sip_to(office.phone("bob"), "INVITE")->find("P-Asserted-Identity") == nullptr);
    office.call("ann", "0301234", "Privacy: id\r\n");
    CHECK(office.sip_to(pbx, "INVITE")->find("P-Asserted-Identity") != nullptr);
}

TEST_CASE("a call that nobody takes goes to voicemail, which is told whose mailbox it is", "[calls][IP5]") {
    Office office(with_voicemail());
    office.call("ann", "bob");
    office.say(office.phone("bob"), 486);
    const auto invite = office.sip_to(voicemail, "INVITE");
    REQUIRE(invite);
    CHECK(invite->uri == "sip:messages@192.0.2.30");
    CHECK(*invite->find("Diversion") == "<sip:bob@example.test>;reason=user-busy;counter=1;privacy=off");
    CHECK(invite->find("History-Info")->find("<sip:messages@192.0.2.30;cause=486>;index=1.1;mp=1") !=
          std::string::npos);
    SECTION("the backup has it when the first server is away") {
        office.wait(5s);
        CHECK(office.sip_to(voicemail_backup, "INVITE"));
    }
    SECTION("whoever wants none has none") {
        office.set("bob", R"({"voicemail":false})");
        office.call("ann", "bob");
        office.say(office.phone("bob"), 486);
        CHECK(office.status() == 486);
    }
}

TEST_CASE("phones of one user ring at once or one after the other, as the user wants", "[calls][IP10]") {
    Office office;
    const base::Flow other = office.second_phone_of_bob();
    office.call("ann", "bob");
    CHECK(office.sip_to(office.phone("bob"), "INVITE"));
    CHECK(office.sip_to(other, "INVITE"));
    office.say(office.phone("bob"), 486);
    office.say(other, 486);
    office.set("bob", R"({"simultaneous":false,"no_answer_after":10})");
    office.call("ann", "bob");
    CHECK(office.sip_to(office.phone("bob"), "INVITE"));
    CHECK_FALSE(office.sip_to(other, "INVITE"));
    office.say(office.phone("bob"), 180);
    office.wait(9s);
    CHECK_FALSE(office.sip_to(other, "INVITE"));
    office.wait(1s);
    CHECK(office.sip_to(office.phone("bob"), "CANCEL"));
    REQUIRE(office.sip_to(other, "INVITE"));
    office.say(other, 180);
    SECTION("the second takes the call") {
        office.say(other, 200);
        CHECK(office.status() == 200);
    }
    SECTION("neither does") {
        office.wait(10s);
        CHECK(office.phrase() == "No Answer");
    }
}

TEST_CASE("what the caller hears of two phones does not depend on which said it first", "[calls][IP10]") {
    struct Row {
        std::vector<std::uint16_t> phones;  // 0: rings
        std::string heard;
    };
    const Row rows[] = {
        {{480, 486}, "486 Said"},
        {{404, 486}, "486 Said"},
        {{603, 486}, "603 Said"},
        {{0, 486}, "480 No Answer"},
        {{480, 404}, "480 Temporarily Unavailable"},
    };
    for (const char* simultaneous : {"true", "false"})
        for (Row row : rows)
            for (int order = 0; order < 2; ++order, std::swap(row.phones[0], row.phones[1])) {
                CAPTURE(simultaneous, row.phones);
                const bool at_once = simultaneous == std::string("true");
                if (at_once && row.phones[0] * row.phones[1] == 0) continue;  // it rings until the caller gives up
                Office office;
                const base::Flow flows[] = {office.phone("bob"), office.second_phone_of_bob()};
                office.set("bob", std::string(R"({"no_answer_after":10,"simultaneous":)") + simultaneous + '}');
                office.call("ann", "bob");
                for (std::size_t i = 0; i < 2; ++i) {
                    if (!office.asked.contains(flows[i]) || office.status() >= 200) continue;
                    const std::uint16_t says = row.phones[i];
                    office.say(flows[i], says == 0 ? std::uint16_t{180} : says);
                    if (says == 0 && !at_once) office.wait(10s);
                }
                CHECK(std::to_string(office.status()) + ' ' + office.phrase() == row.heard);
            }
}

TEST_CASE("of phones that say how much they want to ring the one that wants it most is first", "[calls]") {
    Office office;
    const auto phone_with_q = [&](std::uint16_t q, const std::string& address) {
        Phone phone("bob");
        phone.request.contacts.at(0).uri = "sip:bob@" + address;
        phone.request.contacts.at(0).q = q;
        phone.request.source.remote = endpoint(address);
        REQUIRE(phone.call(office).status == 200);
        return phone.request.source;
    };
    const base::Flow seldom = phone_with_q(100, "192.0.2.98:5070");
    const base::Flow sometimes = phone_with_q(500, "192.0.2.99:5070");
    office.call("ann", "bob");
    CHECK(office.sip_to(office.phone("bob"), "INVITE"));  // it says nothing, which means most
    CHECK_FALSE(office.sip_to(sometimes, "INVITE"));
    office.say(office.phone("bob"), 480);
    CHECK(office.sip_to(sometimes, "INVITE"));
    CHECK_FALSE(office.sip_to(seldom, "INVITE"));
    office.say(sometimes, 480);
    CHECK(office.sip_to(seldom, "INVITE"));
}

TEST_CASE("forwarding in a circle ends", "[calls]") {
    Office office;
    office.set("bob", R"({"forward_always":"eve"})");
    office.set("eve", R"({"forward_always":"bob"})");
    office.call("ann", "bob");
    CHECK(office.status() == 482);
}
