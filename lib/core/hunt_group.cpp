#include "core/hunt_group.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace innkeeper::core {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<HuntStrategy, std::string_view>, 4> strategies = {{
    {HuntStrategy::ring_all, "ring_all"},
    {HuntStrategy::sequential, "sequential"},
    {HuntStrategy::rotary, "rotary"},
    {HuntStrategy::longest_idle, "longest_idle"},
}};

constexpr std::string_view voicemail = "voicemail";

std::string in_seconds(base::Duration duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

bool is_dialled(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("+*#-._").find(c) != std::string_view::npos;
}

// Reads one definition; the first thing that is wrong with it stays in `error`.
class DefinitionReader {
public:
    DefinitionReader(const base::Aor& group, const Json& json) : group_(group), json_(json) {}

    HuntGroup read() {
        HuntGroup group;
        read_strategy(group);
        const base::Duration ring_for = ring_time(json_, HuntGroup::usual_ring);
        read_members(group, ring_for);
        if (json_.contains("overflow")) group.overflow = target(json_["overflow"], "overflow", true);
        read_night(group);
        return group;
    }
    const std::string& error() const { return error_; }

private:
    void wrong(std::string text) {
        if (error_.empty()) error_ = std::move(text);
    }

    void read_strategy(HuntGroup& group) {
        if (!json_.contains("strategy")) return;
        const Json& given = json_["strategy"];
        const auto strategy = hunt_strategy_from(given.is_string() ? given.get<std::string>() : std::string());
        if (!strategy) return wrong("strategy: none of ring_all, sequential, rotary, longest_idle");
        group.strategy = *strategy;
    }

    base::Duration ring_time(const Json& from, base::Duration otherwise) {
        if (!from.contains("ring_for")) return otherwise;
        const Json& given = from["ring_for"];
        const auto least = std::chrono::duration_cast<std::chrono::seconds>(HuntGroup::shortest_ring).count();
        const auto most = std::chrono::duration_cast<std::chrono::seconds>(HuntGroup::longest_ring).count();
        if (given.is_number_integer() && given.get<std::int64_t>() >= least && given.get<std::int64_t>() <= most)
            return std::chrono::seconds(given.get<std::int64_t>());
        wrong("ring_for: not a number of seconds from " + in_seconds(HuntGroup::shortest_ring) + " to " +
              in_seconds(HuntGroup::longest_ring));
        return otherwise;
    }

    HuntTarget target(const Json& given, const std::string& key, bool may_be_voicemail) {
        const auto target = hunt_target_from(group_, given.is_string() ? given.get<std::string>() : std::string());
        if (!target || (target->voicemail && !may_be_voicemail)) {
            wrong(key + ": " + (target ? "'voicemail' stands for overflow and night only" : target.error().text));
            return {};
        }
        return *target;
    }

    void read_members(HuntGroup& group, base::Duration ring_for) {
        const Json members = json_.value("members", Json::array());
        if (!members.is_array()) return wrong("members: not a list");
        if (members.size() > HuntGroup::most_members)
            return wrong("members: more than " + std::to_string(HuntGroup::most_members));
        for (const Json& given : members) {
            HuntMember member{{}, ring_for};
            if (given.is_object()) {
                member.target = target(given.value("to", Json()), "members", false);
                member.ring_for = ring_time(given, ring_for);
            } else {
                member.target = target(given, "members", false);
            }
            const bool twice = std::any_of(group.members.begin(), group.members.end(), [&](const HuntMember& other) {
                return other.target.aor == member.target.aor;
            });
            if (twice && error_.empty()) wrong("members: '" + to_text(member.target) + "' is named twice");
            group.members.push_back(std::move(member));
        }
    }

    void read_night(HuntGroup& group) {
        const Json night = json_.value("night", Json::array());
        if (!night.is_array() || night.size() > HuntGroup::most_windows)
            return wrong("night: not a list of at most " + std::to_string(HuntGroup::most_windows) + " windows");
        for (const Json& given : night) {
            const auto window = DailyWindow::parse(given.is_string() ? given.get<std::string>() : std::string());
            if (!window) return wrong("night: a window is two times of day, as in 18:00-08:00");
            group.night.push_back(*window);
        }
        if (json_.contains("night_target"))
            group.night_target = target(json_["night_target"], "night_target", true);
        else if (!group.night.empty())
            wrong("night_target: missing; it says where calls go at night");
    }

    const base::Aor& group_;
    const Json& json_;
    std::string error_;
};

}  // namespace

std::string_view to_text(HuntStrategy strategy) {
    for (const auto& [named, name] : strategies)
        if (named == strategy) return name;
    return "ring_all";
}

std::optional<HuntStrategy> hunt_strategy_from(std::string_view text) {
    for (const auto& [strategy, name] : strategies)
        if (name == text) return strategy;
    return std::nullopt;
}

base::Expected<HuntTarget> hunt_target_from(const base::Aor& group, std::string_view text) {
    HuntTarget target;
    target.voicemail = text == voicemail;
    if (target.voicemail) return target;
    target.number = text.find('@') == std::string_view::npos;
    if (target.number && !std::all_of(text.begin(), text.end(), is_dialled))
        return base::error("'" + std::string(text) + "' is neither user@domain nor a number");
    const auto aor = target.number ? base::Aor::from_parts(text, group.domain()) : base::Aor::parse(text);
    if (!aor) return base::error("'" + std::string(text) + "' is neither user@domain nor a number");
    if (*aor == group) return base::error("'" + std::string(text) + "' is the group itself");
    target.aor = *aor;
    return target;
}

std::string to_text(const HuntTarget& target) {
    if (target.voicemail) return std::string(voicemail);
    std::string text;
    for (const char c : target.number ? target.aor.user() : target.aor.text()) {
        if (c == '%' || c == ' ' || c == '/')  // stand between members in a file
            text += c == '%' ? "%25" : c == ' ' ? "%20" : "%2F";
        else
            text += c;
    }
    return text;
}

bool HuntGroup::is_night(std::optional<std::uint16_t> minute_of_day) const {
    return minute_of_day && std::any_of(night.begin(), night.end(),
                                        [&](const DailyWindow& window) { return window.contains(*minute_of_day); });
}

base::Expected<HuntGroup> parse_hunt_group(const base::Aor& aor, std::string_view settings) {
    const auto json = Json::parse(settings, nullptr, false);
    if (!json.is_object() || !json.contains("group") || !json["group"].is_object())
        return base::error("settings: no object 'group', which defines a hunt group");
    DefinitionReader reader(aor, json["group"]);
    HuntGroup group = reader.read();
    if (!reader.error().empty()) return base::error(reader.error());
    return group;
}

}  // namespace innkeeper::core
