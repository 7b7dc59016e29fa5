#include "core/call_features.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/limits.h"

namespace innkeeper::core {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t shortest_ring = 5, longest_ring = 180;  // seconds; timer C ends a call that rings longer
constexpr std::size_t longest_target = 128;

bool take_flag(const Json& value, bool& flag) {
    if (!value.is_boolean()) return false;
    flag = value.get<bool>();
    return true;
}

// What may stand as the user part, or as user@domain, of a SIP URI without being escaped.
bool take_target(const Json& value, std::string& target) {
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    const bool sound =
        text.size() <= longest_target && std::all_of(text.begin(), text.end(), [](char letter) {
            const bool is_alphanumeric = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                                         (letter >= 'A' && letter <= 'Z');
            return is_alphanumeric || std::string_view("+-_.!~*'()@").find(letter) != std::string_view::npos;
        });
    const auto at = text.find('@');
    if (!sound || at == 0 ||
        (at != std::string::npos && (at + 1 == text.size() || text.find('@', at + 1) != std::string::npos)))
        return false;
    target = text;
    return true;
}

struct Key {
    std::string_view name;
    std::string_view expects;  // in words
    std::function<bool(const Json&, CallFeatures&)> take;
};

constexpr std::string_view a_flag = "true or false";
constexpr std::string_view a_target = "a number, an extension or a user, at most 128 octets";

const std::vector<Key>& known_keys() {
    static const std::vector<Key> keys = {
        {"dnd", a_flag, [](const Json& v, CallFeatures& f) { return take_flag(v, f.dnd); }},
        {"forward_always", a_target, [](const Json& v, CallFeatures& f) { return take_target(v, f.forward_always); }},
        {"forward_busy", a_target, [](const Json& v, CallFeatures& f) { return take_target(v, f.forward_busy); }},
        {"forward_no_answer", a_target,
         [](const Json& v, CallFeatures& f) { return take_target(v, f.forward_no_answer); }},
        {"no_answer_after", "a whole number of seconds, 5 to 180",
         [](const Json& v, CallFeatures& f) {
             if (!v.is_number_integer()) return false;
             const auto seconds = v.get<std::int64_t>();
             if (seconds < shortest_ring || seconds > longest_ring) return false;
             f.no_answer_after = std::chrono::seconds(seconds);
             return true;
         }},
        {"simultaneous", a_flag,
         [](const Json& v, CallFeatures& f) { return take_flag(v, f.simultaneous.emplace(false)); }},
        {"identity", a_target, [](const Json& v, CallFeatures& f) { return take_target(v, f.identity); }},
        {"right", "\"internal\", \"national\" or \"all\"",
         [](const Json& v, CallFeatures& f) {
             if (v == "internal")
                 f.right = Right::internal;
             else if (v == "national")
                 f.right = Right::national;
             else if (v == "all")
                 f.right = Right::all;
             else
                 return false;
             return true;
         }},
        {"voicemail", a_flag, [](const Json& v, CallFeatures& f) { return take_flag(v, f.voicemail); }},
    };
    return keys;
}

const Key* find_key(std::string_view name) {
    const auto& keys = known_keys();
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
    return found == keys.end() ? nullptr : &*found;
}

Json object_of(std::string_view text) {
    Json json = Json::parse(text, nullptr, false);
    return json.is_object() ? json : Json::object();
}

}  // namespace

CallFeatures features_of(std::string_view settings) {
    CallFeatures features;
    if (settings.empty() || settings == "{}") return features;  // most users', and at every call
    const Json json = object_of(settings);
    for (const auto& [name, value] : json.items())
        if (const Key* key = find_key(name)) {
            CallFeatures taken = features;
            if (key->take(value, taken)) features = std::move(taken);
        }
    return features;
}

base::Expected<std::string> changed_settings(std::string_view settings, std::string_view changes) {
    const Json wanted = Json::parse(changes, nullptr, false);
    if (!wanted.is_object()) return base::error("settings are a JSON object, as in {\"dnd\":true}");
    Json merged = object_of(settings);
    for (const auto& [name, value] : wanted.items()) {
        if (value.is_null()) {
            merged.erase(name);
            continue;
        }
        CallFeatures ignored;
        const Key* key = find_key(name);
        if (key != nullptr && !key->take(value, ignored))
            return base::error("\"" + name + "\" is " + std::string(key->expects) + ", or null to take it away");
        merged[name] = value;
    }
    std::string text = merged.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > Limits::settings_octets)
        return base::error("settings have at most " + std::to_string(Limits::settings_octets) + " octets");
    return text;
}

std::vector<SettingChange> differences(std::string_view before, std::string_view after) {
    const Json was = object_of(before);
    const Json is = object_of(after);
    Json names = was;
    names.update(is);
    std::vector<SettingChange> found;
    const auto text_of = [](const Json& in, const std::string& name) {
        return in.contains(name) ? in.at(name).dump(-1, ' ', false, Json::error_handler_t::replace) : "null";
    };
    for (const auto& [name, value] : names.items()) {
        SettingChange change{name, text_of(was, name), text_of(is, name)};
        if (change.before != change.after) found.push_back(std::move(change));
    }
    return found;
}

}  // namespace innkeeper::core
