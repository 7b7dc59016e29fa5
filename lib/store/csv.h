// Comma-separated values as RFC 4180 has them, read record by record: quoted fields with commas, quotes and line ends
// in them, lines ended by LF or CRLF, a byte order mark skipped. Nothing about users here. Pure but for the stream.
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace innkeeper::store {

class CsvReader {
public:
    static constexpr std::size_t longest_record = 65536;  // octets

    explicit CsvReader(std::istream& in);

    // The next record that is not an empty line; false: there is none.
    bool next();
    const std::vector<std::string>& fields() const { return fields_; }
    std::size_t line() const { return line_; }               // on which the record began, from 1
    const std::string& trouble() const { return trouble_; }  // why the record is not well formed; empty: it is

private:
    void read_record();
    bool read_quoted(std::string& field);  // false: the field, and with it the file, ends in the middle
    void skip_line();
    int get();

    std::streambuf& in_;
    std::size_t at_line_ = 1;
    std::size_t octets_ = 0;  // of this record
    std::size_t line_ = 0;
    std::vector<std::string> fields_;
    std::string trouble_;
};

// A field for a record, quoted where it must be.
std::string csv_field(std::string_view value);

}  // namespace innkeeper::store
