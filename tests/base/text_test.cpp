#include "base/text.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

using innkeeper::base::Text;

TEST_CASE("a text keeps what it was made of, null octets too", "[text]") {
    const std::string octets("sip:alice\0@192.0.2.1", 20);
    const Text text = octets;
    CHECK(std::string_view(text) == octets);
    CHECK(text.size() == 20);
    CHECK(Text(std::string(100000, 'x')).size() == 100000);
}

TEST_CASE("an empty text equals no text", "[text]") {
    CHECK(Text().empty());
    CHECK(Text("").empty());
    CHECK(Text("") == Text());
    CHECK(std::string_view(Text()).empty());
}

TEST_CASE("a copy of a text is its own, a moved text is gone", "[text]") {
    Text text = "before";
    const Text copy = text;
    text = "after";
    CHECK(copy == "before");
    const Text moved = std::move(text);
    CHECK(moved == "after");
    Text other = "other";
    other = copy;
    CHECK(other == copy);
    other.clear();
    CHECK(other.empty());
}

TEST_CASE("texts compare as their octets do", "[text]") {
    CHECK(Text("a") < Text("b"));
    CHECK(Text("a") < Text("aa"));
    CHECK(Text() < Text("a"));
    CHECK(Text("a") != std::string("b"));
    CHECK(std::string_view("a") == Text("a"));
}
