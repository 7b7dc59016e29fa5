#include "store/group_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string_view>
#include <unordered_map>

#include "base/aor.h"
#include "core/hunt_group.h"
#include "store/file_rows.h"
#include "store/stored_text.h"

namespace innkeeper::store {

namespace {

using core::HuntGroup;

constexpr std::array<std::string_view, 10> group_columns = {"aor",       "members", "strategy",     "ring_for",
                                                            "overflow",  "night",   "night_target", "display_name",
                                                            "extension", "enabled"};

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0) words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

// One row; its troubles, if any, are noted there.
class GroupRowReader {
public:
    explicit GroupRowReader(FileRows& row) : row_(row) {}

    FileGroup read() {
        FileGroup group;
        group.line = row_.line();
        const auto aor = base::Aor::parse(row_.field("aor"));
        if (aor && is_printable(aor->text())) {
            aor_ = *aor;
            group.aor = aor->text();
        } else {
            row_.wrong("aor: " + (aor ? "no UTF-8" : aor.error().text));
        }
        group.display_name = row_.text("display_name");
        group.extension = row_.text("extension");
        if (const auto strategy = row_.field("strategy"); !strategy.empty()) {
            if (!core::hunt_strategy_from(strategy))
                row_.wrong("strategy: none of ring_all, sequential, rotary, longest_idle");
            group.strategy = strategy;
        }
        if (const auto ring_for = row_.field("ring_for"); !ring_for.empty())
            group.ring_for = seconds(ring_for).value_or(group.ring_for);
        read_members(group);
        group.overflow = target("overflow");
        read_night(group);
        if (const auto enabled = boolean_from(row_.field("enabled")))
            group.enabled = *enabled;
        else
            row_.wrong("enabled: neither true nor false");
        return group;
    }

private:
    std::optional<unsigned> seconds(std::string_view text) {
        constexpr auto least = std::chrono::duration_cast<std::chrono::seconds>(HuntGroup::shortest_ring).count();
        constexpr auto most = std::chrono::duration_cast<std::chrono::seconds>(HuntGroup::longest_ring).count();
        unsigned value = 0;
        const auto [after, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (problem == std::errc{} && after == text.data() + text.size() && value >= least && value <= most)
            return value;
        row_.wrong("'" + stored_text(text) + "' is no time to ring for: write seconds, " + std::to_string(least) +
                   " to " + std::to_string(most));
        return std::nullopt;
    }

    std::string target(std::string_view column) {
        const auto text = row_.field(column);
        if (text.empty()) return "";
        return target_from(column, text, true);
    }

    std::string target_from(std::string_view column, std::string_view text, bool may_be_voicemail) {
        const auto read = core::hunt_target_from(aor_, text);
        if (!read || !is_printable(text)) {
            row_.wrong(std::string(column) + ": " +
                       (read ? "control octets or no UTF-8" : stored_text(read.error().text)));
        } else if (read->voicemail && !may_be_voicemail) {
            row_.wrong(std::string(column) + ": 'voicemail' stands for overflow and night only");
        } else {
            return core::to_text(*read);
        }
        return "";
    }

    void read_members(FileGroup& group) {
        std::set<std::string> named;
        for (std::string_view word : words_of(row_.field("members"))) {
            FileMember member;
            if (const auto slash = word.rfind('/'); slash != std::string_view::npos) {
                member.ring_for = seconds(word.substr(slash + 1));
                word = word.substr(0, slash);
            }
            member.target = target_from("members", word, false);
            if (!member.target.empty() && !named.insert(member.target).second)
                row_.wrong("members: '" + member.target + "' is named twice");
            group.members.push_back(std::move(member));
        }
        if (group.members.size() > HuntGroup::most_members)
            row_.wrong("members: more than " + std::to_string(HuntGroup::most_members));
    }

    void read_night(FileGroup& group) {
        for (const std::string_view word : words_of(row_.field("night"))) {
            const auto window = core::DailyWindow::parse(word);
            if (window)
                group.night.push_back(window->text());
            else
                row_.wrong("night: '" + stored_text(word) + "' is no window: write it as in 18:00-08:00");
        }
        if (group.night.size() > HuntGroup::most_windows)
            row_.wrong("night: more than " + std::to_string(HuntGroup::most_windows) + " windows");
        group.night_target = target("night_target");
        if (!group.night.empty() && row_.field("night_target").empty())
            row_.wrong("night_target: empty; it says where calls go at night");
    }

    FileRows& row_;
    base::Aor aor_;
};

}  // namespace

base::Expected<std::vector<FileGroup>> read_group_file(std::istream& in, const std::string& filename) {
    FileRows rows(in, filename);
    if (const auto error = rows.begin(group_columns)) return base::Unexpected{*error};
    for (const std::string_view needed : {"aor", "members"})
        if (!rows.has(needed))
            return base::Unexpected{rows.wrong_header("column '" + std::string(needed) + "' is missing")};

    std::vector<FileGroup> groups;
    std::unordered_map<std::string, std::size_t> lines;  // by AOR
    while (rows.next()) {
        if (groups.size() == most_groups)
            return base::error(filename + ": more than " + std::to_string(most_groups) + " groups");
        FileGroup group = GroupRowReader(rows).read();
        const auto [earlier, first] = lines.emplace(group.aor, group.line);
        if (!first && !group.aor.empty()) rows.wrong("aor: the same as in line " + std::to_string(earlier->second));
        groups.push_back(std::move(group));
    }
    for (const FileGroup& group : groups)
        for (const FileMember& member : group.members)
            if (lines.count(member.target) != 0)
                return base::error(filename + ':' + std::to_string(group.line) + ": members: '" + member.target +
                                   "' is a group; only overflow and night_target may be groups");
    if (!rows.troubles().none()) return base::Unexpected{rows.troubles().error()};
    return groups;
}

}  // namespace innkeeper::store
