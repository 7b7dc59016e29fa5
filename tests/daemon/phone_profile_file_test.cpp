// phone-profiles = FILE.
#include <catch2/catch.hpp>

#include "options_support.h"

using namespace innkeeper::daemon;

TEST_CASE("the shipped table is the one that the daemon brings along", "[options][profile]") {
    const auto parsed = parse_site({"--phone-profiles", INNKEEPER_SOURCE_DIR "/etc/phone-profiles.conf"});
    CHECK(texts(parsed.problems).empty());
    CHECK(parsed.options.settings.phone_profiles == innkeeper::core::standard_phone_profiles());
    CHECK(parse_site({}).options.settings.phone_profiles == innkeeper::core::standard_phone_profiles());
}

TEST_CASE("an operator's own table replaces the built-in one", "[options][profile]") {
    const TemporaryFolder folder;
    const auto path = folder.file("phones.conf", "[default]\nconcurrent = standby\n");
    const auto parsed = parse_site({"--phone-profiles", path});
    CHECK(texts(parsed.problems).empty());
    CHECK(parsed.options.settings.phone_profiles.of("Yealink").name == "default");
    CHECK(parsed.options.settings.phone_profiles.of("Yealink").concurrent == innkeeper::core::Concurrent::standby);
}

TEST_CASE("a fault in the table is told with its file and line", "[options][profile]") {
    const TemporaryFolder folder;
    const auto path = folder.file("phones.conf", "[default]\nconcurrent = yes\nanswer.draining = 404 Gone\n");
    const auto problems = texts(parse_site({"--phone-profiles", path}).problems);
    REQUIRE(problems.size() == 2);
    CHECK(problems[0] == path + ":2: concurrent: 'yes' is not known: write one of block, standby");
    CHECK(problems[1].starts_with(path + ":3: answer.draining: 404 says more"));
}

TEST_CASE("a table that is not there is told with the line that names it", "[options][profile]") {
    const auto problems = texts(parse_site({"--phone-profiles", "/nowhere/phones.conf"}).problems);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0] == "command line: phone-profiles: '/nowhere/phones.conf' is not read: No such file or directory");
}
