// Records from a third party, over the whole gatekeeper: who asks, who lends, to whom, and what counts in the end.
#include <algorithm>

#include "core/limits.h"
#include "gate.h"

using namespace gate;

namespace {

RecordsLent page_of(const base::SiteName& home, std::vector<std::string> names, bool complete = true,
                    const base::Aor& after = {}) {
    RecordsLent page{home, after, true, complete, {}, {}};
    for (const std::string& name : names) page.records.push_back({aor(name), user(name)});
    return page;
}

Hello hello_of(std::uint64_t epoch, std::vector<base::SiteName> backups) {
    Hello hello;
    hello.epoch = {epoch};
    hello.matching = support::settings_of("south", {}, {}).matching;
    hello.you_are_my_backup = std::find(backups.begin(), backups.end(), south) != backups.end();
    hello.backups = std::move(backups);
    return hello;
}

// South knows west, and has heard nothing of north.
Gate rebooted() {
    Gate gate;
    gate.started().with_users({"alice"});
    gate.link(west);
    gate.beat(west);
    return gate;
}

// South without its database; west, its backup, is heard.
Gate without_database() {
    Gate gate(support::settings_of("south", {"north", "west"}, {"west"}));
    gate.started();
    gate.feed(StoreAvailability{false, "connection refused"});
    gate.link(west);
    gate.beat(west);
    gate.beating = {west};
    return gate;
}

bool asked_for(const Gate& gate, const base::SiteName& home) {
    const auto wanted = gate.sent<RecordsWanted>(west);
    return std::any_of(wanted.begin(), wanted.end(), [&](const RecordsWanted* one) { return one->home == home; });
}

}  // namespace

TEST_CASE("a site that holds no records of a home it cannot hear asks the others", "[lending][IP8][R9]") {
    Gate gate = rebooted();
    REQUIRE(gate.sent<RecordsWanted>(west).size() == 1);
    CHECK(gate.sent<RecordsWanted>(west)[0]->home == north);
    CHECK(gate.sent<RecordsWanted>(west)[0]->after.empty());

    gate.hear(west, page_of(north, {"bob", "carol"}, false));
    REQUIRE(gate.sent<RecordsWanted>(west).size() == 1);
    CHECK(gate.sent<RecordsWanted>(west)[0]->after == aor("carol"));
    gate.hear(west, page_of(north, {"dave"}, true, aor("carol")));
    CHECK(gate.sent<RecordsWanted>(west).empty());
    REQUIRE(gate.notices<RecordsBorrowed>().size() == 1);
    CHECK(gate.notices<RecordsBorrowed>()[0].count == 3);
    const HomeStatus home = gate.status().homes[0];
    CHECK(home.records == 3);
    CHECK(home.backed_up_here);

    lose_north(gate);
    Phone bob("bob");
    CHECK(bob.call(gate).status == 200);
}

TEST_CASE("pages that nobody asked for are no records", "[lending][IP8]") {
    Gate gate = rebooted();
    gate.hear(north, page_of(north, {"mallory"}));
    CHECK(gate.status().homes[0].records == 0);
    gate.hear(west, page_of(west, {"mallory"}));
    gate.hear(west, page_of(north, {"mallory"}, true, aor("zoe")));
    CHECK(gate.status().homes[0].records == 0);
}

TEST_CASE("who has nothing to lend is asked again after a while", "[lending]") {
    Gate gate = rebooted();
    gate.hear(west, RecordsLent{north, {}, false, false, {}, {}});
    CHECK(gate.sent<RecordsWanted>(west).empty());
    gate.beating = {west};
    gate.pass(1500ms);
    CHECK(gate.sent<RecordsWanted>(west).empty());
    gate.pass(1s);
    CHECK(gate.sent<RecordsWanted>(west).size() == 1);
}

TEST_CASE("a lender that does not answer is asked again, from where the copy has come", "[lending]") {
    Gate gate = rebooted();
    gate.hear(west, page_of(north, {"bob"}, false));
    gate.beating = {west};
    gate.pass(3s);
    REQUIRE(gate.sent<RecordsWanted>(west).size() == 1);
    CHECK(gate.sent<RecordsWanted>(west)[0]->after == aor("bob"));
}

TEST_CASE("what the home says itself replaces what was borrowed", "[lending][IP8]") {
    Gate gate = rebooted();
    gate.hear(west, page_of(north, {"bob", "carol"}));
    REQUIRE(gate.status().homes[0].records == 2);
    gate.entrusted_by_north({"bob", "dave"});
    CHECK(gate.status().homes[0].records == 2);
    CHECK(gate.explain("carol").rule == "wrong_credentials");
    CHECK(gate.explain("dave").rule == "registered_at_home");
}

TEST_CASE("a home that says that it no longer counts on this site has its borrowed records wiped", "[lending][IP8]") {
    Gate gate = rebooted();
    gate.hear(west, page_of(north, {"bob"}));
    gate.link(north);
    gate.hear(north, hello_of(500, {west}));
    CHECK(gate.status().homes[0].records == 0);
}

TEST_CASE("once the home is heard nothing more is borrowed", "[lending]") {
    Gate gate = rebooted();
    gate.link(north);
    gate.beat(north);
    gate.hear(west, page_of(north, {"mallory"}));
    CHECK(gate.status().homes[0].records == 0);
    gate.beating = {north, west};
    gate.pass(5s);
    CHECK(gate.sent<RecordsWanted>(west).empty());
}

