// What a user has set for their calls (IP10), read from the JSON object in their record. The record carries it
// opaquely, so it follows the phone wherever its record is. Keys that are not known here are kept. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "base/instant.h"

namespace innkeeper::core {

enum class Right : std::uint8_t {  // whom a user may call
    internal,                      // users, groups and voicemail of this network
    national,                      // and, by the PBX, numbers without the international prefix
    all,
};

struct CallFeatures {
    bool dnd = false;
    // Where calls go instead: an extension, a user, user@domain of this network, or a number for the PBX. Empty:
    // nowhere.
    std::string forward_always;
    std::string forward_busy;
    std::string forward_no_answer;  // also when no phone of the user is registered
    base::Duration no_answer_after = std::chrono::seconds(20);
    std::optional<bool> simultaneous;  // true: all phones at once; false: one after the other; else as their q says
    std::string identity;              // shown to others in place of the user's own name or number
    Right right = Right::all;
    bool voicemail = true;  // where the home has a voicemail server
};

// Of a record's settings. What is not as it should be counts as not set: a call must not fail because of it.
CallFeatures features_of(std::string_view settings);

// `settings` with the keys of `changes` put in, or taken out where they are null. Refused: what is no JSON object, a
// known key with a value that it cannot have (the error names it), more than Limits::settings_octets.
base::Expected<std::string> changed_settings(std::string_view settings, std::string_view changes);

// One key of both, as JSON; "null" where it is not set.
struct SettingChange {
    std::string key;
    std::string before;
    std::string after;
};
std::vector<SettingChange> differences(std::string_view before, std::string_view after);

}  // namespace innkeeper::core
