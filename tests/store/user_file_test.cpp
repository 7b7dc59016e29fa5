#include "store/user_file.h"

#include <catch2/catch.hpp>
#include <sstream>

using namespace innkeeper;

namespace {

base::Expected<store::UserFile> read(const std::string& text) {
    std::istringstream in(text);
    return store::read_user_file(in, "users.csv");
}

std::string trouble(const std::string& text) {
    const auto file = read(text);
    return file ? "" : file.error().text;
}

bool equal(std::span<const std::uint8_t> one, std::span<const std::uint8_t> other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

}  // namespace

TEST_CASE("clear passwords become HA1s in the realm of the AOR's domain", "[store][csv][R22]") {
    const auto file = read("aor,password\nsip:alice@North.test,wonderland\n");
    REQUIRE(file);
    REQUIRE(file->users.size() == 1);
    CHECK(file->users[0].aor == "alice@north.test");
    CHECK(file->users[0].line == 2);
    const auto expected = auth::make_ha1("alice", "north.test", "wonderland");
    CHECK(equal(file->users[0].ha1.md5.reveal(), expected.md5.reveal()));
    CHECK(equal(file->users[0].ha1.sha256.reveal(), expected.sha256.reveal()));
    CHECK(file->optional_columns.empty());
}

TEST_CASE("HA1s are taken as they are, the longer one if it is known", "[store][csv]") {
    const std::string md5(32, 'a');
    std::string sha256(64, '0');
    sha256.replace(62, 2, "Ff");
    std::string text = "ha1_sha256,aor,ha1_md5\n";
    for (const std::string& part : {sha256, std::string(",a@north.test,"), md5, std::string("\n,b@north.test,"), md5})
        text += part;
    const auto file = read(text + "\n");
    REQUIRE(file);
    CHECK(file->users[0].ha1.md5.reveal()[0] == 0xaa);
    CHECK(file->users[0].ha1.sha256.reveal()[31] == 0xff);
    CHECK_FALSE(file->users[1].ha1.sha256.present());
    CHECK(read("aor,ha1_md5\nb@north.test," + md5 + "\n"));
}

TEST_CASE("optional columns stand in any order and may be empty", "[store][csv]") {
    const auto file = read(
        "enabled,settings,terminal,aor,extension,password,display_name,priority\n"
        "no,\"{\"\"dnd\"\": true}\",desk,alice@north.test,201,x,\"Liddell, Alice\",emergency\n"
        ",,,bob@north.test,,y,,\n");
    REQUIRE(file);
    const auto& alice = file->users[0];
    CHECK_FALSE(alice.enabled);
    CHECK(alice.settings == "{\"dnd\": true}");
    CHECK(alice.terminal == "desk");
    CHECK(alice.extension == "201");
    CHECK(alice.display_name == "Liddell, Alice");
    CHECK(alice.priority == "emergency");
    const auto& bob = file->users[1];
    CHECK(bob.enabled);
    CHECK(bob.priority == "normal");
    CHECK(bob.settings == "{}");
    CHECK(bob.terminal == "unknown");
    CHECK(file->optional_columns.size() == 6);
}

TEST_CASE("a header that says too little or too much is refused", "[store][csv]") {
    CHECK(trouble("") == "users.csv: empty; the first line names the columns");
    CHECK_THAT(trouble("password\n"), Catch::StartsWith("users.csv:1: column 'aor' is missing"));
    CHECK_THAT(trouble("aor\n"), Catch::Contains("'password' or 'ha1_md5' is missing"));
    CHECK_THAT(trouble("aor,password,ha1_md5\n"), Catch::Contains("exclude each other"));
    CHECK_THAT(trouble("aor,password,aor\n"), Catch::Contains("named twice"));
    CHECK_THAT(trouble("aor,password,colour\n"), Catch::Contains("column 'colour' is unknown"));
}

TEST_CASE("every bad row is reported with its line, and no secret with it", "[store][csv][R22]") {
    const std::string text = trouble(
        "aor,password,terminal,enabled,priority\n"
        "alice@north.test,s3cret1,desk,true,normal\n"
        "alice,s3cret2,desk,true,\n"
        "bob@north.test,,desk,true,\n"
        "carol@north.test,s3cret3,toaster,perhaps,urgent\n"
        "alice@north.test,s3cret4,desk,true,\n"
        "dave@north.test,s3cret5\n"
        "eve\"@north.test,s3cret6,desk,true,\n");
    CHECK_THAT(text, Catch::Contains("users.csv:3: aor:"));
    CHECK_THAT(text, Catch::Contains("users.csv:4: password: empty"));
    CHECK_THAT(text, Catch::Contains("users.csv:5: terminal:"));
    CHECK_THAT(text, Catch::Contains("users.csv:5: enabled:"));
    CHECK_THAT(text, Catch::Contains("users.csv:5: priority:"));
    CHECK_THAT(text, Catch::Contains("users.csv:6: aor: the same as in line 2"));
    CHECK_THAT(text, Catch::Contains("users.csv:7: 2 fields, but 5 columns"));
    CHECK_THAT(text, Catch::Contains("users.csv:8:"));
    CHECK_THAT(text, !Catch::Contains("s3cret"));
    CHECK_THAT(trouble("aor,ha1_md5\na@north.test,0123\n"),
               Catch::EndsWith("users.csv:2: ha1_md5: not 32 hexadecimal digits"));
}

TEST_CASE("what is no text is refused", "[store][csv][R20]") {
    CHECK_THAT(trouble("aor,password,display_name\na@north.test,x,bell\x07\n"),
               Catch::Contains("display_name: control"));
    CHECK_THAT(trouble("aor,password,display_name\na@north.test,x,cut\xc3\n"), Catch::Contains("no UTF-8"));
    CHECK_THAT(trouble("aor,password,settings\na@north.test,x,{\xff}\n"), Catch::Contains("settings:"));
    CHECK_THAT(trouble("aor,password\n\xff@north.test,x\n"), Catch::Contains("aor: no UTF-8"));
    CHECK(trouble("aor,password,settings\na@north.test,x,\"{\n\t}\"\n").empty());
}

TEST_CASE("a file full of troubles is told in a screenful", "[store][csv]") {
    std::string text = "aor,password\n";
    for (int row = 0; row < 1000; ++row) text += "nobody,x\n";
    const std::string told = trouble(text);
    CHECK(std::count(told.begin(), told.end(), '\n') == 20);
    CHECK_THAT(told, Catch::Contains("and 980 more; nothing was imported"));
}
