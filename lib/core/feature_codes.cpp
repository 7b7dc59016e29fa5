#include "core/feature_codes.h"

#include <algorithm>

namespace innkeeper::core {
namespace {

struct Meaning {
    FeatureAction action;
    std::string_view name;
    std::string_view usual_code;
    std::string_view key;  // of the settings
    bool takes_number;
    std::string_view done;
};

constexpr Meaning meanings[] = {
    {FeatureAction::dnd_on, "dnd-on", "*78", "dnd", false, "Do Not Disturb Is On"},
    {FeatureAction::dnd_off, "dnd-off", "*79", "dnd", false, "Do Not Disturb Is Off"},
    {FeatureAction::forward_always, "forward-always", "*72", "forward_always", true, "All Calls Go To"},
    {FeatureAction::forward_always_off, "forward-always-off", "*73", "forward_always", false,
     "Calls Are Not Forwarded"},
    {FeatureAction::forward_busy, "forward-busy", "*90", "forward_busy", true, "Calls When Busy Go To"},
    {FeatureAction::forward_busy_off, "forward-busy-off", "*91", "forward_busy", false,
     "Calls When Busy Are Not Forwarded"},
    {FeatureAction::forward_no_answer, "forward-no-answer", "*92", "forward_no_answer", true, "Unanswered Calls Go To"},
    {FeatureAction::forward_no_answer_off, "forward-no-answer-off", "*93", "forward_no_answer", false,
     "Unanswered Calls Are Not Forwarded"},
};

const Meaning& meaning_of(FeatureAction action) {
    return *std::find_if(std::begin(meanings), std::end(meanings),
                         [action](const Meaning& one) { return one.action == action; });
}

bool is_number(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
               (letter >= 'A' && letter <= 'Z') || std::string_view("+*._-").find(letter) != std::string_view::npos;
    });
}

std::string value_of(const Meaning& meaning, std::string_view number) {
    if (meaning.takes_number) return '"' + std::string(number) + '"';
    return meaning.action == FeatureAction::dnd_on ? "true" : "null";
}

}  // namespace

std::string_view to_text(FeatureAction action) {
    return meaning_of(action).name;
}

std::optional<FeatureAction> feature_action_from(std::string_view text) {
    for (const Meaning& meaning : meanings)
        if (meaning.name == text) return meaning.action;
    return std::nullopt;
}

FeatureCodes standard_feature_codes() {
    FeatureCodes codes;
    for (const Meaning& meaning : meanings) codes.push_back({meaning.action, std::string(meaning.usual_code)});
    return codes;
}

std::optional<base::Expected<FeatureChange>> read_feature_code(const FeatureCodes& codes, std::string_view dialled) {
    const FeatureCode* best = nullptr;  // the longest one that fits
    for (const FeatureCode& one : codes) {
        const bool fits =
            meaning_of(one.action).takes_number ? dialled.substr(0, one.code.size()) == one.code : dialled == one.code;
        if (fits && (best == nullptr || one.code.size() > best->code.size())) best = &one;
    }
    if (best == nullptr) return std::nullopt;
    const Meaning& meaning = meaning_of(best->action);
    std::string_view number = dialled.substr(best->code.size());
    while (!number.empty() && number.back() == '#') number.remove_suffix(1);  // "that is all" on many phones
    if (meaning.takes_number && (number.empty() || !is_number(number)))
        return base::Expected<FeatureChange>(base::error("A Number Must Follow " + best->code));
    FeatureChange change;
    change.changes = "{\"" + std::string(meaning.key) + "\":" + value_of(meaning, number) + "}";
    change.done = std::string(meaning.done) + (meaning.takes_number ? " " + std::string(number) : "");
    return base::Expected<FeatureChange>(std::move(change));
}

}  // namespace innkeeper::core
