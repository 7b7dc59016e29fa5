#include "backup/vault.h"

#include <array>
#include <catch2/catch.hpp>
#include <new>
#include <type_traits>

using namespace innkeeper;
using backup::UserRecord;
using backup::Vault;

namespace {

const base::SiteName north{"north"}, west{"west"};

base::Aor aor(const std::string& user) {
    return base::Aor::parse(user + "@example.test").value();
}

UserRecord record_of(const std::string& user, std::string settings = "{}") {
    UserRecord record;
    record.aor = aor(user);
    record.settings = std::move(settings);
    record.ha1 = auth::make_ha1(user, "example.test", "secret");
    return record;
}

}  // namespace

TEST_CASE("a record is found with the home that entrusted it", "[vault]") {
    Vault vault;
    CHECK(vault.find(aor("alice")).record == nullptr);
    vault.put(north, record_of("alice"), 5, 1);
    const Vault::Held held = vault.find(aor("alice"));
    REQUIRE(held.record != nullptr);
    CHECK(*held.home == north);
    CHECK(held.record->aor == aor("alice"));
    CHECK(vault.find(aor("bob")).record == nullptr);
}

TEST_CASE("counts and digests are each home's own", "[vault]") {
    Vault vault;
    CHECK(vault.count(north) == 0);
    CHECK(vault.digest(north) == 0);
    vault.put(north, record_of("alice"), 5, 1);
    vault.put(north, record_of("bob"), 7, 1);
    vault.put(west, record_of("carol"), 11, 1);
    CHECK(vault.count(north) == 2);
    CHECK(vault.digest(north) == 12);
    CHECK(vault.digest(west) == 11);
    vault.put(north, record_of("alice"), 6, 1);
    CHECK(vault.count(north) == 2);
    CHECK(vault.digest(north) == 13);
    vault.drop(north, aor("bob"));
    CHECK(vault.digest(north) == 6);
    vault.drop(north, aor("nobody"));
    vault.drop({"elsewhere"}, aor("alice"));
    CHECK(vault.count(north) == 1);
}

TEST_CASE("a user of two homes belongs to the first, and to the second when that lets go", "[vault]") {
    Vault vault;
    vault.put(west, record_of("alice"), 1, 1);
    vault.put(north, record_of("alice"), 2, 1);
    CHECK(*vault.find(aor("alice")).home == north);
    vault.drop(north, aor("alice"));
    CHECK(*vault.find(aor("alice")).home == west);
}

TEST_CASE("a full copy drops what it did not bring", "[vault]") {
    Vault vault;
    vault.put(north, record_of("alice"), 1, 1);
    vault.put(north, record_of("bob"), 2, 1);
    vault.put(west, record_of("carol"), 4, 1);
    vault.put(north, record_of("alice"), 1, 2);
    vault.drop_older(north, 2);
    CHECK(vault.find(aor("bob")).record == nullptr);
    CHECK(vault.find(aor("alice")).record != nullptr);
    CHECK(vault.find(aor("carol")).record != nullptr);
    CHECK(vault.digest(north) == 1);
    vault.drop_older(north, 0);
    CHECK(vault.count(north) == 0);
    CHECK(vault.digest(north) == 0);
}

TEST_CASE("the secrets of a record are wiped when it is dropped", "[vault][IP8]") {
    alignas(UserRecord) std::array<unsigned char, sizeof(UserRecord)> place{};
    auto* record = new (place.data()) UserRecord(record_of("alice"));
    const std::size_t md5 = static_cast<std::size_t>(
        reinterpret_cast<const unsigned char*>(record->ha1.md5.reveal().data()) - place.data());
    const std::size_t sha256 = static_cast<std::size_t>(
        reinterpret_cast<const unsigned char*>(record->ha1.sha256.reveal().data()) - place.data());
    const auto sum = [&](std::size_t from, std::size_t size) {
        unsigned total = 0;
        for (std::size_t i = 0; i < size; ++i) total += static_cast<volatile unsigned char*>(place.data())[from + i];
        return total;
    };
    REQUIRE(sum(md5, 16) > 0);
    REQUIRE(sum(sha256, 32) > 0);
    record->~UserRecord();
    CHECK(sum(md5, 16) == 0);
    CHECK(sum(sha256, 32) == 0);
}

TEST_CASE("settings changed by a guest are in effect until the failover ends", "[vault][IP6]") {
    Vault vault;
    vault.put(north, record_of("alice", "home's"), 1, 1);
    vault.put(west, record_of("carol", "home's"), 2, 1);
    CHECK(*vault.find(aor("alice")).settings == "home's");
    vault.overlay(north, aor("alice"), "guest's");
    vault.overlay(west, aor("carol"), "guest's");
    CHECK(*vault.find(aor("alice")).settings == "guest's");
    CHECK(vault.find(aor("alice")).record->settings == "home's");
    CHECK(vault.digest(north) == 1);
    vault.overlay(north, aor("alice"), "guest's again");
    CHECK(*vault.find(aor("alice")).settings == "guest's again");

    vault.put(north, record_of("alice", "home's new"), 3, 1);
    CHECK(*vault.find(aor("alice")).settings == "guest's again");
    vault.end_overlays(north);
    CHECK(*vault.find(aor("alice")).settings == "home's new");
    CHECK(*vault.find(aor("carol")).settings == "guest's");
    vault.put(north, record_of("alice", "home's newest"), 3, 1);
    CHECK(*vault.find(aor("alice")).settings == "home's newest");
}

TEST_CASE("settings changed by a guest go with its record", "[vault][IP6][IP8]") {
    Vault vault;
    vault.put(north, record_of("alice", "home's"), 1, 1);
    vault.overlay(north, aor("alice"), "guest's");
    SECTION("dropped") {
        vault.drop(north, aor("alice"));
    }
    SECTION("swept") {
        vault.drop_older(north, 0);
    }
    vault.put(north, record_of("alice", "home's"), 1, 1);
    CHECK(*vault.find(aor("alice")).settings == "home's");
}

TEST_CASE("nobody's settings are not kept", "[vault][IP6][R15]") {
    Vault vault;
    vault.overlay(north, aor("alice"), "guest's");
    vault.put(north, record_of("alice", "home's"), 1, 1);
    CHECK(*vault.find(aor("alice")).settings == "home's");
    vault.overlay(north, aor("bob"), "guest's");
    vault.put(north, record_of("bob", "home's"), 1, 1);
    CHECK(*vault.find(aor("bob")).settings == "home's");
}
