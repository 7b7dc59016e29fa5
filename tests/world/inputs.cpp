#include "world/inputs.h"

#include <array>
#include <cstdio>
#include <stdexcept>

#include "base/duration.h"
#include "world/group_text.h"

namespace innkeeper::world {
namespace {

std::string share(double probability) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.17g", probability);
    return text.data();
}

struct CommandSentence {
    const std::string& site;

    std::string operator()(const core::Drain&) const { return "drain " + site; }
    std::string operator()(const core::Resume&) const { return "resume " + site; }
    std::string operator()(const core::Failback& command) const {
        return "failback " + command.home.text + " at " + site;
    }
    std::string operator()(const core::Force& command) const {
        return "force " + command.home.text + ' ' + std::string(to_text(command.verdict)) + " at " + site;
    }
    std::string operator()(const core::SetUser& command) const {
        return "set-user " + command.aor + '=' + command.changes + " at " + site;
    }
    template <class Other>
    std::string operator()(const Other&) const {
        return "# an operator's command at " + site;
    }
};

}  // namespace

std::string sentence_of_time(base::Duration duration) {
    std::array<char, 40> text{};
    const auto count = static_cast<long long>(duration.count());
    std::snprintf(text.data(), text.size(), "%lld.%06lld", count / 1'000'000, count % 1'000'000);
    return text.data();
}

base::Duration time_in(const std::string& sentence) {
    const auto point = sentence.find('.');
    if (point == std::string::npos || sentence.size() != point + 7)
        throw std::runtime_error("no moment: '" + sentence + "'");
    return base::Duration(std::stoll(sentence.substr(0, point)) * 1'000'000 + std::stoll(sentence.substr(point + 1)));
}

std::string sentence(const Quality& quality) {
    return "latency " + base::to_text(quality.latency) + " jitter " + base::to_text(quality.jitter) + " loss " +
           share(quality.loss) + " duplication " + share(quality.duplication) + " reordering " +
           share(quality.reordering);
}

std::string sentence(const base::SiteName& site, const core::Command& command) {
    return std::visit(CommandSentence{site.text}, command);
}

std::string sentence(const base::SiteName& home, const backup::UserRecord& user) {
    if (user.terminal == backup::TerminalKind::group && user.enabled) return sentence_of_group(home, user);
    return "user " + std::string(user.aor.user()) + " of " + home.text + " is " +
           (user.enabled ? "enabled" : "disabled") + " named " + user.display_name;
}

std::string Inputs::scenario(std::uint64_t seed) const {
    std::string text = "seed " + std::to_string(seed) + '\n';
    Moment when{};
    for (const Line& line : lines_) {
        if (line.when != when) text += "at " + sentence_of_time(line.when) + '\n';
        when = line.when;
        text += line.text + '\n';
    }
    if (calendar_.now() != when) text += "at " + sentence_of_time(calendar_.now()) + '\n';
    return text;
}

}  // namespace innkeeper::world
