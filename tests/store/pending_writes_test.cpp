#include "store/pending_writes.h"

#include <catch2/catch.hpp>

using namespace innkeeper;
using store::PendingWrites;

namespace {

core::BindingsRow of(const std::string& aor, std::uint32_t licences) {
    core::BindingsRow row;
    row.aor = *base::Aor::parse(aor);
    row.licences = licences;
    return row;
}

core::FailoverRow failover(const std::string& home, std::uint64_t number, std::uint64_t guests) {
    core::FailoverRow row;
    row.home.text = home;
    row.number = number;
    row.guests = guests;
    return row;
}

std::uint32_t licences(const core::Row& row) {
    return std::get<core::BindingsRow>(row).licences;
}

}  // namespace

TEST_CASE("only the latest row of an AOR waits to be written", "[store][R8]") {
    PendingWrites pending;
    for (std::uint32_t change = 1; change <= 1000; ++change) {
        pending.put(of("alice@north.test", change));
        pending.put(of("bob@north.test", change));
    }
    CHECK(pending.size() == 2);
    const auto rows = pending.take(10);
    REQUIRE(rows.size() == 2);
    CHECK(std::get<core::BindingsRow>(rows[0]).aor.text() == "alice@north.test");
    CHECK(licences(rows[0]) == 1000);
    CHECK(licences(rows[1]) == 1000);
    CHECK(pending.empty());
}

TEST_CASE("of a user's settings the latest wait, and come before bindings", "[store][calls]") {
    PendingWrites pending;
    const base::Aor alice = *base::Aor::parse("alice@north.test");
    pending.put(of("alice@north.test", 1));
    pending.put(core::SettingsRow{alice, "{}", {}});
    pending.put(core::SettingsRow{alice, R"({"dnd":true})", {}});
    CHECK(pending.size() == 2);
    auto rows = pending.take(1);
    REQUIRE(rows.size() == 1);
    CHECK(std::get<core::SettingsRow>(rows[0]).settings == R"({"dnd":true})");
    pending.put(core::SettingsRow{alice, R"({"dnd":false})", {}});
    pending.put_back(std::move(rows));
    rows = pending.take(1);
    CHECK(std::get<core::SettingsRow>(rows[0]).settings == R"({"dnd":false})");
}

TEST_CASE("failovers are told apart by home and number, and there is one epoch", "[store]") {
    PendingWrites pending;
    pending.put(failover("north", 1, 1));
    pending.put(failover("north", 2, 1));
    pending.put(failover("west", 1, 1));
    pending.put(failover("north", 1, 7));
    pending.put(core::EpochRow{{3}});
    pending.put(core::EpochRow{{4}});
    CHECK(pending.size() == 4);
    const auto rows = pending.take(10);
    REQUIRE(rows.size() == 4);
    CHECK(std::get<core::EpochRow>(rows[0]).epoch.value == 4);
    CHECK(std::get<core::FailoverRow>(rows[1]).guests == 7);
}

TEST_CASE("rows leave in batches, the oldest first", "[store]") {
    PendingWrites pending;
    for (int i = 0; i < 5; ++i) pending.put(of("user" + std::to_string(i) + "@north.test", 0));
    CHECK(pending.take(2).size() == 2);
    CHECK(pending.size() == 3);
    const auto rest = pending.take(10);
    REQUIRE(rest.size() == 3);
    CHECK(std::get<core::BindingsRow>(rest[0]).aor.user() == "user2");
    CHECK(pending.take(10).empty());
}

TEST_CASE("a batch that failed comes back in its order, before the rows that came later", "[store][R8]") {
    PendingWrites pending;
    for (int i = 0; i < 3; ++i) pending.put(of("user" + std::to_string(i) + "@north.test", 0));
    auto batch = pending.take(2);
    pending.put_back(std::move(batch));
    const auto rows = pending.take(10);
    REQUIRE(rows.size() == 3);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(std::get<core::BindingsRow>(rows[i]).aor.user() == "user" + std::to_string(i));
}

TEST_CASE("a batch that failed does not undo newer rows", "[store][R8]") {
    PendingWrites pending;
    pending.put(of("alice@north.test", 1));
    pending.put(of("bob@north.test", 1));
    pending.put(failover("north", 1, 1));
    pending.put(core::EpochRow{{1}});
    auto batch = pending.take(10);
    pending.put(of("alice@north.test", 2));
    pending.put(failover("north", 1, 2));
    pending.put(core::EpochRow{{2}});
    pending.put_back(std::move(batch));
    const auto rows = pending.take(10);
    REQUIRE(rows.size() == 4);
    CHECK(std::get<core::EpochRow>(rows[0]).epoch.value == 2);
    CHECK(std::get<core::FailoverRow>(rows[1]).guests == 2);
    CHECK(std::get<core::BindingsRow>(rows[2]).aor.user() == "bob");
    CHECK(licences(rows[2]) == 1);
    CHECK(licences(rows[3]) == 2);
}

TEST_CASE("of calls the latest wait for the database, and what is given up is counted", "[store][calls][R8]") {
    const auto call = [](std::uint64_t number) {
        core::CallRecord record;
        record.epoch = {7};
        record.number = number;
        return record;
    };
    PendingWrites pending;
    pending.put(core::EpochRow{{7}});
    for (std::uint64_t number = 1; number <= PendingWrites::most_calls + 3; ++number) pending.put(call(number));
    CHECK(pending.size() == PendingWrites::most_calls + 1);
    CHECK(pending.calls_dropped() == 3);
    core::CallRecord ended = call(4);
    ended.status = 200;
    pending.put(ended);
    CHECK(pending.calls_dropped() == 3);
    auto rows = pending.take(3);
    REQUIRE(rows.size() == 3);
    CHECK(std::holds_alternative<core::EpochRow>(rows[0]));
    CHECK(std::get<core::CallRecord>(rows[1]).number == 4);
    CHECK(std::get<core::CallRecord>(rows[1]).status == 200);
    pending.put_back(std::move(rows));
    CHECK(pending.size() == PendingWrites::most_calls + 1);
}
