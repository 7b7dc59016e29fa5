// The table, --help and etc/innkeeper.conf say the same.
#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "daemon/option_table.h"
#include "options_support.h"

using namespace innkeeper::daemon;

namespace {

struct Documented {
    std::vector<std::string> values;
    bool explained = false;  // a comment in words stands right before it
};

std::map<std::string, Documented> shipped_configuration() {
    std::ifstream file(INNKEEPER_SOURCE_DIR "/etc/innkeeper.conf");
    REQUIRE(file);
    std::map<std::string, Documented> keys;
    std::string previous_key;
    bool words_before = false;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with("# ")) {
            words_before = !line.empty();
            previous_key.clear();
            continue;
        }
        if (line == "#") continue;
        INFO("etc/innkeeper.conf: " << line);
        REQUIRE(line.front() == '#');  // nothing is set
        const auto equals = line.find('=');
        REQUIRE(equals != std::string::npos);
        const std::string key = line.substr(1, line.find_first_of(" =") - 1);
        auto value = line.substr(equals + 1);
        value.erase(0, value.find_first_not_of(' '));
        CHECK((previous_key == key || !keys.contains(key)));
        keys[key].values.push_back(value);
        keys[key].explained = keys[key].explained || words_before;
        previous_key = key;
        words_before = false;
    }
    return keys;
}

bool is_in_file(const Option& option) {
    return option.kind == Option::Kind::setting && option.key != "config";
}

}  // namespace

TEST_CASE("the shipped configuration has every setting, its default and its reason, and nothing else", "[options]") {
    auto documented = shipped_configuration();
    for (const Option& option : option_table()) {
        if (!is_in_file(option)) continue;
        const std::string key(option.key);
        INFO(key);
        REQUIRE(documented.contains(key));
        CHECK(documented[key].explained);
        std::vector<std::string> defaults;
        for (std::string_view value : option.defaults) {
            while (value.ends_with(' ')) value.remove_suffix(1);
            defaults.emplace_back(value);
        }
        if (defaults.empty()) defaults.emplace_back();
        CHECK(documented[key].values == defaults);
        documented.erase(key);
    }
    for (const auto& [key, unknown] : documented) FAIL("etc/innkeeper.conf has the unknown key " + key);
}

TEST_CASE("the shipped configuration with its comment marks removed is read", "[options]") {
    const TemporaryFolder folder;
    std::ostringstream text;
    for (const auto& [key, documented] : shipped_configuration())
        for (const std::string& value : documented.values)
            if (!value.empty()) text << key << " = " << value << "\n";
    const auto parsed = parse_site({"--config", folder.file("innkeeper.conf", text.str())});
    CHECK(texts(parsed.problems).empty());
    const auto defaults = parse_site({});
    CHECK(parsed.options.listen == defaults.options.listen);
    CHECK(parsed.options.settings.failover.homeless_grace == defaults.options.settings.failover.homeless_grace);
}

TEST_CASE("--help has every option with its default, in lines of 120 characters", "[options]") {
    std::istringstream lines(help_text());
    std::string help;  // with the lines of one option joined
    for (std::string line; std::getline(lines, line);) {
        CHECK(line.size() <= 120);
        const std::string_view continuation = "          ";
        help += line.starts_with(continuation) ? line.substr(line.find_first_not_of(' ') - 1) : "\n" + line;
    }
    for (const Option& option : option_table()) {
        auto at = help.find("\n  --" + std::string(option.key) + " ");
        if (at == std::string::npos) at = help.find("\n  --" + std::string(option.key) + "[=");
        INFO(option.key);
        REQUIRE(at != std::string::npos);
        const std::string entry = help.substr(at + 1, help.find('\n', at + 1) - at - 1);
        CHECK(entry.find(option.help) != std::string::npos);
        CHECK(entry.find(option.argument_name) != std::string::npos);
        for (const std::string_view value : option.defaults) {
            INFO(value);
            CHECK(entry.find(value.substr(0, value.find_last_not_of(' ') + 1)) != std::string::npos);
        }
        CHECK_FALSE(option.section.empty());
    }
}

TEST_CASE("every key of the table is a name of its own", "[options]") {
    std::map<std::string_view, int> count;
    for (const Option& option : option_table()) ++count[option.key];
    for (const auto& [key, times] : count) {
        INFO(key);
        CHECK(times == 1);
        CHECK(find_option(key)->key == key);
    }
    CHECK(find_option("none") == nullptr);
}

TEST_CASE("a near miss is recognised, a far one is not", "[options]") {
    CHECK(suggestion("heartbeat-intervall") == ", did you mean heartbeat-interval?");
    CHECK(suggestion("lost_after") == ", did you mean lost-after?");
    CHECK(suggestion("frobnicate").empty());
}
