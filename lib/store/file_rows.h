// A file of comma-separated values whose first line names the columns, row by row, with all that is wrong gathered for
// its operator. What users and hunt groups are imported from.
#pragma once

#include <cstddef>
#include <istream>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "store/csv.h"

namespace innkeeper::store {

// What is wrong with a file, one line of text each, and no more than an operator can read.
class FileTroubles {
public:
    explicit FileTroubles(std::string filename) : filename_(std::move(filename)) {}
    void add(std::size_t line, const std::string& trouble);  // never with a secret in it
    bool none() const { return count_ == 0; }
    base::Error error() const;

private:
    static constexpr std::size_t shown = 20;
    std::string filename_;
    std::string text_;
    std::size_t count_ = 0;
};

class FileRows {
public:
    FileRows(std::istream& in, std::string filename) : filename_(filename), csv_(in), troubles_(std::move(filename)) {}

    // Reads the header. The error is about the file as a whole: nothing, or a column that none of `known` is.
    std::optional<base::Error> begin(std::span<const std::string_view> known);
    bool has(std::string_view column) const { return columns_.find(column) != columns_.end(); }
    base::Error wrong_header(const std::string& trouble) const;

    // The next row that is well formed; those that are not are noted. False: there is none.
    bool next();
    std::string_view field(std::string_view column) const;  // empty: there is no such column either
    // What PostgreSQL takes as text, at most 255 octets of it; notes what is not.
    std::string text(std::string_view column);
    std::size_t line() const { return csv_.line(); }
    void wrong(const std::string& trouble) { troubles_.add(csv_.line(), trouble); }
    const FileTroubles& troubles() const { return troubles_; }

private:
    std::string filename_;
    CsvReader csv_;
    FileTroubles troubles_;
    std::map<std::string, std::size_t, std::less<>> columns_;
};

std::optional<bool> boolean_from(std::string_view text);  // empty: true

}  // namespace innkeeper::store
