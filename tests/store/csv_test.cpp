#include "store/csv.h"

#include <catch2/catch.hpp>
#include <sstream>

using innkeeper::store::csv_field;
using innkeeper::store::CsvReader;
using Fields = std::vector<std::string>;

TEST_CASE("fields are split at commas and records at line ends", "[store][csv]") {
    std::istringstream in(
        "\xef\xbb\xbf"
        "a,b\r\nc,\n\n,d");
    CsvReader csv(in);
    REQUIRE(csv.next());
    CHECK(csv.fields() == Fields{"a", "b"});
    REQUIRE(csv.next());
    CHECK(csv.fields() == Fields{"c", ""});
    CHECK(csv.line() == 2);
    REQUIRE(csv.next());
    CHECK(csv.fields() == Fields{"", "d"});
    CHECK(csv.line() == 4);
    CHECK_FALSE(csv.next());
}

TEST_CASE("a quoted field may hold commas, quotes and line ends", "[store][csv]") {
    std::istringstream in("\"a,\"\"b\"\"\",\"c\r\nd\",\"\"\nnext\n");
    CsvReader csv(in);
    REQUIRE(csv.next());
    CHECK(csv.trouble().empty());
    CHECK(csv.fields() == Fields{"a,\"b\"", "c\r\nd", ""});
    REQUIRE(csv.next());
    CHECK(csv.line() == 3);
    CHECK(csv.fields() == Fields{"next"});
}

TEST_CASE("a record that is not well formed does not hide the next one", "[store][csv]") {
    std::istringstream in("a\"b,c\n\"a\"b\n" + std::string(CsvReader::longest_record + 10, 'x') + "\ngood\n\"no end");
    CsvReader csv(in);
    for (int record = 1; record <= 3; ++record) {
        REQUIRE(csv.next());
        CHECK_FALSE(csv.trouble().empty());
    }
    REQUIRE(csv.next());
    CHECK(csv.trouble().empty());
    CHECK(csv.line() == 4);
    CHECK(csv.fields() == Fields{"good"});
    REQUIRE(csv.next());
    CHECK(csv.trouble() == "a quoted field does not end");
    CHECK_FALSE(csv.next());
}

TEST_CASE("what is written can be read again", "[store][csv]") {
    const Fields odd = {"", "plain", "a,b", "\"", "line\nend", "\r"};
    std::string text;
    for (const auto& field : odd) text += csv_field(field) + ',';
    std::istringstream in(text + "end");
    CsvReader csv(in);
    REQUIRE(csv.next());
    REQUIRE(csv.fields().size() == odd.size() + 1);
    CHECK(Fields(csv.fields().begin(), csv.fields().end() - 1) == odd);
}
