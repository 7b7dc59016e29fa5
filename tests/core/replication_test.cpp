#include "core/replication.h"

#include <deque>
#include <map>
#include <set>

#include "core/change_log.h"
#include "support/catch_print.h"

using namespace innkeeper;
using namespace innkeeper::core;

namespace {

constexpr std::size_t page_size = 3;

struct Entry {
    base::Sequence sequence;
};

base::Aor aor(const std::string& name) {
    return base::Aor::parse(name + "@example.test").value();
}

// A writer with a dataset of names, as the gatekeeper drives it.
struct Writer {
    base::Epoch epoch{100};
    std::map<std::string, Entry> entries;
    ChangeLog<Entry> log;
    Outbox outbox;

    void add(const std::string& name) { log.touch(entries[name]); }
    void drop(const std::string& name) {
        log.remove(entries.at(name), aor(name));
        entries.erase(name);
    }
    void reborn(std::uint64_t new_epoch) {
        epoch.value = new_epoch;
        log.renumber();
        outbox.reset();
    }
    void hear(const Position& position) { outbox.on_position(position, epoch, log.resumable_from()); }
    std::optional<Changes> next_page() {
        const auto next = outbox.next(log.latest());
        if (!next) return std::nullopt;
        Changes page{Dataset::registrations, epoch, next->after, {}, next->restart, false, {}, {}};
        page.upto = log.visit_after(next->after, page_size, [&](const Entry* entry, const base::Aor* gone) {
            if (gone != nullptr) {
                page.registrations.push_back({*gone, {}, {}});
                return;
            }
            for (const auto& [name, one] : entries)
                if (&one == entry) page.registrations.push_back({aor(name), {}, {Binding{}}});
        });
        page.complete = page.upto == log.latest();
        outbox.on_sent(page.upto);
        return page;
    }
    std::set<std::string> names() const {
        std::set<std::string> all;
        for (const auto& [name, entry] : entries) all.insert(name);
        return all;
    }
};

struct Reader {
    Subscription subscription;
    std::map<std::string, std::uint32_t> copy;  // name to generation

    Position position() const { return subscription.position(Dataset::registrations); }
    // The position to answer with, or nothing.
    std::optional<Position> hear(const Changes& page) {
        switch (subscription.on_page(page)) {
            case Subscription::Outcome::stale:
                return std::nullopt;
            case Subscription::Outcome::gap:
                subscription.forget();
                return position();
            case Subscription::Outcome::apply:
                break;
        }
        for (const RegistrationEntry& entry : page.registrations) {
            if (entry.bindings.empty())
                copy.erase(std::string(entry.aor.user()));
            else
                copy[std::string(entry.aor.user())] = subscription.generation();
        }
        if (subscription.finish(page))
            std::erase_if(copy, [this](const auto& one) { return one.second != subscription.generation(); });
        return position();
    }
    std::set<std::string> names() const {
        std::set<std::string> all;
        for (const auto& [name, generation] : copy) all.insert(name);
        return all;
    }
};

// Everything that can be sent is sent and answered, until nothing more comes. Returns the number of pages.
int converse(Writer& writer, Reader& reader) {
    int pages = 0;
    while (const auto page = writer.next_page()) {
        ++pages;
        if (const auto answer = reader.hear(*page)) writer.hear(*answer);
    }
    return pages;
}

void add_names(Writer& writer, int from, int upto) {
    for (int i = from; i < upto; ++i) writer.add("n" + std::to_string(i));
}

}  // namespace

TEST_CASE("nothing is sent before the reader says where it is", "[replication]") {
    Writer writer;
    writer.add("a");
    CHECK_FALSE(writer.next_page());
}

TEST_CASE("a reader that knows nothing gets everything, and changes after that", "[replication]") {
    Writer writer;
    Reader reader;
    add_names(writer, 0, 8);
    writer.hear(reader.position());
    CHECK(converse(writer, reader) == 3);
    CHECK(reader.names() == writer.names());
    CHECK(reader.subscription.comparable(writer.epoch, writer.log.latest()));
    writer.drop("n3");
    writer.add("later");
    CHECK_FALSE(reader.subscription.comparable(writer.epoch, writer.log.latest()));
    CHECK(converse(writer, reader) == 1);
    CHECK(reader.names() == writer.names());
    CHECK(reader.subscription.comparable(writer.epoch, writer.log.latest()));
}

