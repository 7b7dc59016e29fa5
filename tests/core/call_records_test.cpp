#include <catch2/catch.hpp>

#include "core/call_records.h"

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;

namespace {

struct Book {
    CallRecords records;
    base::Instant now{1h};
    Book() { records.begin({7}); }
    void call(calls::ContextId id, std::string caller = "ann@a.test", std::string callee = "bob@a.test",
              base::SiteName guest_of = {}) {
        CallRecord fresh;
        fresh.caller = std::move(caller);
        fresh.callee = std::move(callee);
        fresh.call_id = "call-" + std::to_string(id);
        fresh.route = "registered_here";
        fresh.guest_of = std::move(guest_of);
        records.began(now, id, std::move(fresh), "tag");
    }
    std::vector<CallRecord> conclude(calls::ContextId id, std::uint16_t status) {
        return records.concluded(now, id, status);
    }
    std::vector<CallRecord> hang_up(calls::ContextId id) {
        return records.hung_up(now, "call-" + std::to_string(id), "tag");
    }
};

}  // namespace

TEST_CASE("a call that was answered is written when it is and when it ends, under one key", "[calls]") {
    Book book;
    book.call(1);
    book.now += 2s;
    book.records.rang(book.now, 1);
    book.now += 3s;
    const auto answered = book.conclude(1, 200);
    REQUIRE(answered.size() == 1);
    CHECK(answered[0].setup == 2s);
    CHECK(answered[0].answered == book.now);
    CHECK_FALSE(answered[0].ended);
    book.now += 60s;
    const auto ended = book.hang_up(1);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].ended == book.now);
    CHECK(ended[0].epoch == answered[0].epoch);
    CHECK(ended[0].number == answered[0].number);
    CHECK(book.hang_up(1).empty());
}

TEST_CASE("a call that went to another site and came back has two records, which end together", "[calls][groups]") {
    Book book;
    for (const calls::ContextId context : {1U, 2U}) {
        CallRecord fresh;
        fresh.call_id = "call-1";
        book.records.began(book.now, context, std::move(fresh), "tag");
        REQUIRE(book.conclude(context, 200).size() == 1);
    }
    CHECK(book.hang_up(1).size() == 2);
    CHECK(book.hang_up(1).empty());
    for (const CallRecord& record : book.records.list({}, 10)) CHECK(record.ended == book.now);
}

TEST_CASE("a call that was refused is over at once, and its set-up ended with the refusal", "[calls]") {
    Book book;
    book.call(1);
    book.now += 1s;
    const auto refused = book.conclude(1, 486);
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].ended == book.now);
    CHECK(refused[0].setup == 1s);
    CHECK(refused[0].status == 486);
    CHECK(book.conclude(1, 200).empty());
}

TEST_CASE("a call that goes elsewhere is told by the rule that it went by last", "[calls]") {
    Book book;
    book.call(1);
    book.records.rerouted(1, "voicemail", {"north"});
    CHECK(book.conclude(1, 200)[0].route == "voicemail");
    book.hang_up(1);
    CHECK(book.records.of_guests({"north"}).size() == 1);
}

TEST_CASE("calls are listed with those under way first, then the latest, of one user or of all", "[calls]") {
    Book book;
    book.call(1);
    book.conclude(1, 486);
    book.call(2, "eve@a.test", "ann@a.test");
    book.conclude(2, 404);
    book.call(3, "eve@a.test", "bob@a.test");
    const auto all = book.records.list("", 10);
    REQUIRE(all.size() == 3);
    CHECK(all[0].call_id == "call-3");
    CHECK(all[1].call_id == "call-2");
    CHECK(book.records.list("ann@a.test", 10).size() == 2);
    CHECK(book.records.list("", 1).size() == 1);
}

TEST_CASE("records in memory are bounded, however many calls there are and however they end", "[calls][R15]") {
    Book book;
    for (calls::ContextId id = 1; id <= CallRecords::latest + 10; ++id) {
        book.call(id, "ann@a.test", "bob@a.test", {"north"});
        book.conclude(id, id % 2 == 0 ? 200 : 486);
        if (id % 2 == 0) book.hang_up(id);
    }
    CHECK(book.records.list("", 100000).size() == CallRecords::latest);
    CHECK(book.records.list("", 100000).back().call_id == "call-11");
    CHECK(book.records.of_guests({"north"}).size() == CallRecords::latest + 10);
}

TEST_CASE("of more answered calls than anybody could have the oldest is taken for over", "[calls][R15]") {
    Book book;
    for (calls::ContextId id = 1; id <= CallRecords::under_way + 1; ++id) {
        book.call(id);
        book.conclude(id, 200);
    }
    CHECK(book.hang_up(1).empty());
    CHECK(book.hang_up(2).size() == 1);
}

TEST_CASE("what guests of a home called is known until its failover has ended", "[calls][IP6]") {
    Book book;
    book.call(1, "ann@a.test", "bob@a.test", {"north"});
    book.conclude(1, 486);
    book.call(2);
    book.conclude(2, 486);
    REQUIRE(book.records.of_guests({"north"}).size() == 1);
    book.records.forget_guests({"north"});
    CHECK(book.records.of_guests({"north"}).empty());
    CHECK(book.records.list("", 10).size() == 2);
}

TEST_CASE("a caller's words are cut to what a row may hold", "[calls][R20]") {
    Book book;
    book.call(1, std::string(5000, 'x'));
    CHECK(book.conclude(1, 486)[0].caller.size() == CallRecords::text_octets);
}
