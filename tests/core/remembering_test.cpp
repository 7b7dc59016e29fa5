// What outlives a crash, over the whole gatekeeper: one life's memory handed to the next.
#include <algorithm>

#include "backup/image.h"
#include "gate.h"

using namespace gate;

namespace {

// What a supervisor would have, after all that `gate` did in its last steps.
class Memory {
public:
    void keep(const Gate& gate) {
        for (const Effect& effect : gate.happened)
            if (const auto* kept = std::get_if<KeepInMemory>(&effect)) {
                if (kept->anew) octets.clear();
                octets += kept->frames;
                ++times;
            }
    }
    MemoryFound found() const {
        MemoryFound found;
        found.images.emplace_back(octets);
        return found;
    }
    base::WipedBytes octets;
    int times = 0;
};

// A site like the one of backup_of(), whose memory is kept from its first step.
struct Life {
    explicit Life(Memory& kept) : gate(quick()), memory(kept) {
        gate.now += 1h;
        feed(Started{700});
        feed(memory.octets.empty() ? MemoryFound{} : memory.found());
        recovered = gate.notices<MemoryRecovered>();
        ignored = gate.notices<MemoryIgnored>();
        feed(NonceKeyMade{nonce_key(1, gate.now)});
    }
    void feed(Event event) {
        gate.feed(std::move(event));
        memory.keep(gate);
    }
    void hear(PeerMessage message) { feed(PeerMessageReceived{north, std::move(message)}); }
    void pass(base::Duration duration) {
        gate.pass(duration);
        memory.keep(gate);
    }
    std::uint16_t call(Phone& phone) {
        if (phone.send(gate).status != 401) {
            memory.keep(gate);
            return gate.answer().status;
        }
        memory.keep(gate);
        phone.session.take(gate.answer().challenge->realm, gate.answer().challenge->nonce);
        phone.send(gate);
        memory.keep(gate);
        return gate.answer().status;
    }
    HomeStatus home() { return gate.status().homes[0]; }

    Gate gate;
    Memory& memory;
    std::vector<MemoryRecovered> recovered;
    std::vector<MemoryIgnored> ignored;
};

Hello entrusting(std::uint64_t epoch) {
    Hello hello;
    hello.epoch = {epoch};
    hello.matching = quick().matching;
    hello.you_are_my_backup = true;
    hello.backups = {south, west};
    return hello;
}

Changes records(std::uint64_t epoch, std::vector<std::string> names, std::uint64_t upto, bool restart = true) {
    Changes page{Dataset::records, {epoch}, {}, {upto}, restart, true, {}, {}};
    for (const std::string& name : names) page.records.push_back({aor(name), user(name)});
    return page;
}

// North has entrusted bob and carol and is lost; bob is a guest.
void fail_over(Life& life, Phone& bob) {
    life.feed(StateLoaded{});
    life.feed(StoreAvailability{true, {}});
    life.feed(PeerLinkChanged{north, LinkState::up, {}});
    life.hear(entrusting(500));
    life.hear(records(500, {"bob", "carol"}, 2));
    life.hear(life.gate.heartbeat);
    life.pass(16s);
    REQUIRE(life.call(bob) == 200);
}

}  // namespace

TEST_CASE("a site whose memory nobody keeps writes none", "[memory]") {
    Gate gate = backup_of({"bob"});
    Memory memory;
    memory.keep(gate);
    CHECK(memory.times == 0);
}

TEST_CASE("a backup killed in a failover serves its guests again before anything else is heard", "[memory][IP8][R9]") {
    Memory memory;
    Phone bob("bob"), carol("carol");
    {
        Life life(memory);
        fail_over(life, bob);
    }
    Life life(memory);
    REQUIRE(life.recovered.size() == 1);
    CHECK(life.recovered[0].records == 2);
    CHECK(life.home().records == 2);
    CHECK(life.home().guests == 1);
    CHECK(life.home().backed_up_here);
    CHECK(life.home().phase == Phase::active);
    CHECK(life.call(bob) == 200);
    CHECK(life.call(carol) == 200);
}

