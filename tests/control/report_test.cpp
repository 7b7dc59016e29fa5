#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "control/report_json.h"
#include "control/report_text.h"
#include "control/table.h"

using namespace innkeeper;
using control::readable_duration;
using control::report_text;
using control::to_json;
using control::to_line;

namespace {

core::StatusReport status() {
    core::StatusReport report;
    report.site = {"west"};
    report.epoch = {1790000000};
    report.serving = true;
    report.database_available = true;
    report.users = 12;
    report.registrations = 11;
    report.guests = 2;
    core::HomeStatus north;
    north.home = {"north"};
    north.health = core::PeerHealth::lost;
    north.phase = core::Phase::active;
    north.in_phase = std::chrono::seconds(200);
    north.guests = 2;
    north.records = 40;
    north.backed_up_here = true;
    north.why = "its port refuses";
    report.homes = {north};
    return report;
}

core::PeerReport peer() {
    core::PeerReport report;
    report.site = {"south"};
    report.link_detail = "certificate \x1b[31mexpired";
    report.health = core::PeerHealth::suspect;
    report.silence = std::chrono::milliseconds(1700);
    report.epoch = {3};
    report.serving = true;
    report.registrations_behind = 4;
    report.mismatches = {"domains differ", "root CA differs"};
    return report;
}

core::RegistrationReport guest() {
    core::RegistrationReport row;
    row.aor = *base::Aor::parse("sip:1001@example.com");
    row.site = {"west"};
    row.guest_of = {"north"};
    row.contact = "sip:1001@192.0.2.7";
    row.flow = "udp:192.0.2.7:5060";
    row.user_agent = "Phone\nevil";
    row.terminal = backup::TerminalKind::desk;
    row.age = std::chrono::seconds(5);
    row.remaining = std::chrono::seconds(55);
    return row;
}

}  // namespace

