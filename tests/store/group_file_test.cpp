#include "store/group_file.h"

#include <catch2/catch.hpp>
#include <sstream>

using namespace innkeeper;

namespace {

base::Expected<std::vector<store::FileGroup>> read(const std::string& text) {
    std::istringstream in(text);
    return store::read_group_file(in, "groups.csv");
}

std::string trouble(const std::string& text) {
    const auto groups = read(text);
    return groups ? "" : groups.error().text;
}

}  // namespace

TEST_CASE("a hunt group is a row, its members separated by spaces", "[store][csv][calls][groups][IP5]") {
    const auto groups = read(
        "aor,strategy,ring_for,members,overflow,night,night_target,display_name,extension,enabled\n"
        "sip:sales@North.test,rotary,15,ann@North.test  1002 0049301234/30,voicemail,12:00-13:00 18:00-08:00,"
        "0049305678,\"Sales, Berlin\",300,no\n"
        "help@north.test,,,,,,,,,\n");
    REQUIRE(groups);
    REQUIRE(groups->size() == 2);
    const store::FileGroup& sales = (*groups)[0];
    CHECK(sales.aor == "sales@north.test");
    CHECK(sales.strategy == "rotary");
    CHECK(sales.ring_for == 15);
    REQUIRE(sales.members.size() == 3);
    CHECK(sales.members[0].target == "ann@north.test");
    CHECK_FALSE(sales.members[0].ring_for);
    CHECK(sales.members[1].target == "1002");
    CHECK(sales.members[2].target == "0049301234");
    CHECK(sales.members[2].ring_for == 30);
    CHECK(sales.overflow == "voicemail");
    CHECK(sales.night == std::vector<std::string>{"12:00-13:00", "18:00-08:00"});
    CHECK(sales.night_target == "0049305678");
    CHECK(sales.display_name == "Sales, Berlin");
    CHECK(sales.extension == "300");
    CHECK_FALSE(sales.enabled);
    const store::FileGroup& help = (*groups)[1];
    CHECK(help.strategy == "ring_all");
    CHECK(help.ring_for == 20);
    CHECK(help.members.empty());
    CHECK(help.enabled);
}

TEST_CASE("whatever is wrong with a group is told with its line", "[store][csv][calls][groups]") {
    CHECK(trouble("aor\n") == "groups.csv:1: column 'members' is missing");
    CHECK_THAT(trouble("aor,members,password\n"), Catch::StartsWith("groups.csv:1: column 'password' is unknown"));
    const std::string header = "aor,members,strategy,ring_for,overflow,night,night_target,enabled\n";
    const std::pair<std::string, std::string> rows[] = {
        {"sales,,,,,,,", "aor: "},
        {"sales@north.test,sales@north.test,,,,,,", "members: 'sales@north.test' is the group itself"},
        {"sales@north.test,ann@,,,,,,", "members: 'ann@' is neither user@domain nor a number"},
        {"sales@north.test,a;b,,,,,,", "members: 'a;b' is neither user@domain nor a number"},
        {"sales@north.test,ann ann,,,,,,", "members: 'ann' is named twice"},
        {"sales@north.test,voicemail,,,,,,", "members: 'voicemail' stands for overflow and night only"},
        {"sales@north.test,ann/2,,,,,,", "'2' is no time to ring for: write seconds, 3 to 170"},
        {"sales@north.test,ann/,,,,,,", "'' is no time to ring for"},
        {"sales@north.test,,random,,,,,", "strategy: none of"},
        {"sales@north.test,,,20s,,,,", "'20s' is no time to ring for"},
        {"sales@north.test,,,,a@b@c,,,", "overflow: "},
        {"sales@north.test,,,,,always,ann,", "night: 'always' is no window: write it as in 18:00-08:00"},
        {"sales@north.test,,,,,18:00-08:00,,", "night_target: empty; it says where calls go at night"},
        {"sales@north.test,,,,,,,perhaps", "enabled: neither true nor false"},
        {"sales@north.test", "1 fields, but 8 columns"},
    };
    for (const auto& [row, expected] : rows) {
        CAPTURE(row);
        CHECK_THAT(trouble(header + row + "\n"), Catch::StartsWith("groups.csv:2: " + expected));
    }
    CHECK(trouble("aor,members\nsales@north.test,\nsales@north.test,\n") == "groups.csv:3: aor: the same as in line 2");
    std::string members;
    for (int i = 0; i < 65; ++i) members += " m" + std::to_string(i);
    CHECK(trouble("aor,members\nsales@north.test," + members + "\n") == "groups.csv:2: members: more than 64");
}

TEST_CASE("a group that is a member of another is refused", "[store][csv][calls][groups]") {
    CHECK(trouble("aor,members\nsales@north.test,help@north.test\nhelp@north.test,ann\n") ==
          "groups.csv:2: members: 'help@north.test' is a group; only overflow and night_target may be groups");
    CHECK(read("aor,members,overflow\nsales@north.test,ann,help@north.test\nhelp@north.test,ann,\n"));
}
