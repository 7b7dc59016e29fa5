#include "core/hunt_group.h"

#include <catch2/catch.hpp>

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;

namespace {

const base::Aor sales = *base::Aor::parse("sales@example.test");

base::Expected<HuntGroup> parse(const std::string& group) {
    return parse_hunt_group(sales, R"({"dnd": false, "group": )" + group + "}");
}

std::string trouble(const std::string& group) {
    const auto parsed = parse(group);
    return parsed ? "" : parsed.error().text;
}

std::string listed(const HuntGroup& group) {
    std::string text;
    for (const HuntMember& member : group.members)
        text += to_text(member.target) + "/" + std::to_string(member.ring_for / 1s) + " ";
    return text;
}

}  // namespace

TEST_CASE("a hunt group is read from its record's settings", "[calls][groups][IP5]") {
    const auto group = parse(R"({"strategy": "rotary", "ring_for": 15,
        "members": ["ann@Example.test", {"to": "bob@example.test", "ring_for": 30}, "0049301234"],
        "overflow": "voicemail", "night": ["18:00-08:00"], "night_target": "1000"})");
    REQUIRE(group);
    CHECK(group->strategy == HuntStrategy::rotary);
    CHECK(listed(*group) == "ann@example.test/15 bob@example.test/30 0049301234/15 ");
    CHECK(group->members[2].target.number);
    CHECK(group->members[2].target.aor.text() == "0049301234@example.test");
    REQUIRE(group->overflow);
    CHECK(group->overflow->voicemail);
    CHECK(group->night == std::vector<DailyWindow>{{18 * 60, 8 * 60}});
    CHECK(group->night_target.aor.text() == "1000@example.test");
}

TEST_CASE("what a definition does not say has its default", "[calls][groups][IP5]") {
    const auto group = parse(R"({"members": ["ann@example.test"]})");
    REQUIRE(group);
    CHECK(group->strategy == HuntStrategy::ring_all);
    CHECK(group->members[0].ring_for == 20s);
    CHECK_FALSE(group->overflow);
    CHECK_FALSE(group->is_night(3 * 60));
    CHECK(parse("{}"));
}

TEST_CASE("a night may have several windows, and there is none while the time of day is not known",
          "[calls][groups][IP5]") {
    const auto group = parse(R"({"night": ["18:00-08:00", "12:00-13:00"],
                                 "night_target": "voicemail"})");
    REQUIRE(group);
    CHECK(group->is_night(18 * 60));
    CHECK(group->is_night(0));
    CHECK(group->is_night(12 * 60 + 59));
    CHECK_FALSE(group->is_night(13 * 60));
    CHECK_FALSE(group->is_night(8 * 60));
    CHECK_FALSE(group->is_night(std::nullopt));
}

TEST_CASE("a definition that is wrong is refused by the key that is", "[calls][groups][IP5]") {
    const std::pair<std::string, std::string> wrong[] = {
        {R"({"strategy": "all"})", "strategy: none of ring_all, sequential, rotary, longest_idle"},
        {R"({"strategy": 1})", "strategy: none of"},
        {R"({"ring_for": 2})", "ring_for: not a number of seconds from 3 to 170"},
        {R"({"ring_for": 171})", "ring_for: not"},
        {R"({"ring_for": 18446744073709551615})", "ring_for: not"},
        {R"({"ring_for": "20"})", "ring_for: not"},
        {R"({"members": "ann@example.test"})", "members: not a list"},
        {R"({"members": [7]})", "members: '' is neither user@domain nor a number"},
        {R"({"members": ["ann@"]})", "members: 'ann@' is neither user@domain nor a number"},
        {R"({"members": ["sales@example.test"]})", "members: 'sales"},
        {R"({"members": ["sales"]})", "members: 'sales"},
        {R"({"members": ["ann", "ann@example.test"]})", "members: 'ann@example.test' is named twice"},
        {R"({"members": [{"to": "ann", "ring_for": 1}]})", "ring_for: not"},
        {R"({"members": [{}]})", "members: ''"},
        {R"({"members": ["voicemail"]})", "members: 'voicemail' stands for overflow and night only"},
        {R"({"overflow": ""})", "overflow: '' is neither user@domain nor a number"},
        {R"({"overflow": ["ann"]})", "overflow: ''"},
        {R"({"night": {}})", "night: not a list of at most 8 windows"},
        {R"({"night": ["24:00-08:00"], "night_target": "ann"})", "night: a window is two times of day"},
        {R"({"night": ["08:00-08:00"], "night_target": "ann"})", "night: a window is two times of day"},
        {R"({"night": ["8:00-09:00"], "night_target": "ann"})", "night: a window is two times of day"},
        {R"({"night": [1], "night_target": "ann"})", "night: a window is two times of day"},
        {R"({"night": ["18:00-08:00"]})", "night_target: missing"},
    };
    for (const auto& [definition, expected] : wrong) {
        CAPTURE(definition);
        CHECK_THAT(trouble(definition), Catch::StartsWith(expected));
    }
    std::string members = R"("m0")";
    for (std::size_t i = 1; i <= HuntGroup::most_members; ++i) members += R"(, "m)" + std::to_string(i) + '"';
    CHECK(trouble(R"({"members": [)" + members + "]}") == "members: more than 64");
}

TEST_CASE("settings that define no group are no group", "[calls][groups][IP5]") {
    for (const char* settings : {"", "{}", "[]", "{", R"({"group": 1})", "\xff"})
        CHECK_FALSE(parse_hunt_group(sales, settings));
}
