// The one table of options: flags, environment, configuration file, --help and etc/innkeeper.conf all follow it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/options.h"

namespace innkeeper::daemon {

struct Option {
    // Takes one value into the options; returns what is wrong with it.
    using Take = std::optional<std::string> (*)(Options& options, std::string_view value);

    enum class Kind : std::uint8_t {
        setting,  // from every source
        flag,     // command line only
        command,  // command line only, and only one of them
    };
    enum class Argument : std::uint8_t { none, optional, required };

    std::string_view section;  // heading in --help
    std::string_view key;
    std::string_view argument_name;          // in --help
    std::vector<std::string_view> defaults;  // as the operator would write them
    std::string_view help;                   // one line
    Take take;
    Kind kind = Kind::setting;
    bool repeatable = false;
    Argument argument = Argument::required;
};

const std::vector<Option>& option_table();
const Option* find_option(std::string_view key);

// Defaults that a preset replaces; explicit values go before both.
struct PresetValue {
    std::string_view preset;
    std::string_view key;
    std::string_view value;
};
std::span<const PresetValue> preset_values();

std::string help_text();
std::string refusals_text();

// ", did you mean KEY?" when a key of the table is near, else empty.
std::string suggestion(std::string_view unknown);

}  // namespace innkeeper::daemon
