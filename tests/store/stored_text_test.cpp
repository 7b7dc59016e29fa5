#include "store/stored_text.h"

#include <catch2/catch.hpp>

using innkeeper::store::ArrayLiteral;
using innkeeper::store::octets_of;
using innkeeper::store::stored_text;

TEST_CASE("text is stored as it is", "[store]") {
    CHECK(stored_text("sip:alice@192.0.2.1;transport=tcp") == "sip:alice@192.0.2.1;transport=tcp");
    CHECK(stored_text("J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x93\x9e") == "J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x93\x9e");
}

TEST_CASE("what a database refuses as text is stored escaped", "[store][R20]") {
    using namespace std::string_view_literals;
    CHECK(stored_text("a\0b"sv) == "a\\x00b");
    CHECK(stored_text("\r\n\x7f") == "\\x0d\\x0a\\x7f");
    CHECK(stored_text("cut \xc3") == "cut \\xc3");
    CHECK(stored_text("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
    CHECK(stored_text("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
    CHECK(stored_text("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
    CHECK(stored_text("a\\b") == "a\\\\b");
}

TEST_CASE("every octet survives being stored", "[store]") {
    std::string octets;
    for (int first = 0; first < 256; ++first)
        for (int second = 0; second < 256; ++second)
            octets += {static_cast<char>(first), static_cast<char>(second), '\\', 'x', '4', '1'};
    CHECK(octets_of(stored_text(octets)) == octets);
}

TEST_CASE("an array literal quotes what PostgreSQL would read as more than text", "[store][R20]") {
    ArrayLiteral array;
    CHECK(array.text() == "{}");
    array.add("plain");
    array.add("a\"b\\c},{");
    array.add("");
    array.add_null();
    array.add_number(-7);
    CHECK(array.text() == R"({"plain","a\"b\\c},{","",NULL,"-7"})");
}
