#include "core/daily_window.h"

namespace innkeeper::core {
namespace {

std::optional<std::uint16_t> minute_from(std::string_view text) {
    const auto digit = [&text](std::size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 99; };
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const int hours = digit(0) * 10 + digit(1), minutes = digit(3) * 10 + digit(4);
    if (hours > 23 || minutes > 59) return std::nullopt;
    return static_cast<std::uint16_t>(hours * 60 + minutes);
}

std::string two_digits(int number) {
    return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

std::optional<DailyWindow> DailyWindow::parse(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto from = minute_from(text.substr(0, dash));
    const auto to = minute_from(text.substr(dash + 1));
    if (!from || !to || *from == *to) return std::nullopt;
    return DailyWindow{*from, *to};
}

std::string DailyWindow::text() const {
    return two_digits(from / 60) + ':' + two_digits(from % 60) + '-' + two_digits(to / 60) + ':' + two_digits(to % 60);
}

}  // namespace innkeeper::core