TEST_CASE("records are lent to the home itself and to whom it has named, and to nobody else", "[lending][IP8]") {
    Gate gate;
    gate.started().with_users({});
    gate.entrusted_by_north({"bob", "carol"});
    gate.hear(north, hello_of(500, {south}));
    gate.hear(west, RecordsWanted{north, {}});
    REQUIRE(gate.sent<RecordsLent>(west).size() == 1);
    CHECK_FALSE(gate.sent<RecordsLent>(west)[0]->held);
    CHECK(gate.sent<RecordsLent>(west)[0]->records.empty());

    gate.hear(north, RecordsWanted{north, {}});
    REQUIRE(gate.sent<RecordsLent>(north).size() == 1);
    CHECK(gate.sent<RecordsLent>(north)[0]->records.size() == 2);
    CHECK(gate.sent<RecordsLent>(north)[0]->complete);

    gate.hear(north, hello_of(500, {south, west}));
    gate.hear(west, RecordsWanted{north, aor("bob")});
    REQUIRE(gate.sent<RecordsLent>(west).size() == 1);
    REQUIRE(gate.sent<RecordsLent>(west)[0]->records.size() == 1);
    CHECK(gate.sent<RecordsLent>(west)[0]->records[0].aor == aor("carol"));
    CHECK(gate.notices<RecordsGiven>().size() == 1);

    gate.hear(west, RecordsWanted{south, {}});  // our own users are no backup records
    CHECK_FALSE(gate.sent<RecordsLent>(west)[0]->held);
}

TEST_CASE("what was borrowed is lent on to whom the home has named, while it is silent", "[lending][IP8][R9]") {
    Gate gate = rebooted();
    RecordsLent page = page_of(north, {"bob", "carol"});
    page.backups = {south, west};
    gate.hear(west, std::move(page));
    gate.hear(west, RecordsWanted{north, {}});  // which has booted in its turn
    REQUIRE(gate.sent<RecordsLent>(west).size() == 1);
    CHECK(gate.sent<RecordsLent>(west)[0]->records.size() == 2);
    CHECK(gate.sent<RecordsLent>(west)[0]->backups == std::vector<base::SiteName>{south, west});

    gate.link(north);
    gate.hear(north, hello_of(500, {south}));  // the home itself no longer names it
    gate.hear(west, RecordsWanted{north, {}});
    CHECK_FALSE(gate.sent<RecordsLent>(west)[0]->held);
}

TEST_CASE("a copy that is not complete is not lent", "[lending]") {
    Gate gate;
    gate.started().with_users({});
    gate.link(north);
    gate.hear(north, hello_of(500, {south, west}));
    Changes half{Dataset::records, {500}, {}, {1}, true, false, {}, {}};
    half.records.push_back({aor("bob"), user("bob")});
    gate.hear(north, std::move(half));
    gate.hear(west, RecordsWanted{north, {}});
    CHECK_FALSE(gate.sent<RecordsLent>(west)[0]->held);
}

TEST_CASE("a large list is lent in pages", "[lending]") {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < Limits::changes_per_page + 1; ++i) names.push_back("u" + std::to_string(1000 + i));
    Gate gate;
    gate.started().with_users({});
    gate.entrusted_by_north(names);
    gate.hear(north, RecordsWanted{north, {}});
    const RecordsLent* first = gate.sent<RecordsLent>(north).at(0);
    CHECK(first->records.size() == Limits::changes_per_page);
    CHECK_FALSE(first->complete);
    const base::Aor last = first->records.back().aor;
    gate.hear(north, RecordsWanted{north, last});
    CHECK(gate.sent<RecordsLent>(north).at(0)->records.size() == 1);
    CHECK(gate.sent<RecordsLent>(north).at(0)->complete);
}

TEST_CASE("a site without its database serves the users that a backup lends back", "[lending][R8]") {
    Gate gate = without_database();
    Phone bob("bob");
    CHECK(bob.call(gate).status == 503);
    gate.pass(1500ms);
    CHECK_FALSE(asked_for(gate, south));  // the database has its moment first
    gate.pass(1s);
    CHECK(asked_for(gate, south));

    gate.hear(west, page_of(south, {"bob", "carol"}));
    CHECK(gate.status().serving);
    CHECK(gate.status().users_borrowed);
    CHECK(gate.status().users == 2);
    REQUIRE(gate.sent<Heartbeat>(west).size() == 1);
    CHECK(gate.sent<Heartbeat>(west)[0]->serving);
    CHECK(bob.call(gate).status == 200);
    CHECK(fact(gate.explain("bob"), "users loaded") == "borrowed from a backup");
}

TEST_CASE("a borrowed list is pushed to no backup, and the first load replaces it", "[lending][R8]") {
    Gate gate = without_database();
    gate.pass(2500ms);
    gate.hear(west, page_of(south, {"bob", "carol"}));
    gate.hear(west, Position{Dataset::records, {}, {}});
    gate.pass(1s);
    for (const Changes* page : gate.sent<Changes>(west)) CHECK(page->dataset == Dataset::registrations);

    Phone carol("carol");
    REQUIRE(carol.call(gate).status == 200);
    gate.with_users({"bob", "dave"});
    CHECK_FALSE(gate.status().users_borrowed);
    CHECK(gate.status().users == 2);
    CHECK(gate.status().registrations == 0);
    gate.pass(100ms);
    bool told = false;
    for (const Changes* page : gate.sent<Changes>(west)) told = told || page->dataset == Dataset::records;
    CHECK(told);
}

TEST_CASE("a site that nobody lends its users goes on answering 503", "[lending][R8]") {
    Gate gate = without_database();
    gate.pass(2500ms);
    gate.hear(west, RecordsLent{south, {}, false, false, {}, {}});
    CHECK_FALSE(gate.status().serving);
    Phone bob("bob");
    CHECK(refused(gate, bob) == Refusal::users_not_loaded);
}
