// Which refusal goes back to the caller, by table.
#include "calls/response_choice.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace innkeeper::calls {
namespace {

Message refusal(std::uint16_t status) {
    Message message;
    message.status = status;
    return message;
}

}  // namespace

TEST_CASE("of several refusals the one that tells the caller most goes back, in whatever order they came",
          "[calls][IP5]") {
    struct Row {
        std::vector<std::uint16_t> refusals;
        std::uint16_t expected;
    };
    const Row rows[] = {
        {{480, 486}, 486},            // somebody is there, and talks
        {{404, 486, 408}, 486},       // two phones that are not there say nothing
        {{410, 480, 404, 488}, 488},  // the lowest number is not the one that tells most
        {{404, 480}, 480},           {{408, 480, 487}, 480}, {{486, 484}, 484},
        {{401, 486}, 401},  // with a password it may go through
        {{486, 603}, 603},  // the user's own word
        {{480, 302, 500}, 302},      {{503, 408}, 408},      {{500, 503}, 500},
    };
    for (Row row : rows) {
        std::sort(row.refusals.begin(), row.refusals.end());
        do {
            CAPTURE(row.refusals);
            ResponseChoice choice;
            for (const std::uint16_t status : row.refusals) choice.add(refusal(status));
            CHECK(choice.status() == row.expected);
        } while (std::next_permutation(row.refusals.begin(), row.refusals.end()));
    }
}

TEST_CASE("who declines for himself alone is busy, or cannot, as far as the others go", "[calls][IP5]") {
    CHECK(for_itself_alone(600) == 486);
    CHECK(for_itself_alone(603) == 486);
    CHECK(for_itself_alone(607) == 486);
    CHECK(for_itself_alone(604) == 404);
    CHECK(for_itself_alone(606) == 488);
    CHECK(for_itself_alone(486) == 486);
}

}  // namespace innkeeper::calls