TEST_CASE("the keys of --json are these", "[control]") {
    CHECK(to_line(to_json(status())) ==
          R"({"schema":1,"status":{"site":"west","epoch":1790000000,"serving":true,"why_not_serving":"",)"
          R"("users_borrowed":false,"draining":false,)"
          R"("drain_reason":"","drain_ends_in_seconds":null,)"
          R"("database_available":true,"users":12,"registrations":11,"guests":2,"strays":0,"standbys":0,)"
          R"("admissions":{"rate":0,"waiting":0,"all_in_seconds":0.0},"pbxs":[],"upstream":null,)"
          R"("homes":[{"home":"north","health":"lost","phase":"active","phase_seconds":200.0,"forced":"auto",)"
          R"("guests":2,"strays":0,"standbys":0,"records":40,"backed_up_here":true,)"
          R"("why":"its port refuses","stability_percent":0,"in_call":0,"failback_waits_for":""}]}})"
          "\n");
    CHECK(to_line(to_json(std::vector{peer()})) ==
          R"({"schema":1,"peers":[{"site":"south","link_up":false,"link_detail":"certificate \u001b[31mexpired",)"
          R"("health":"suspect","silence_seconds":1.7,"epoch":3,"forced":"auto","forced_elsewhere":[],)"
          R"("serving":true,"why_not_serving":"","leaving":false,)"
          R"("registrations_behind":4,"records_behind":0,"registrations":0,)"
          R"("mismatches":["domains differ","root CA differs"]}]})"
          "\n");
    CHECK(to_line(to_json(core::RegistrationsReport{{guest()}, base::Sequence{9}})) ==
          R"({"schema":1,"registrations":[{"aor":"1001@example.com","site":"west","guest_of":"north",)"
          R"("stray":false,"contact":"sip:1001@192.0.2.7","flow":"udp:192.0.2.7:5060","user_agent":"Phone\nevil",)"
          R"("terminal":"desk","standby":false,"age_seconds":5.0,"remaining_seconds":55.0}],"next":9})"
          "\n");
    CHECK(to_line(to_json(std::vector<core::LicenceReport>{{"desk", 10, 12, std::chrono::hours(1)},
                                                           {"soft", 5, 1, std::nullopt}})) ==
          R"({"schema":1,"licences":[{"pool":"desk","capacity":10,"used":12,"free":0,"ends_in_seconds":3600.0},)"
          R"({"pool":"soft","capacity":5,"used":1,"free":4,"ends_in_seconds":null}]})"
          "\n");
    CHECK(to_line(to_json(core::Done{"drained"})) == "{\"schema\":1,\"done\":\"drained\"}\n");
    CHECK(to_line(to_json(core::Declined{"\xff"})) == "{\"schema\":1,\"declined\":\"\xef\xbf\xbd\"}\n");
}

TEST_CASE("an operator's verdict is marked wherever a verdict is shown", "[control][IP3]") {
    core::StatusReport forced = status();
    forced.homes[0].forced = core::ForcedVerdict::lost;
    CHECK_THAT(report_text(to_json(forced)), Catch::Contains("lost (forced)"));
    core::PeerReport judged = peer();
    judged.forced = core::ForcedVerdict::serving;
    judged.forced_elsewhere = {"south: lost"};
    CHECK_THAT(report_text(to_json(std::vector{judged})),
               Catch::Contains("suspect (forced)") && Catch::Contains("forced at south: lost"));
}

TEST_CASE("while phones wait for their turn the status says how many and until when", "[control][R11]") {
    CHECK_THAT(report_text(to_json(status())), !Catch::Contains("storm"));
    core::StatusReport stormy = status();
    stormy.admissions = {1000, 4200, std::chrono::seconds(42)};
    CHECK_THAT(report_text(to_json(stormy)), Catch::Contains("4200 waiting, all in within 42 s, 1000 a second"));
}

TEST_CASE("strays are told from other guests", "[control][IP2]") {
    core::StatusReport with_stray = status();
    with_stray.strays = 1;
    with_stray.homes[0].strays = 1;
    CHECK_THAT(report_text(to_json(with_stray)), Catch::Contains("guests          2 (1 stray)"));
    core::RegistrationReport row = guest();
    row.stray = true;
    CHECK_THAT(report_text(to_json(core::RegistrationsReport{{row}, {}})), Catch::Contains("north (stray)"));
}

TEST_CASE("a site that does not serve says why", "[control]") {
    core::StatusReport without_pbx = status();
    without_pbx.serving = false;
    without_pbx.why_not_serving = "its PBX does not answer: no route";
    CHECK_THAT(report_text(to_json(without_pbx)), Catch::Contains("not serving: its PBX does not answer: no route"));
    core::PeerReport reported = peer();
    reported.serving = false;
    reported.why_not_serving = "its PBX does not answer";
    CHECK_THAT(report_text(to_json(std::vector{reported})),
               Catch::Contains("not serving: its PBX does not answer; domains differ"));
}

TEST_CASE("an explanation says the verdict, the rule and the facts in order", "[control]") {
    core::ExplainReport report;
    report.aor = *base::Aor::parse("sip:1001@example.com");
    report.rule = "registered_at_home";
    report.explanation = "north serves its phones";
    report.facts = {{"standing", "guest of north"}, {"health of north", "alive"}};
    CHECK(
        to_line(to_json(report)) ==
        R"({"schema":1,"explain":{"aor":"1001@example.com","admitted":false,"rule":"registered_at_home",)"
        R"("explanation":"north serves its phones","advice":"","facts":[{"name":"standing","value":"guest of north"},)"
        R"({"name":"health of north","value":"alive"}]}})"
        "\n");
    CHECK(report_text(to_json(report)) ==
          "1001@example.com would be refused now\n"
          "rule            registered_at_home\n"
          "why             north serves its phones\n"
          "\n"
          "FACT             VALUE\n"
          "standing         guest of north\n"
          "health of north  alive\n");
}

TEST_CASE("the history is a line for each failover", "[control]") {
    CHECK(report_text(to_json(core::HistoryReport{})) == "no failover is remembered\n");
    core::FailoverReport failover;
    failover.home = {"north"};
    failover.number = 3;
    failover.allowed = std::chrono::hours(2);
    failover.began = std::chrono::minutes(119);
    failover.ended = std::chrono::hours(1);
    failover.evidence = {"silent, and its port refuses", "not heard for 3.0 s"};
    failover.first_guest = "1001@example.com";
    failover.moved = 40;
    failover.refused = 2;
    failover.longest_gap = std::chrono::milliseconds(6300);
    failover.released = 41;
    failover.stops = 1;
    const auto json = to_json(core::HistoryReport{{failover}});
    const auto& one = json.at("history").at(0);
    CHECK(one.at("home") == "north");
    CHECK(one.at("longest_gap_seconds") == 6.3);
    CHECK(one.at("returning_at").is_null());
    CHECK(one.at("ended_seconds_ago") == 3600.0);
    const std::string text = report_text(json);
    CHECK(text.find("north  " + one.at("lost_at").get<std::string>() + "  1 h     40        2          6 s") !=
          std::string::npos);
    CHECK(text.find("silent, and its port refuses; not heard for 3.0 s  ended") != std::string::npos);
}

TEST_CASE("the status is a few lines and a table of homes", "[control]") {
    CHECK(report_text(to_json(status())) ==
          "site            west\n"
          "state           serving\n"
          "database        available\n"
          "users           12, 11 registered here\n"
          "guests          2\n"
          "epoch           1790000000\n"
          "\n"
          "HOME   HEALTH  FAILOVER       SINCE  GUESTS  STANDBY  RECORDS  BACKED UP HERE  WHY\n"
          "north  lost    active    3 min 20 s       2        0       40  yes             its port refuses\n");
    core::StatusReport standing_by = status();
    standing_by.standbys = 3;
    CHECK_THAT(report_text(to_json(standing_by)), Catch::Contains("guests          2, 3 standing by"));
    core::StatusReport away = status();
    away.users_borrowed = true;
    CHECK_THAT(report_text(to_json(away)), Catch::Contains("users are borrowed from a backup"));
    away.users_borrowed = false;
    away.serving = false;
    away.database_available = false;
    CHECK_THAT(report_text(to_json(away)), Catch::Contains("not serving") && Catch::Contains("database        away"));
    away.draining = true;
    away.drain_reason = "upgrade";
    CHECK_THAT(report_text(to_json(away)), Catch::Contains("draining: upgrade"));
}

TEST_CASE("what peers and phones said is escaped in tables", "[control][R20]") {
    CHECK(report_text(to_json(std::vector{peer()})) ==
          "PEER   HEALTH     HEARD  REGISTRATIONS  BEHIND  RECORDS BEHIND  LINK                               "
          "REMARKS\n"
          "south  suspect  1 s ago              0       4               0  down: certificate \\x1b[31mexpired  "
          "domains differ; root CA differs\n");
    const std::string rows = report_text(to_json(core::RegistrationsReport{{guest()}, {}}));
    CHECK_THAT(rows, Catch::Contains("Phone\\x0aevil"));
    CHECK(std::count(rows.begin(), rows.end(), '\n') == 2);
}

TEST_CASE("an empty report says so", "[control]") {
    CHECK(report_text(to_json(core::RegistrationsReport{})) == "no registrations\n");
    CHECK(report_text(to_json(std::vector<core::PeerReport>{})) == "no peers\n");
    CHECK(report_text(to_json(std::vector<core::LicenceReport>{})) == "no licence pools: nothing is limited\n");
}

TEST_CASE("licences say how long they last", "[control]") {
    const std::string table = report_text(to_json(std::vector<core::LicenceReport>{
        {"desk", 10, 4, std::chrono::hours(50)}, {"soft", 5, 1, std::chrono::minutes(-5)}, {"dect", 1, 0, {}}}));
    CHECK(table ==
          "POOL  LICENCES  USED  FREE  VALIDITY\n"
          "desk        10     4     6  ends in 2 d 2 h\n"
          "soft         5     1     4  ended 5 min ago\n"
          "dect         1     0     1  without end\n");
}

TEST_CASE("columns are as wide as the terminal shows them", "[control]") {
    using control::display_width;
    CHECK(display_width("north") == 5);
    CHECK(display_width("Zo\xc3\xab") == 3);
    CHECK(display_width("Zoe\xcc\x88") == 3);               // a combining mark
    CHECK(display_width("\xe6\x9d\xb1\xe4\xba\xac") == 4);  // two wide characters
    CHECK(display_width("\xf0\x9f\x93\x9e") == 2);
    control::Table table({{"NAME"}, {"N", control::Align::right}});
    table.row({"\xe6\x9d\xb1\xe4\xba\xac", "1"});
    table.row({"Zo\xc3\xab", "22"});
    CHECK(table.text() == "NAME   N\n\xe6\x9d\xb1\xe4\xba\xac   1\nZo\xc3\xab   22\n");
}

TEST_CASE("durations are readable", "[control]") {
    CHECK(readable_duration(0) == "0 ms");
    CHECK(readable_duration(0.45) == "450 ms");
    CHECK(readable_duration(12.9) == "12 s");
    CHECK(readable_duration(200) == "3 min 20 s");
    CHECK(readable_duration(180) == "3 min");
    CHECK(readable_duration(7500) == "2 h 5 min");
    CHECK(readable_duration(4 * 86400 + 3 * 3600) == "4 d 3 h");
    CHECK(readable_duration(-5) == "-5 s");
    CHECK(readable_duration(1e300) == "104166666 d 16 h");
}

TEST_CASE("a drain with an end says when it ends, one without how", "[control][drain]") {
    core::StatusReport report = status();
    report.draining = true;
    report.drain_reason = "kernel update";
    CHECK_THAT(report_text(to_json(report)), Catch::Contains("draining: kernel update, until --resume\n"));
    report.drain_ends_in = std::chrono::minutes(12);
    CHECK_THAT(report_text(to_json(report)), Catch::Contains("draining: kernel update, ends in 12 min\n"));
}

TEST_CASE("a drill says how many, when, and who stays outside with what to do", "[control][drill]") {
    core::DrillReport drill;
    drill.home = {"north"};
    drill.backup = {"south"};
    drill.phones = 3;
    drill.covered = 2;
    drill.physical = 1;
    drill.not_covered = {{core::NotCovered::ipv6_only, 1, {*base::Aor::parse("sip:1003@example.com")}}};
    drill.first_guest_witnessed = std::chrono::seconds(3);
    drill.first_guest_alone = std::chrono::seconds(15);
    drill.pacing = std::chrono::seconds(1);
    drill.last_refresh = std::chrono::minutes(4);
    drill.findings = {{core::Severity::warns, "version_differs", "north is older", "update it"}};
    CHECK(to_line(to_json(drill)) ==
          R"({"schema":1,"drill":{"home":"north","backup":"south","phones":3,"covered":2,"physical":1,)"
          R"("not_covered":[{"reason":"ipv6_only","phones":1,"advice":"add a `listen` with an IPv6 address here",)"
          R"("first":["1003@example.com"]}],"first_guest_seconds":3.0,"first_guest_unwitnessed_seconds":15.0,)"
          R"("pacing_seconds":1.0,"last_refresh_seconds":240.0,"findings":[{"severity":"warns",)"
          R"("name":"version_differs","text":"north is older","advice":"update it"}]}})"
          "\n");
    CHECK(
        report_text(to_json(drill)) ==
        "If north died now, south would serve 2 of its 3 registered phones.\n"
        "\n"
        "first guest     after 3 s when one of its phones knocks here, after 15 s when nothing but its silence speaks\n"
        "pace            all of them within 1 s more, if all come at once\n"
        "last phone      asks again within 4 min, if it does not notice earlier\n"
        "desk phones     1\n"
        "\n"
        "NOT COVERED  REASON     WHAT TO DO                                SUCH AS\n"
        "          1  ipv6_only  add a `listen` with an IPv6 address here  1003@example.com\n"
        "\n"
        "Also:\n"
        "  warns: north is older\n"
        "          update it\n");
}

TEST_CASE("hunt groups are told with their members and where they are in service", "[control][calls][groups]") {
    core::GroupReport sales;
    sales.aor = *base::Aor::parse("sales@example.com");
    sales.home = {"north"};
    sales.in_service_at = {"west"};
    sales.since = std::chrono::seconds(90);
    sales.strategy = "rotary";
    sales.members = {{"1001@example.com", base::SiteName{"west"}}, {"0049301234", std::nullopt}};
    sales.overflow = "voicemail";
    sales.night = {"18:00-08:00"};
    sales.night_target = "1000";
    const core::GroupsReport page{{sales}, std::nullopt};
    CHECK(to_line(to_json(page)) ==
          R"({"schema":1,"groups":[{"aor":"sales@example.com","display_name":"","extension":"","enabled":true,)"
          R"("home":"north","in_service_at":"west","since_seconds":90.0,"trouble":null,"strategy":"rotary",)"
          R"("members":[{"to":"1001@example.com","registered_at":"west"},{"to":"0049301234","registered_at":null}],)"
          R"("overflow":"voicemail","night":["18:00-08:00"],"night_target":"1000","night_now":false}],"next":null})"
          "\n");
    CHECK_THAT(report_text(to_json(page)), Catch::Contains("1001@example.com (west), 0049301234"));
    sales.night_now = true;
    CHECK_THAT(report_text(to_json(core::GroupsReport{{sales}, std::nullopt})),
               Catch::Contains("night service: calls go to 1000"));
    sales.trouble = "strategy: none of ring_all";
    CHECK_THAT(report_text(to_json(core::GroupsReport{{sales}, sales.aor})),
               Catch::Contains("not usable: strategy: none of ring_all"));
    CHECK_THAT(report_text(to_json(core::GroupsReport{})), Catch::Contains("--import-groups"));
}
