// Users and operators change what users have set: at home for good, at a backup until the failover ends.
#include "calling_house.h"

using namespace calling;

namespace {

struct Codes : House {
    explicit Codes(Settings settings = with_calls()) : House(std::move(settings)) {
        link(north, LinkState::lost);
        register_phone("ann");
        register_phone("bob");
    }
    std::string dial(const std::string& code) {
        call("ann", code);
        return std::to_string(status()) + " " + phrase();
    }
};

// North with nora as a guest here, told where its voicemail is; west watches.
House with_guest(const std::string& voicemail = {}, const std::string& voicemail_backup = {}) {
    Settings settings = with_calls();
    settings.calls.pbxs.clear();  // one that never answers a probe would take this site out of service
    House house(settings);
    house.register_phone("ann");
    house.entrusted_by_north({"nora", "ned"});
    Hello hello;
    hello.epoch = house.heartbeat.epoch;
    hello.matching = house.matching();
    hello.you_are_my_backup = true;
    hello.voicemail = voicemail;
    hello.voicemail_backup = voicemail_backup;
    house.hear(north, std::move(hello));
    lose_north(house);
    house.register_phone("nora");
    REQUIRE(house.phase_of(north) == Phase::active);
    return house;
}

}  // namespace

TEST_CASE("a user changes a setting by a feature code, and the answer says so", "[calls][IP10]") {
    Codes house;
    CHECK(house.dial("*721002") == "480 All Calls Go To 1002");
    const auto rows = house.rows<SettingsRow>();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].aor == aor("ann"));
    CHECK(rows[0].settings == R"({"forward_always":"1002","of":"home"})");
    CHECK(fact(house.explain("ann"), "settings") == rows[0].settings);
    house.call("bob", "ann");
    REQUIRE(house.sip_to(pbx, "INVITE"));
    CHECK(house.dial("*73") == "480 Calls Are Not Forwarded");
    CHECK(house.rows<SettingsRow>().at(0).settings == R"({"of":"home"})");
}

TEST_CASE("a code without its number is 484, and nothing changes", "[calls]") {
    Codes house;
    CHECK(house.dial("*72") == "484 A Number Must Follow *72");
    CHECK(house.rows<SettingsRow>().empty());
}

TEST_CASE("a stranger's code changes nothing", "[calls][R16]") {
    Codes house;
    Invite invite;
    invite.to = "*78";
    house.receive(invite.text(), house.flows.at("ann"));
    CHECK(house.status() == 407);
    CHECK(house.rows<SettingsRow>().empty());
}

TEST_CASE("a change is told to the backups as part of the record", "[calls][IP10]") {
    Codes house;
    house.link(north);
    CHECK(std::holds_alternative<Done>(house.command(SetUser{"ann", R"({"dnd":true})"})));
    CHECK(house.rows<SettingsRow>().size() == 1);
    house.hear(north, Position{Dataset::records, {}, {}});
    bool told = false;
    for (const Changes* page : house.sent<Changes>(north))
        for (const RecordEntry& entry : page->records)
            told = told || (entry.record && entry.record->settings == R"({"dnd":true,"of":"home"})");
    CHECK(told);
}

TEST_CASE("a change that cannot be is refused with the reason", "[calls]") {
    Codes house;
    const auto why = [&](const std::string& who, const std::string& changes) {
        return std::get<Declined>(house.command(SetUser{who, changes})).text;
    };
    CHECK(why("ann", R"({"dnd":1})").find("\"dnd\"") == 0);
    CHECK(why("nobody", R"({"dnd":true})").find("no user of this site") != std::string::npos);
}

TEST_CASE("what a guest changes is in effect here, listed, and gone with the failover", "[calls][IP6]") {
    House house = with_guest();
    house.call("nora", "*78");
    CHECK(house.phrase() == "Do Not Disturb Is On");
    CHECK(house.rows<SettingsRow>().empty());
    house.call("ann", "nora");
    CHECK(house.phrase() == "Do Not Disturb");
    const auto report = std::get<FailoverChangesReport>(house.command(ShowFailoverChanges{north}));
    REQUIRE(report.settings.size() == 1);
    CHECK(report.settings[0].aor == aor("nora"));
    CHECK(report.settings[0].change.key == "dnd");
    CHECK(report.settings[0].change.before == "null");
    CHECK(report.settings[0].change.after == "true");
    CHECK(std::holds_alternative<Declined>(house.command(ShowFailoverChanges{{"nowhere"}})));
}

TEST_CASE("a user of a lost home without a phone is decided by the backup", "[calls][IP5]") {
    House house = with_guest("sip:messages@192.0.2.30", "sip:messages@192.0.2.31");
    house.call("ann", "ned");
    const calls::Hop backup = calls::AddressHop{base::Transport::udp, endpoint("192.0.2.31:5060")};
    const auto invite = house.sip_to(backup, "INVITE");
    REQUIRE(invite);
    CHECK(invite->find("Diversion")->find("<sip:ned@example.test>;reason=unavailable") == 0);
    house.wait(5s);
    CHECK(house.sip_to(calls::AddressHop{base::Transport::udp, endpoint("192.0.2.30:5060")}, "INVITE"));
}

TEST_CASE("one's own messages are at the voicemail server, which is told who calls", "[calls][IP5]") {
    Settings settings = with_calls();
    settings.calls.voicemail = *VoicemailServer::parse("sip:messages@192.0.2.30");
    Codes house(settings);
    house.call("ann", "*97");
    const auto invite = house.sip_to(calls::AddressHop{base::Transport::udp, endpoint("192.0.2.30:5060")}, "INVITE");
    REQUIRE(invite);
    CHECK(invite->find("Diversion") == nullptr);
    CHECK(*invite->find("P-Asserted-Identity") == "\"ann\" <sip:ann@example.test>");
}

TEST_CASE("an emergency call is told of at once, with the phone's address, and finds another site's PBX", "[calls]") {
    Codes house;
    house.link(north);
    house.beat(north);
    Invite invite;
    invite.from = "nobody";
    invite.to = "112";
    base::Flow flow = house.flows.at("ann");
    flow.remote = endpoint("192.0.2.99:5060");
    house.receive(invite.text(), flow);
    REQUIRE(house.sip_to(pbx, "INVITE"));
    const auto told = house.notices<EmergencyCall>();
    REQUIRE(told.size() == 1);
    CHECK(told[0].source == "udp:192.0.2.99:5060");
    CHECK(told[0].number == "112@example.test");
    house.wait(2s);
    CHECK(house.sip_to(at_north, "INVITE"));
    invite.branch += "-2";
    house.receive(invite.text(), at_north);
    CHECK(house.sip_to(pbx, "INVITE"));
}

TEST_CASE("settings that the database may not have yet outlive a crash", "[calls][memory][R7]") {
    base::WipedBytes image;
    const auto keep = [&](const House& house) {
        for (const Effect& effect : house.happened)
            if (const auto* kept = std::get_if<KeepInMemory>(&effect)) {
                if (kept->anew) image.clear();
                image += kept->frames;
            }
    };
    House first;
    first.feed(MemoryFound{});
    keep(first);
    CHECK(std::holds_alternative<Done>(first.command(SetUser{"ann", R"({"dnd":true})"})));
    keep(first);
    House second;
    MemoryFound found;
    found.images.push_back(image);
    second.feed(std::move(found));
    REQUIRE(second.rows<SettingsRow>().size() == 1);
    CHECK(second.rows<SettingsRow>()[0].settings == R"({"dnd":true,"of":"home"})");
}