TEST_CASE("a second crash finds what the first one found, and what came after", "[memory][IP8]") {
    Memory memory;
    Phone bob("bob"), carol("carol");
    {
        Life life(memory);
        fail_over(life, bob);
    }
    {
        Life life(memory);
        REQUIRE(life.call(carol) == 200);
    }
    Life life(memory);
    CHECK(life.home().guests == 2);
    CHECK(life.home().records == 2);
}

TEST_CASE("a binding acknowledged a moment before the crash is there, and is written then", "[memory][R7]") {
    Memory memory;
    Phone alice("alice");
    {
        Life life(memory);
        UsersLoaded page;
        page.users.push_back(user("alice"));
        page.restart = page.complete = true;
        life.feed(std::move(page));
        REQUIRE(life.call(alice) == 200);
    }
    Life life(memory);
    CHECK(life.gate.status().registrations == 1);
    life.feed(StateLoaded{});
    bool written = false;
    for (const BindingsRow& row : life.gate.rows<BindingsRow>())
        written = written || (row.aor == aor("alice") && row.bindings.size() == 1);
    CHECK(written);
}

TEST_CASE("what is acknowledged is kept before it is answered", "[memory][R7]") {
    Memory memory;
    Phone alice("alice");
    Life life(memory);
    UsersLoaded page;
    page.users.push_back(user("alice"));
    page.restart = page.complete = true;
    life.feed(std::move(page));
    REQUIRE(life.call(alice) == 200);
    const auto first_of = [&](auto kind) {
        return std::find_if(life.gate.happened.begin(), life.gate.happened.end(),
                            [](const Effect& effect) { return std::holds_alternative<decltype(kind)>(effect); });
    };
    REQUIRE(first_of(KeepInMemory{}) != life.gate.happened.end());
    CHECK(first_of(KeepInMemory{}) < first_of(Answer{}));
}

TEST_CASE("what was logged out a moment before the crash does not come back from the database", "[memory][R7]") {
    Memory memory;
    Phone alice("alice");
    StateLoaded stored;
    {
        Life life(memory);
        UsersLoaded page;
        page.users.push_back(user("alice"));
        page.restart = page.complete = true;
        life.feed(std::move(page));
        REQUIRE(life.call(alice) == 200);
        stored.bindings = life.gate.rows<BindingsRow>();
        REQUIRE(stored.bindings.size() == 1);
        for (auto& contact : alice.request.contacts) contact.expires = 0;
        REQUIRE(life.call(alice) == 200);
        REQUIRE(life.gate.status().registrations == 0);
    }
    Life life(memory);
    life.feed(std::move(stored));
    CHECK(life.gate.status().registrations == 0);
    const auto rows = life.gate.rows<BindingsRow>();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].bindings.empty());
}

TEST_CASE("rows that the database has already are not written again", "[memory]") {
    Memory memory;
    Phone bob("bob");
    StateLoaded stored;
    {
        Life life(memory);
        fail_over(life, bob);
        stored.bindings = life.gate.rows<BindingsRow>();
        REQUIRE(stored.bindings.size() == 1);
    }
    Life life(memory);
    life.feed(std::move(stored));
    CHECK(life.gate.rows<BindingsRow>().empty());
    CHECK(life.home().guests == 1);
}