TEST_CASE("an empty dataset is sent too, so that the reader forgets what it had", "[replication]") {
    Writer writer;
    Reader reader;
    reader.copy["ghost"] = 0;
    writer.hear(reader.position());
    CHECK(converse(writer, reader) == 1);
    CHECK(reader.names().empty());
    CHECK(reader.subscription.comparable(writer.epoch, {}));
}

TEST_CASE("at most a window of pages is under way", "[replication][R15]") {
    Writer writer;
    Reader reader;
    add_names(writer, 0, 100);
    writer.hear(reader.position());
    std::vector<Changes> sent;
    while (auto page = writer.next_page()) sent.push_back(std::move(*page));
    CHECK(sent.size() == Limits::pages_in_flight);
    writer.hear(reader.hear(sent[0]).value());
    CHECK(writer.next_page());
    CHECK_FALSE(writer.next_page());
}

TEST_CASE("after a lost link the reader goes on where it was", "[replication]") {
    Writer writer;
    Reader reader;
    add_names(writer, 0, 30);
    writer.hear(reader.position());
    for (int i = 0; i < 4; ++i) {
        const auto page = writer.next_page();
        if (i < 2) reader.hear(*page);  // the other two are lost with the link
    }
    writer.outbox.reset();
    CHECK_FALSE(writer.next_page());
    writer.hear(reader.position());
    const auto page = writer.next_page();
    REQUIRE(page);
    CHECK_FALSE(page->restart);
    CHECK(page->after.value == 6);
    writer.hear(reader.hear(*page).value());
    converse(writer, reader);
    CHECK(reader.names() == writer.names());
    CHECK(reader.subscription.comparable(writer.epoch, writer.log.latest()));
}

TEST_CASE("what was removed while a full copy was interrupted is gone when it is complete", "[replication]") {
    Writer writer;
    Reader reader;
    add_names(writer, 0, 9);
    reader.copy["ghost"] = 0;
    writer.hear(reader.position());
    reader.hear(writer.next_page().value());
    CHECK(reader.names().count("ghost") == 1);  // kept until the copy is complete
    writer.outbox.reset();
    writer.drop("n1");
    writer.drop("n8");
    writer.hear(reader.position());
    converse(writer, reader);
    CHECK(reader.names() == writer.names());
}

TEST_CASE("positions from before a full copy do not start another one", "[replication]") {
    Writer writer;
    Reader reader;
    add_names(writer, 0, 2);
    writer.hear(reader.position());
    const auto page = writer.next_page();
    REQUIRE(page);
    CHECK(page->restart);
    writer.hear({Dataset::registrations, {}, {}});
    CHECK_FALSE(writer.next_page());
    writer.hear(reader.hear(*page).value());
    CHECK_FALSE(writer.next_page());
}

TEST_CASE("a page twice is harmless", "[replication]") {
    Writer writer;
    Reader reader;
    add_names(writer, 0, 2);
    writer.hear(reader.position());
    const auto first = writer.next_page().value();
    writer.hear(reader.hear(first).value());
    writer.add("n2");
    const auto second = writer.next_page().value();
    reader.hear(second);
    reader.hear(second);
    CHECK(reader.names() == writer.names());
    CHECK(reader.position().sequence == writer.log.latest());
}

TEST_CASE("a page after a missing one is a gap, which asks for everything", "[replication]") {
    Writer writer;
    Reader reader;
    add_names(writer, 0, 4);
    writer.hear(reader.position());
    converse(writer, reader);
    add_names(writer, 4, 10);
    const auto lost = writer.next_page();
    const auto next = writer.next_page();
    REQUIRE(lost);
    REQUIRE(next);
    const auto answer = reader.hear(*next);
    REQUIRE(answer);
    CHECK(answer->epoch.value == 0);
    writer.hear(*answer);
    const auto restart = writer.next_page();
    REQUIRE(restart);
    CHECK(restart->restart);
    writer.hear(reader.hear(*restart).value());
    converse(writer, reader);
    CHECK(reader.names() == writer.names());
}

TEST_CASE("a writer reborn under a higher epoch is copied anew, and its earlier life is ignored", "[replication]") {
    Writer writer;
    Reader reader;
    add_names(writer, 0, 2);
    writer.hear(reader.position());
    const auto of_earlier_life = writer.next_page().value();
    reader.hear(of_earlier_life);
    writer.entries.clear();
    writer.log = {};
    writer.reborn(200);
    writer.add("new");
    writer.hear(reader.position());
    converse(writer, reader);
    CHECK(reader.names() == std::set<std::string>{"new"});
    CHECK_FALSE(reader.hear(of_earlier_life));
    CHECK(reader.names() == std::set<std::string>{"new"});
}

