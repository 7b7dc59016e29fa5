#include "base/duration.h"

#include <array>
#include <charconv>

namespace innkeeper::base {
namespace {

struct Unit {
    std::string_view name;
    Duration length;
};
constexpr std::array<Unit, 4> units = {{
    {"h", std::chrono::hours(1)},
    {"min", std::chrono::minutes(1)},
    {"s", std::chrono::seconds(1)},
    {"ms", std::chrono::milliseconds(1)},
}};
constexpr Duration longest = std::chrono::hours(24 * 3653);

Unexpected<Error> unusable(std::string_view text) {
    return error("'" + std::string(text) +
                 "' is no duration: write a whole number and ms, s, min or h, as in 500ms or 3min");
}

}  // namespace

Expected<Duration> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [after, problem] = std::from_chars(text.data(), end, count);
    if (problem == std::errc::result_out_of_range) return error("'" + std::string(text) + "' is longer than 10 years");
    if (problem != std::errc{} || count < 0 || text.front() == '-') return unusable(text);
    const std::string_view name(after, static_cast<std::size_t>(end - after));
    for (const Unit& unit : units) {
        if (unit.name != name) continue;
        if (count > longest / unit.length) return error("'" + std::string(text) + "' is longer than 10 years");
        return count * unit.length;
    }
    return unusable(text);
}

std::string to_text(Duration duration) {
    const auto whole = std::chrono::round<std::chrono::milliseconds>(duration);
    if (whole == Duration::zero()) return "0s";
    for (const Unit& unit : units)
        if (whole % unit.length == Duration::zero())
            return std::to_string(whole / unit.length) + std::string(unit.name);
    return std::to_string(whole.count()) + "ms";
}

std::string in_words(Duration duration) {
    if (duration < Duration::zero()) return "-" + in_words(-duration);
    if (duration < std::chrono::seconds(1))
        return std::to_string(std::chrono::round<std::chrono::milliseconds>(duration).count()) + " ms";
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    const auto two = [](std::int64_t large, const char* unit, std::int64_t small, const char* smaller) {
        const std::string out = std::to_string(large) + unit;
        return small == 0 ? out : out + " " + std::to_string(small) + smaller;
    };
    if (seconds < 60) return std::to_string(seconds) + " s";
    if (seconds < 3600) return two(seconds / 60, " min", seconds % 60, " s");
    if (seconds < 86400) return two(seconds / 3600, " h", seconds % 3600 / 60, " min");
    return two(seconds / 86400, " d", seconds % 86400 / 3600, " h");
}

}  // namespace innkeeper::base