TEST_CASE("an epoch is higher than that of any earlier life", "[memory]") {
    Memory memory;
    {
        Life life(memory);
        Hello hello = entrusting(500);
        hello.epoch_heard_of_you = {90'000};
        life.hear(std::move(hello));
        REQUIRE(life.gate.status().epoch.value > 90'000);
    }
    Life life(memory);
    CHECK(life.gate.status().epoch.value > 90'001);
}

TEST_CASE("the copy of a home's records goes on where it was", "[memory][IP8]") {
    Memory memory;
    Phone bob("bob");
    {
        Life life(memory);
        fail_over(life, bob);
    }
    Life life(memory);
    life.feed(PeerLinkChanged{north, LinkState::up, {}});
    Position asked;
    for (const Position* position : life.gate.sent<Position>(north))
        if (position->dataset == Dataset::records) asked = *position;
    CHECK(asked.epoch.value == 500);
    CHECK(asked.sequence.value == 2);
    // And a home that has restarted meanwhile replaces it all.
    life.hear(entrusting(501));
    life.hear(records(501, {"bob"}, 1));
    CHECK(life.home().records == 1);
}

TEST_CASE("records that a home took away stay away", "[memory][IP8]") {
    Memory memory;
    Phone bob("bob");
    {
        Life life(memory);
        fail_over(life, bob);
        Hello hello = entrusting(500);
        hello.you_are_my_backup = false;
        life.hear(std::move(hello));
        REQUIRE(life.home().records == 0);
    }
    Life life(memory);
    CHECK(life.home().records == 0);
    CHECK_FALSE(life.home().backed_up_here);
}

TEST_CASE("settings changed in the failover outlive the crash, and end with the failover", "[memory][IP6]") {
    Memory memory;
    Phone bob("bob");
    {
        Life life(memory);
        fail_over(life, bob);
        OperatorCommand order;
        order.command = SetUser{"bob", R"({"of":"guest"})"};
        life.feed(std::move(order));
    }
    Life life(memory);
    CHECK(fact(life.gate.explain("bob"), "settings") == R"({"of":"guest"})");
}

TEST_CASE("memory of another version is not read, which is said", "[memory]") {
    Memory memory;
    Phone bob("bob");
    {
        Life life(memory);
        fail_over(life, bob);
    }
    memory.octets[8] = static_cast<char>(backup::image_version + 1);
    Life life(memory);
    CHECK(life.ignored.size() == 1);
    CHECK(life.recovered.empty());
    CHECK(life.home().records == 0);
}

TEST_CASE("a writer that died half-way loses nothing but its last frame", "[memory][R7]") {
    Memory memory;
    Phone bob("bob");
    {
        Life life(memory);
        fail_over(life, bob);
    }
    memory.octets += "\x10half a frame";
    Life life(memory);
    REQUIRE(life.recovered.size() == 1);
    CHECK(life.recovered[0].torn);
    CHECK(life.home().records == 2);
    CHECK(life.home().guests == 1);
}

TEST_CASE("of two images the later one counts", "[memory]") {
    Memory memory;
    Phone bob("bob"), carol("carol");
    {
        Life life(memory);
        fail_over(life, bob);
    }
    const base::WipedBytes earlier = memory.octets;
    {
        Life life(memory);
        REQUIRE(life.call(carol) == 200);
    }
    Gate gate(quick());
    gate.now += 1h;
    gate.feed(Started{700});
    MemoryFound found = memory.found();
    found.images.push_back(earlier);
    gate.feed(std::move(found));
    CHECK(gate.guests() == 2);
}

TEST_CASE("the image stays small while one record changes for ever", "[memory]") {
    Memory memory;
    Life life(memory);
    life.feed(PeerLinkChanged{north, LinkState::up, {}});
    life.hear(entrusting(500));
    life.hear(records(500, {"bob"}, 1));
    std::size_t largest = 0;
    for (std::uint64_t i = 2; i < 30'000; ++i) {
        Changes page{Dataset::records, {500}, {i - 1}, {i}, false, true, {}, {}};
        page.records.push_back({aor("bob"), user("bob")});
        page.records[0].record->settings = std::string(400, static_cast<char>('a' + i % 26));
        life.hear(std::move(page));
        largest = std::max(largest, memory.octets.size());
    }
    CHECK(largest > 3'000'000);  // it did grow
    CHECK(largest < 6'000'000);
    Life next(memory);
    CHECK(next.home().records == 1);
}