TEST_CASE("a page of an epoch the reader has not begun is a gap", "[replication]") {
    Reader reader;
    Changes page;
    page.epoch = {300};
    page.upto = {1};
    const auto answer = reader.hear(page);
    REQUIRE(answer);
    CHECK(answer->epoch.value == 0);
}

TEST_CASE("a reader from before the forgotten removals is sent everything", "[replication]") {
    Outbox outbox;
    outbox.on_position({Dataset::registrations, {100}, {5}}, {100}, {6});
    const auto next = outbox.next({10});
    REQUIRE(next);
    CHECK(next->restart);
    CHECK(next->after.value == 0);
    outbox.reset();
    outbox.on_position({Dataset::registrations, {100}, {6}}, {100}, {6});
    CHECK_FALSE(outbox.next({10})->restart);
    CHECK(outbox.next({10})->after.value == 6);
}

TEST_CASE("a copy is compared only when it is whole and at the writer's own position", "[replication]") {
    Subscription subscription;
    Changes page;
    page.epoch = {7};
    page.restart = true;
    page.upto = {3};
    REQUIRE(subscription.on_page(page) == Subscription::Outcome::apply);
    CHECK_FALSE(subscription.finish(page));
    CHECK_FALSE(subscription.comparable({7}, {3}));
    page.restart = false;
    page.after = {3};
    page.upto = {5};
    page.complete = true;
    REQUIRE(subscription.on_page(page) == Subscription::Outcome::apply);
    CHECK(subscription.finish(page));
    CHECK(subscription.comparable({7}, {5}));
    CHECK_FALSE(subscription.comparable({7}, {6}));
    CHECK_FALSE(subscription.comparable({8}, {5}));
    subscription.forget();
    CHECK_FALSE(subscription.comparable({7}, {5}));
    CHECK_FALSE(subscription.comparable({}, {}));
}

TEST_CASE("whatever links lose, the copy becomes the original", "[replication]") {
    std::uint64_t random = GENERATE(range(1u, 40u));
    const auto draw = [&random](std::uint64_t below) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        return (random >> 33) % below;
    };
    Writer writer;
    Reader reader;
    std::deque<Changes> to_reader;
    std::deque<Position> to_writer;
    const auto link_comes_back = [&] {  // as on(PeerLinkChanged) and receive(Hello)
        writer.outbox.reset();
        to_writer.push_back(reader.position());
        to_writer.push_back(reader.position());
    };
    link_comes_back();
    for (int step = 0; step < 3000; ++step) {
        const std::string name = "n" + std::to_string(draw(30));
        switch (draw(12)) {
            case 0:
            case 1:
                writer.add(name);
                break;
            case 2:
                if (writer.entries.count(name) > 0) writer.drop(name);
                break;
            case 3:
                if (draw(20) != 0) break;
                to_reader.clear();  // the link to the reader breaks
                link_comes_back();
                break;
            case 4:
                if (draw(20) != 0) break;
                to_writer.clear();  // the link to the writer breaks
                to_writer.push_back(reader.position());
                break;
            case 5:
                if (draw(100) == 0) {
                    writer.reborn(writer.epoch.value + 1);
                    to_reader.clear();
                    link_comes_back();
                }
                break;
            case 6:
            case 7:
                if (auto page = writer.next_page()) to_reader.push_back(std::move(*page));
                break;
            case 8:
            case 9:
                if (to_reader.empty()) break;
                if (const auto answer = reader.hear(to_reader.front())) to_writer.push_back(*answer);
                to_reader.pop_front();
                break;
            default:
                if (to_writer.empty()) break;
                writer.hear(to_writer.front());
                to_writer.pop_front();
        }
    }
    for (;;) {
        while (auto page = writer.next_page()) to_reader.push_back(std::move(*page));
        if (to_reader.empty() && to_writer.empty()) break;
        if (!to_reader.empty()) {
            if (const auto answer = reader.hear(to_reader.front())) to_writer.push_back(*answer);
            to_reader.pop_front();
        }
        if (!to_writer.empty()) {
            writer.hear(to_writer.front());
            to_writer.pop_front();
        }
    }
    CHECK(reader.names() == writer.names());
    CHECK(reader.subscription.comparable(writer.epoch, writer.log.latest()));
}
