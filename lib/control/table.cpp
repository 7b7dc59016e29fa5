#include "control/table.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/assert.h"
#include "host/text.h"

namespace innkeeper::control {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

constexpr Range no_width[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

// Unicode Standard Annex 11, the large blocks.
constexpr Range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
                          {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
                          {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

template <std::size_t Count>
bool within(const Range (&ranges)[Count], char32_t point) {
    return std::any_of(std::begin(ranges), std::end(ranges),
                       [&](const Range& range) { return range.first <= point && point <= range.last; });
}

char32_t next_point(std::string_view& text) {
    const auto first = static_cast<std::uint8_t>(text[0]);
    const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    char32_t point = length == 1 ? first : first & (0x7Fu >> length);
    for (std::size_t i = 1; i < length && i < text.size(); ++i)
        point = point << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3Fu);
    text.remove_prefix(std::min(length, text.size()));
    return point;
}

void append_cell(std::string& line, const std::string& cell, std::size_t width, Align align, bool last) {
    const std::string blanks(width - display_width(cell), ' ');
    if (align == Align::right) line += blanks;
    line += cell;
    if (align == Align::left && !last) line += blanks;
    if (!last) line += "  ";
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const char32_t point = next_point(text);
        width += within(no_width, point) ? 0 : within(wide, point) ? 2 : 1;
    }
    return width;
}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::row(std::vector<std::string> cells) {
    INNKEEPER_ASSERT(cells.size() == columns_.size());
    for (std::string& cell : cells) cell = host::escape_controls(cell);
    rows_.push_back(std::move(cells));
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        widths.push_back(display_width(columns_[i].heading));
        for (const auto& row : rows_) widths[i] = std::max(widths[i], display_width(row[i]));
    }
    std::string out;
    const auto line = [&](auto cell_of) {
        for (std::size_t i = 0; i < columns_.size(); ++i)
            append_cell(out, cell_of(i), widths[i], columns_[i].align, i + 1 == columns_.size());
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    };
    line([&](std::size_t i) -> const std::string& { return columns_[i].heading; });
    for (const auto& row : rows_) line([&](std::size_t i) -> const std::string& { return row[i]; });
    return out;
}

}  // namespace innkeeper::control
