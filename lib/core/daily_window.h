// A part of each day at the site, such as 22:00-05:00: pure minutes of the local day. The clock that shows them, with
// its time zone and its summer time, is the edge's (event WallClock); an hour that a clock skips or shows twice only
// makes the window an hour shorter or longer that night.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace innkeeper::core {

struct DailyWindow {
    static constexpr std::uint16_t minutes_of_day = 24 * 60;
    std::uint16_t from = 0;  // minutes since midnight, inclusive
    std::uint16_t to = 0;    // exclusive; before `from`: the window goes over midnight

    // As in 22:00-05:00, with ends that differ; nothing: `text` is no window.
    static std::optional<DailyWindow> parse(std::string_view text);
    std::string text() const;

    bool contains(std::uint16_t minute) const {
        return from < to ? minute >= from && minute < to : minute >= from || minute < to;
    }
    bool operator==(const DailyWindow&) const = default;
};

}  // namespace innkeeper::core
