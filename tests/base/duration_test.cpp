#include "base/duration.h"

#include <catch2/catch.hpp>

using namespace innkeeper::base;
using namespace std::chrono_literals;

TEST_CASE("durations are read in every unit", "[base][duration]") {
    CHECK(*parse_duration("500ms") == 500ms);
    CHECK(*parse_duration("15s") == 15s);
    CHECK(*parse_duration("3min") == 3min);
    CHECK(*parse_duration("1h") == 1h);
    CHECK(*parse_duration("0s") == 0s);
    CHECK(*parse_duration("007s") == 7s);
    CHECK(*parse_duration("87672h") == 87672h);
}

TEST_CASE("what is no duration is refused with what to write", "[base][duration]") {
    for (const std::string_view text : {"", "s", "15", "15 s", " 15s", "15s ", "-15s", "-0s", "+15s", "1.5s", "15S",
                                        "15m", "15sec", "1h30min", "0x10s", "15\u00b5s"}) {
        INFO(text);
        const auto duration = parse_duration(text);
        REQUIRE_FALSE(duration);
        CHECK(duration.error().text.find("ms, s, min or h") != std::string::npos);
    }
}

TEST_CASE("a duration beyond ten years is refused, also one that no number holds", "[base][duration]") {
    for (const std::string_view text :
         {"87673h", "9223372036854775807ms", "9223372036854775807h", "99999999999999999999s"}) {
        INFO(text);
        const auto duration = parse_duration(text);
        REQUIRE_FALSE(duration);
        CHECK(duration.error().text.find("10 years") != std::string::npos);
    }
}

TEST_CASE("durations are written in the largest unit that is exact, and read back the same", "[base][duration]") {
    CHECK(to_text(0s) == "0s");
    CHECK(to_text(500ms) == "500ms");
    CHECK(to_text(1500ms) == "1500ms");
    CHECK(to_text(90s) == "90s");
    CHECK(to_text(60s) == "1min");
    CHECK(to_text(90min) == "90min");
    CHECK(to_text(120min) == "2h");
    CHECK(to_text(-90s) == "-90s");
    CHECK(to_text(std::chrono::microseconds(1499)) == "1ms");
    for (const Duration duration : {Duration(1ms), Duration(999ms), Duration(61s), Duration(3599s), Duration(25h)})
        CHECK(*parse_duration(to_text(duration)) == duration);
}
