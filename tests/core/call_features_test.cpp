#include "core/call_features.h"

#include <catch2/catch.hpp>

#include "core/limits.h"

namespace innkeeper::core {

using namespace std::chrono_literals;

TEST_CASE("a user's settings are read from the record", "[calls][IP10]") {
    const CallFeatures features = features_of(
        R"({"dnd":true,"forward_always":"1002","forward_busy":"eve@example.com","forward_no_answer":"0301234",
            "no_answer_after":15,"simultaneous":false,"identity":"+49301234","right":"national","voicemail":false,
            "theme":"dark"})");
    CHECK(features.dnd);
    CHECK(features.forward_always == "1002");
    CHECK(features.forward_busy == "eve@example.com");
    CHECK(features.forward_no_answer == "0301234");
    CHECK(features.no_answer_after == 15s);
    CHECK(features.simultaneous == false);
    CHECK(features.identity == "+49301234");
    CHECK(features.right == Right::national);
    CHECK_FALSE(features.voicemail);
}

TEST_CASE("settings that are not as they should be count as not set", "[calls][R12]") {
    for (const std::string settings :
         {"", "no json", "[1,2]", R"({"dnd":"yes","forward_always":7,"no_answer_after":0,"right":"galactic"})",
          R"({"forward_always":"a b","forward_busy":"<sip:x>","forward_no_answer":"x@","no_answer_after":1000000})"}) {
        INFO(settings);
        const CallFeatures features = features_of(settings);
        CHECK_FALSE(features.dnd);
        CHECK(features.forward_always.empty());
        CHECK(features.forward_busy.empty());
        CHECK(features.forward_no_answer.empty());
        CHECK(features.no_answer_after == 20s);
        CHECK(features.right == Right::all);
    }
}

TEST_CASE("a change puts keys in and takes keys out, and leaves the others as they are", "[calls]") {
    const auto changed = changed_settings(R"({"theme":"dark","dnd":true})", R"({"dnd":null,"forward_busy":"1002"})");
    REQUIRE(changed);
    CHECK(*changed == R"({"forward_busy":"1002","theme":"dark"})");
    CHECK(*changed_settings("", R"({"dnd":true})") == R"({"dnd":true})");
}

TEST_CASE("a change that cannot be says why", "[calls]") {
    const auto why = [](const std::string& changes) { return changed_settings("{}", changes).error().text; };
    CHECK(why("dnd") == "settings are a JSON object, as in {\"dnd\":true}");
    CHECK(why(R"({"dnd":1})") == "\"dnd\" is true or false, or null to take it away");
    CHECK(why(R"({"no_answer_after":4})").find("5 to 180") != std::string::npos);
    CHECK(why(R"({"right":"some"})").find("\"internal\"") != std::string::npos);
    CHECK(why(R"({"forward_busy":"a b"})").find("a number") != std::string::npos);
    CHECK(why(R"({"forward_busy":"@x"})").find("a number") != std::string::npos);
    CHECK(why("{\"note\":\"" + std::string(Limits::settings_octets, 'x') + "\"}") ==
          "settings have at most 4096 octets");
}

TEST_CASE("what has changed is told key by key", "[calls][IP6]") {
    const auto found = differences(R"({"dnd":false,"theme":"dark"})", R"({"dnd":true,"forward_busy":"1002"})");
    REQUIRE(found.size() == 3);
    CHECK((found[0].key == "dnd" && found[0].before == "false" && found[0].after == "true"));
    CHECK((found[1].key == "forward_busy" && found[1].before == "null" && found[1].after == "\"1002\""));
    CHECK((found[2].key == "theme" && found[2].after == "null"));
}

}  // namespace innkeeper::core
