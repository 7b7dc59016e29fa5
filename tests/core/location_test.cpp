#include "core/location.h"

#include "core/fingerprint.h"
#include "support/catch_print.h"

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;

namespace {

const base::SiteName north{"north"}, west{"west"};
const base::Instant start{1000s};

base::Aor aor(const std::string& user) {
    return base::Aor::parse(user + "@example.test").value();
}

Binding until(base::Instant expires, std::string contact = "sip:a@h") {
    Binding binding;
    binding.contact = std::move(contact);
    binding.expires = expires;
    return binding;
}

LocationEntry& put(Location& location, const std::string& user, std::vector<Binding> bindings,
                   const base::SiteName& guest_of = {}, bool tell = true) {
    LocationEntry& entry = location.obtain(aor(user));
    entry.bindings = std::move(bindings);
    entry.guest_of = guest_of;
    location.settle(entry, tell);
    return entry;
}

std::vector<std::string> names(const std::vector<LocationEntry*>& entries) {
    std::vector<std::string> users;
    for (const LocationEntry* entry : entries) users.emplace_back(entry->aor->user());
    return users;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("an entry is made once and keeps its address", "[location]") {
    Location location;
    CHECK(location.find(aor("alice")) == nullptr);
    LocationEntry& alice = location.obtain(aor("alice"));
    for (int i = 0; i < 1000; ++i) location.obtain(aor("u" + std::to_string(i)));
    CHECK(&location.obtain(aor("alice")) == &alice);
    CHECK(location.find(aor("alice")) == &alice);
    CHECK(*alice.aor == aor("alice"));
}

TEST_CASE("bindings, own users and guests are counted", "[location]") {
    Location location;
    put(location, "alice", {until(start), until(start, "sip:a@h2")});
    put(location, "bob", {until(start)}, north);
    put(location, "carol", {until(start)}, west);
    location.obtain(aor("dave"));
    CHECK(location.bindings() == 4);
    CHECK(location.own_registered() == 1);
    CHECK(location.guests() == 2);
    CHECK(location.guests_of(north) == 1);
    CHECK(location.guests_of({"elsewhere"}) == 0);

    put(location, "alice", {until(start)});
    put(location, "bob", {});
    CHECK(location.bindings() == 2);
    CHECK(location.guests_of(north) == 0);
    CHECK(location.guests() == 1);
}

TEST_CASE("a guest that becomes an own user is counted as what it is", "[location]") {
    Location location;
    put(location, "alice", {until(start)}, north);
    put(location, "alice", {until(start)});
    CHECK(location.guests_of(north) == 0);
    CHECK(location.own_registered() == 1);
    put(location, "alice", {until(start)}, west);
    CHECK(location.own_registered() == 0);
    CHECK(location.guests_of(west) == 1);
}

TEST_CASE("released guests are counted, and are released no more once they are gone", "[location][IP13]") {
    Location location;
    LocationEntry& alice = put(location, "alice", {until(start)}, north);
    put(location, "bob", {until(start)}, north);
    location.release(alice);
    CHECK(location.guests_of(north) == 2);
    CHECK(location.unreleased_of(north) == 1);
    CHECK(names(location.idle_guests(north, 10)) == Words{"bob"});
    location.take_back(alice);
    CHECK(location.unreleased_of(north) == 2);
    location.release(alice);
    put(location, "alice", {}, north);
    CHECK_FALSE(alice.released);
    CHECK(location.unreleased_of(north) == 1);
    CHECK(location.unreleased_of({"elsewhere"}) == 0);
}

TEST_CASE("guests in a call are counted apart and are not idle", "[location][IP7]") {
    Location location;
    LocationEntry& alice = put(location, "alice", {until(start)}, north);
    put(location, "bob", {until(start)}, north);
    alice.calls = 2;
    location.settle(alice, false);
    CHECK(location.busy_of(north) == 1);
    CHECK(location.unreleased_of(north) == 2);
    CHECK(names(location.idle_guests(north, 10)) == Words{"bob"});
    alice.calls = 0;
    location.settle(alice, false);
    CHECK(location.busy_of(north) == 0);
    CHECK(location.busy_of({"elsewhere"}) == 0);
}

TEST_CASE("a guest that is kept is neither released nor waits for it", "[location][IP13]") {
    Location location;
    LocationEntry& alice = put(location, "alice", {until(start)}, north);
    location.release(alice);
    location.keep(alice);
    CHECK_FALSE(alice.released);
    CHECK(location.unreleased_of(north) == 0);
    CHECK(location.idle_guests(north, 10).empty());
    location.take_back(alice);
    CHECK(location.unreleased_of(north) == 1);
}

TEST_CASE("guests are released in the order of their last change, at most as many as asked", "[location][IP13]") {
    Location location;
    put(location, "alice", {until(start)}, north);
    put(location, "bob", {until(start)}, north);
    put(location, "carol", {until(start)}, west);
    put(location, "dave", {until(start)}, north);
    put(location, "alice", {until(start + 1s)}, north);
    CHECK(names(location.idle_guests(north, 2)) == Words{"bob", "dave"});
    CHECK(names(location.idle_guests(north, 9)) == Words{"bob", "dave", "alice"});
}

TEST_CASE("an entry is due when its earliest binding expires, to the microsecond", "[location]") {
    Location location;
    put(location, "alice", {until(start + 60s), until(start + 30s, "sip:a@h2")});
    CHECK(location.next_expiry() == start + 30s);
    CHECK(location.due(start + 30s - 1us).empty());
    const auto due = location.due(start + 30s);
    REQUIRE(names(due) == Words{"alice"});
    due[0]->bindings.pop_back();
    location.settle(*due[0], true);
    CHECK(location.next_expiry() == start + 60s);
    CHECK(location.due(start + 59s).empty());
    CHECK(names(location.due(start + 60s)) == Words{"alice"});
}

TEST_CASE("a refreshed entry is not due at its old time", "[location]") {
    Location location;
    LocationEntry& alice = put(location, "alice", {until(start + 30s)});
    alice.bindings[0].expires = start + 90s;
    location.settle(alice, false);
    CHECK(location.due(start + 30s).empty());
    CHECK(location.next_expiry() == start + 90s);
    CHECK(names(location.due(start + 90s)) == Words{"alice"});
}

TEST_CASE("an expiry that became earlier counts", "[location]") {
    Location location;
    LocationEntry& alice = put(location, "alice", {until(start + 90s)});
    alice.bindings[0].expires = start + 30s;
    location.settle(alice, false);
    CHECK(names(location.due(start + 30s)) == Words{"alice"});
    alice.bindings.clear();
    location.settle(alice, true);
    CHECK(location.due(start + 90s).empty());
    CHECK(location.next_expiry() == base::Instant::max());
}

TEST_CASE("an entry that is gone is not due, and one that came back is due once", "[location]") {
    Location location;
    put(location, "alice", {until(start + 30s)});
    put(location, "alice", {});
    put(location, "alice", {until(start + 40s)});
    CHECK(location.due(start + 30s).empty());
    CHECK(names(location.due(start + 50s)) == Words{"alice"});
    CHECK(location.due(start + 60s).empty());
}

TEST_CASE("alternating expiries do not make the agenda wake for nothing", "[location][R15]") {
    Location location;
    LocationEntry& alice = location.obtain(aor("alice"));
    for (int i = 0; i < 10000; ++i) {
        alice.bindings = {until(start + (i % 2 == 0 ? 3600s : 60s))};
        location.settle(alice, false);
    }
    int wakes = 0;
    for (base::Instant now = location.next_expiry(); now != base::Instant::max(); now = location.next_expiry()) {
        for (LocationEntry* entry : location.due(now)) {
            entry->bindings.clear();
            location.settle(*entry, false);
        }
        ++wakes;
    }
    CHECK(wakes <= 2);
}

TEST_CASE("the digest is of what was told, and changes only with it", "[location]") {
    Location location;
    LocationEntry& alice = put(location, "alice", {until(start)});
    const Version first = location.version();
    CHECK(first.sequence.value == 1);
    CHECK(first.digest == fingerprint(aor("alice"), {}, alice.bindings));
    alice.bindings[0].expires = start + 5s;
    location.settle(alice, false);
    CHECK(location.version() == first);
    put(location, "bob", {until(start)}, north);
    put(location, "alice", {});
    CHECK(location.version().digest == fingerprint(aor("bob"), north, {until(start)}));
    CHECK(location.version().sequence.value == 3);
    location.renumber();
    CHECK(location.version().sequence.value == 2);
}
