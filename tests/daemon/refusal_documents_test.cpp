// What operators are told to do about a refusal stands in one table; README.md has the same.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "core/refusal.h"
#include "daemon/option_table.h"

using namespace innkeeper;

TEST_CASE("README.md has a row for every reason of a refusal, with what to do", "[refusals][documents]") {
    std::ifstream file(INNKEEPER_SOURCE_DIR "/README.md");
    std::ostringstream text;
    text << file.rdbuf();
    REQUIRE_FALSE(text.str().empty());
    for (const core::Refusal refusal : core::every_refusal) {
        const std::string row = "| `" + std::string(to_text(refusal)) + "` | " +
                                std::to_string(core::answer_for(refusal).status) + " | " +
                                std::string(core::advice(refusal)) + " |";
        INFO("README.md misses this row:\n" << row);
        CHECK(text.str().find("\n" + row + "\n") != std::string::npos);
    }
}

TEST_CASE("every reason of a refusal is explained and says what to do", "[refusals][documents]") {
    const std::string table = daemon::refusals_text();
    for (const core::Refusal refusal : core::every_refusal) {
        INFO(to_text(refusal));
        CHECK(core::explanation(refusal).size() > 20);
        CHECK_FALSE(core::advice(refusal).empty());
        CHECK(core::advice(refusal).find('|') == std::string_view::npos);  // it stands in a table
        CHECK(table.find("\n    To do: " + std::string(core::advice(refusal)) + "\n") != std::string::npos);
    }
}
