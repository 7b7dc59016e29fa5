// Tables for a terminal. Cells may hold anything: what could move the cursor is escaped, and widths are counted in
// columns of the terminal, not in octets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace innkeeper::control {

enum class Align { left, right };

struct Column {
    std::string heading;
    Align align = Align::left;
};

class Table {
public:
    explicit Table(std::vector<Column> columns);
    void row(std::vector<std::string> cells);  // as many as columns
    bool empty() const { return rows_.empty(); }
    std::string text() const;  // headings, then a line per row; two blanks between columns

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// Columns of a terminal that valid UTF-8 without controls takes: combining marks none, East Asian wide and emoji two.
std::size_t display_width(std::string_view text);

}  // namespace innkeeper::control
