#include "store/csv.h"

#include <streambuf>

namespace innkeeper::store {

namespace {

constexpr int end_of_file = std::char_traits<char>::eof();

}  // namespace

CsvReader::CsvReader(std::istream& in) : in_(*in.rdbuf()) {
    for (const char octet : {'\xef', '\xbb', '\xbf'}) {
        if (in_.sgetc() != std::char_traits<char>::to_int_type(octet)) break;
        in_.sbumpc();
    }
}

int CsvReader::get() {
    const int octet = in_.sbumpc();
    ++octets_;
    if (octet == '\n') ++at_line_;
    return octet;
}

bool CsvReader::next() {
    while (in_.sgetc() == '\n' || in_.sgetc() == '\r') get();
    if (in_.sgetc() == end_of_file) return false;
    line_ = at_line_;
    octets_ = 0;
    fields_.clear();
    trouble_.clear();
    read_record();
    return true;
}

void CsvReader::read_record() {
    std::string field;
    for (;;) {
        if (octets_ > longest_record) {
            trouble_ = "a record has at most " + std::to_string(longest_record) + " octets";
            return skip_line();
        }
        const int octet = get();
        if (octet == '"' && field.empty()) {
            if (!read_quoted(field)) return;
            const int after = in_.sgetc();
            if (after != ',' && after != '\n' && after != '\r' && after != end_of_file) {
                trouble_ = "a quoted field is followed by something else than a comma";
                return skip_line();
            }
        } else if (octet == '"') {
            trouble_ = "a quote stands inside a field that is not quoted";
            return skip_line();
        } else if (octet == ',') {
            fields_.push_back(std::move(field));
            field.clear();
        } else if (octet == '\n' || octet == end_of_file) {
            fields_.push_back(std::move(field));
            return;
        } else if (octet != '\r' || in_.sgetc() != '\n') {
            field += static_cast<char>(octet);
        }
    }
}

bool CsvReader::read_quoted(std::string& field) {
    for (;;) {
        const int octet = get();
        if (octet == end_of_file || octets_ > longest_record) {
            trouble_ = "a quoted field does not end";
            if (octet != end_of_file) skip_line();
            return false;
        }
        if (octet == '"') {
            if (in_.sgetc() != '"') return true;
            get();
        }
        field += static_cast<char>(octet);
    }
}

void CsvReader::skip_line() {
    while (in_.sgetc() != '\n' && in_.sgetc() != end_of_file) get();
}

std::string csv_field(std::string_view value) {
    if (value.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(value);
    std::string quoted = "\"";
    for (const char octet : value) {
        if (octet == '"') quoted += '"';
        quoted += octet;
    }
    return quoted + '"';
}

}  // namespace innkeeper::store
