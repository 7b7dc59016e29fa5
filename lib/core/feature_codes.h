// Feature codes: what users dial to change their own settings (IP10). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace innkeeper::core {

enum class FeatureAction : std::uint8_t {
    dnd_on,
    dnd_off,
    forward_always,  // with a number behind the code
    forward_always_off,
    forward_busy,
    forward_busy_off,
    forward_no_answer,
    forward_no_answer_off,
};
std::string_view to_text(FeatureAction action);  // "dnd-on", ..., as an operator writes it
std::optional<FeatureAction> feature_action_from(std::string_view text);

struct FeatureCode {
    FeatureAction action = FeatureAction::dnd_on;
    std::string code;
};
using FeatureCodes = std::vector<FeatureCode>;
FeatureCodes standard_feature_codes();

struct FeatureChange {
    std::string changes;  // a JSON object, for changed_settings()
    std::string done;     // what the phone shows then
};
// What was dialled, if it is a code: the change, or what is wrong with it. Nothing: no code.
std::optional<base::Expected<FeatureChange>> read_feature_code(const FeatureCodes& codes, std::string_view dialled);

}  // namespace innkeeper::core
