#include "core/licence_ledger.h"

#include <catch2/catch.hpp>

using namespace innkeeper;
using namespace std::chrono_literals;
using backup::TerminalKind;
using core::LicenceLedger;

namespace {

const base::Instant now{1000s};

LicenceLedger with(std::vector<core::LicencePool> pools) {
    LicenceLedger ledger;
    ledger.load(std::move(pools));
    return ledger;
}

}  // namespace

TEST_CASE("a kind of terminal without a pool is not limited", "[licences]") {
    LicenceLedger ledger = with({{"desk", 1, {}}});
    CHECK(ledger.available(now, TerminalKind::soft, 1000000));
    CHECK(LicenceLedger{}.available(now, TerminalKind::desk, 1000000));
}

TEST_CASE("a pool gives as many as it has, and what is given back again", "[licences][R10]") {
    LicenceLedger ledger = with({{"desk", 3, {}}});
    CHECK(ledger.available(now, TerminalKind::desk, 3));
    CHECK_FALSE(ledger.available(now, TerminalKind::desk, 4));
    ledger.draw(TerminalKind::desk, 2);
    CHECK(ledger.available(now, TerminalKind::desk, 1));
    CHECK_FALSE(ledger.available(now, TerminalKind::desk, 2));
    ledger.draw(TerminalKind::desk, 1);
    CHECK_FALSE(ledger.available(now, TerminalKind::desk, 1));
    CHECK(ledger.available(now, TerminalKind::desk, 0));
    ledger.give_back(TerminalKind::desk, 1);
    CHECK(ledger.available(now, TerminalKind::desk, 1));
}

TEST_CASE("an ended pool gives nothing, from the moment it ends", "[licences]") {
    LicenceLedger ledger = with({{"desk", 3, now + 1h}});
    CHECK(ledger.available(now + 1h - 1us, TerminalKind::desk, 1));
    CHECK_FALSE(ledger.available(now + 1h, TerminalKind::desk, 1));
    CHECK(ledger.available(now + 1h, TerminalKind::desk, 0));
}

TEST_CASE("pools loaded anew replace the old ones; what is drawn stays drawn", "[licences][R10]") {
    LicenceLedger ledger = with({{"desk", 3, {}}, {"soft", 1, {}}});
    ledger.draw(TerminalKind::desk, 3);
    ledger.load({{"desk", 4, {}}});
    CHECK(ledger.available(now, TerminalKind::desk, 1));
    CHECK_FALSE(ledger.available(now, TerminalKind::desk, 2));
    CHECK(ledger.available(now, TerminalKind::soft, 5));
    ledger.load({{"desk", 2, {}}});
    CHECK_FALSE(ledger.available(now, TerminalKind::desk, 1));
    CHECK(ledger.report(now).front().used == 3);
}

TEST_CASE("what was drawn before a kind had a pool counts once it has one", "[licences][R10]") {
    LicenceLedger ledger;
    ledger.draw(TerminalKind::dect, 5);
    ledger.load({{"dect", 6, {}}});
    CHECK(ledger.available(now, TerminalKind::dect, 1));
    CHECK_FALSE(ledger.available(now, TerminalKind::dect, 2));
}

TEST_CASE("the report shows every pool, also ended ones and those of no known kind", "[licences]") {
    LicenceLedger ledger = with({{"desk", 3, now + 1h}, {"fax", 2, now - 1min}, {"soft", 7, {}}});
    ledger.draw(TerminalKind::desk, 2);
    const auto rows = ledger.report(now);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].pool == "desk");
    CHECK(rows[0].capacity == 3);
    CHECK(rows[0].used == 2);
    CHECK(rows[0].ends_in == 1h);
    CHECK(rows[1].pool == "fax");
    CHECK(rows[1].used == 0);
    CHECK(rows[1].ends_in == -1min);
    CHECK_FALSE(rows[2].ends_in);
}
