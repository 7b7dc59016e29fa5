#include "core/feature_codes.h"

#include <catch2/catch.hpp>

#include "core/call_features.h"

namespace innkeeper::core {

TEST_CASE("a code that is dialled is a change of one setting", "[calls][IP10]") {
    const FeatureCodes codes = standard_feature_codes();
    struct Row {
        std::string dialled;
        std::string changes;
        std::string done;
    };
    for (const Row& row : std::vector<Row>{
             {"*78", R"({"dnd":true})", "Do Not Disturb Is On"},
             {"*79", R"({"dnd":null})", "Do Not Disturb Is Off"},
             {"*721002", R"({"forward_always":"1002"})", "All Calls Go To 1002"},
             {"*72+49301234#", R"({"forward_always":"+49301234"})", "All Calls Go To +49301234"},
             {"*73", R"({"forward_always":null})", "Calls Are Not Forwarded"},
             {"*901002", R"({"forward_busy":"1002"})", "Calls When Busy Go To 1002"},
             {"*921002", R"({"forward_no_answer":"1002"})", "Unanswered Calls Go To 1002"},
             {"*93", R"({"forward_no_answer":null})", "Unanswered Calls Are Not Forwarded"},
         }) {
        INFO(row.dialled);
        const auto read = read_feature_code(codes, row.dialled);
        REQUIRE((read && *read));
        CHECK((**read).changes == row.changes);
        CHECK((**read).done == row.done);
        CHECK(changed_settings("{}", (**read).changes));
    }
}

TEST_CASE("a code without its number says what is missing, and what is no code is a call", "[calls]") {
    const FeatureCodes codes = standard_feature_codes();
    const auto missing = read_feature_code(codes, "*72");
    REQUIRE((missing && !*missing));
    CHECK(missing->error().text == "A Number Must Follow *72");
    CHECK_FALSE(*read_feature_code(codes, "*72<x>"));
    for (const char* number : {"1002", "*7", "*731002", "*780", "", "**"})
        CHECK_FALSE(read_feature_code(codes, number));
    CHECK_FALSE(read_feature_code({}, "*78"));
}

TEST_CASE("of two codes the longer one is meant", "[calls]") {
    const FeatureCodes codes = {{FeatureAction::forward_always, "*7"}, {FeatureAction::dnd_on, "*78"}};
    CHECK((**read_feature_code(codes, "*78")).changes == R"({"dnd":true})");
    CHECK((**read_feature_code(codes, "*71")).changes == R"({"forward_always":"1"})");
}

TEST_CASE("every action has the name that the operator writes", "[calls]") {
    for (const FeatureCode& code : standard_feature_codes())
        CHECK(feature_action_from(to_text(code.action)) == code.action);
    CHECK_FALSE(feature_action_from("dnd"));
}

}  // namespace innkeeper::core
