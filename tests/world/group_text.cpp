#include "world/group_text.h"

#include <sstream>
#include <stdexcept>

#include "base/duration.h"
#include "support/settings.h"
#include "world/phone_text.h"

namespace innkeeper::world {
namespace {

using Words = std::vector<std::string>;

std::string quoted(const std::string& text) {
    return '"' + text + '"';
}

// 101,102 as a list of JSON.
std::string list_of(const std::string& names) {
    std::istringstream in(names);
    std::string list;
    for (std::string name; std::getline(in, name, ',');) list += (list.empty() ? "" : ", ") + quoted(name);
    return '[' + list + ']';
}

}  // namespace

backup::UserRecord group_in(const Words& words) {
    if (words.size() < 6 || words[2] != "of") throw std::runtime_error("group NUMBER of SITE STRATEGY MEMBER,MEMBER");
    backup::UserRecord group;
    group.aor = base::Aor::from_parts(words[1], support::domain).value();
    group.extension = words[1];
    group.terminal = backup::TerminalKind::group;
    std::string json = R"("strategy": )" + quoted(words[4]) + R"(, "members": )" + list_of(words[5]);
    if (const std::string each = after(words, "each"); !each.empty())
        json += R"(, "ring_for": )" + std::to_string(duration_in(each) / std::chrono::seconds(1));
    if (const std::string to = after(words, "overflow"); !to.empty()) json += R"(, "overflow": )" + quoted(to);
    if (const std::string night = after(words, "night"); !night.empty())
        json += R"(, "night": )" + list_of(night) + R"(, "night_target": )" + quoted(after(words, "to"));
    group.settings = R"({"group": {)" + json + "}}";
    definition_of(group);
    return group;
}

core::HuntGroup definition_of(const backup::UserRecord& group) {
    auto definition = core::parse_hunt_group(group.aor, group.settings);
    if (!definition) throw std::runtime_error(definition.error().text);
    return std::move(*definition);
}

std::string sentence_of_group(const base::SiteName& home, const backup::UserRecord& group) {
    const core::HuntGroup definition = definition_of(group);
    std::string members, windows;
    for (const core::HuntMember& member : definition.members)
        members += (members.empty() ? "" : ",") + to_text(member.target);
    std::string text = "group " + std::string(group.aor.user()) + " of " + home.text + ' ' +
                       std::string(to_text(definition.strategy)) + ' ' + members;
    if (!definition.members.empty()) text += " each " + base::to_text(definition.members.front().ring_for);
    if (definition.overflow) text += " overflow " + to_text(*definition.overflow);
    for (const core::DailyWindow& window : definition.night) windows += (windows.empty() ? "" : ",") + window.text();
    return windows.empty() ? text : text + " night " + windows + " to " + to_text(definition.night_target);
}

}  // namespace innkeeper::world
