#include "core/change_log.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace innkeeper;
using core::Limits;

namespace {

struct Entry {
    std::string name;
    base::Sequence sequence;
};

using Log = core::ChangeLog<Entry>;
using Words = std::vector<std::string>;

base::Aor aor(const std::string& name) {
    return base::Aor::parse(name + "@example.test").value();
}

// What a reader at `after` is shown: names of entries, and names with a minus of those that are gone.
Words seen_after(const Log& log, std::uint64_t after, std::size_t most = 1000000, base::Sequence* reached = nullptr) {
    Words words;
    const base::Sequence upto = log.visit_after({after}, most, [&](const Entry* entry, const base::Aor* gone) {
        words.push_back(entry != nullptr ? entry->name : "-" + std::string(gone->user()));
    });
    if (reached != nullptr) *reached = upto;
    return words;
}

}  // namespace

TEST_CASE("changes are shown in their order, each entry at its latest", "[change_log]") {
    Log log;
    Entry a{"a", {}}, b{"b", {}}, c{"c", {}};
    CHECK(log.latest().value == 0);
    log.touch(a);
    log.touch(b);
    log.touch(c);
    log.touch(a);
    CHECK(log.latest().value == 4);
    CHECK(a.sequence.value == 4);
    CHECK(seen_after(log, 0) == Words{"b", "c", "a"});
    CHECK(seen_after(log, 2) == Words{"c", "a"});
    CHECK(seen_after(log, 3) == Words{"a"});
    CHECK(seen_after(log, 4).empty());
    CHECK(seen_after(log, 99).empty());
}

TEST_CASE("an entry that is gone is told as gone", "[change_log]") {
    Log log;
    Entry a{"a", {}}, b{"b", {}};
    log.touch(a);
    log.touch(b);
    log.remove(a, aor("a"));
    CHECK(seen_after(log, 0) == Words{"b", "-a"});
    Entry again{"a", {}};
    log.touch(again);
    CHECK(seen_after(log, 0) == Words{"b", "-a", "a"});
}

TEST_CASE("an entry that never was in the log leaves no trace", "[change_log]") {
    Log log;
    Entry a{"a", {}};
    log.remove(a, aor("a"));
    CHECK(log.latest().value == 0);
    CHECK(seen_after(log, 0).empty());
}

TEST_CASE("pages follow each other without gap or repetition", "[change_log]") {
    Log log;
    std::vector<Entry> entries(10);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        entries[i].name = std::to_string(i);
        log.touch(entries[i]);
    }
    log.touch(entries[3]);
    log.touch(entries[9]);
    Words all;
    base::Sequence at;
    int pages = 0;
    while (at < log.latest()) {
        const Words page = seen_after(log, at.value, 4, &at);
        CHECK(page.size() <= 4);
        all.insert(all.end(), page.begin(), page.end());
        ++pages;
    }
    CHECK(pages == 3);
    CHECK(all == Words{"0", "1", "2", "4", "5", "6", "7", "8", "3", "9"});
}

TEST_CASE("a page that shows the last change reaches the end", "[change_log]") {
    Log log;
    Entry a{"a", {}}, b{"b", {}};
    log.touch(a);
    log.touch(b);
    base::Sequence reached;
    seen_after(log, 0, 2, &reached);
    CHECK(reached == log.latest());
    seen_after(log, 0, 1, &reached);
    CHECK(reached.value == 1);
}

TEST_CASE("an entry that changes all the time does not make the log grow, nor others be sent again",
          "[change_log][R15]") {
    Log log;
    std::vector<Entry> quiet(3000);
    for (Entry& entry : quiet) log.touch(entry);
    Entry busy{"busy", {}};
    for (int i = 0; i < 50000; ++i) {
        const std::uint64_t before = log.latest().value;
        log.touch(busy);
        REQUIRE(log.latest().value == before + 1);
    }
    CHECK(seen_after(log, quiet.size()) == Words{"busy"});
    CHECK(quiet.front().sequence.value == 1);
    CHECK(seen_after(log, 0).size() == quiet.size() + 1);
    log.touch(quiet[7]);
    CHECK(seen_after(log, busy.sequence.value).size() == 1);
}

TEST_CASE("old removals are forgotten, and readers from before them know it", "[change_log][R15]") {
    Log log;
    Entry stays{"stays", {}};
    log.touch(stays);
    const auto come_and_go = [&] {
        Entry guest{"guest", {}};
        log.touch(guest);
        log.remove(guest, aor("guest"));
    };
    for (std::size_t i = 0; i < Limits::removals_remembered; ++i) come_and_go();
    CHECK(log.resumable_from().value == 0);
    CHECK(seen_after(log, 0).size() == 1 + Limits::removals_remembered);

    for (std::size_t i = 0; i < Limits::removals_remembered; ++i) come_and_go();
    const Words told = seen_after(log, 0);
    CHECK(told.front() == "stays");
    CHECK(told.size() >= Limits::removals_remembered);
    CHECK(told.size() <= Limits::removals_remembered + 2000);
    CHECK(log.resumable_from().value > 0);
    CHECK(log.resumable_from() < log.latest());
    // Whoever is at resumable_from has missed nothing: every removal after it is still there.
    const Words missed = seen_after(log, log.resumable_from().value);
    CHECK(missed.size() >= Limits::removals_remembered);
}

TEST_CASE("a new epoch numbers the living anew and forgets the dead", "[change_log]") {
    Log log;
    Entry a{"a", {}}, b{"b", {}}, c{"c", {}};
    log.touch(a);
    log.touch(b);
    log.touch(c);
    log.remove(b, aor("b"));
    log.touch(a);
    log.renumber();
    CHECK(log.latest().value == 2);
    CHECK(log.resumable_from().value == 0);
    CHECK(seen_after(log, 0) == Words{"c", "a"});
    CHECK(c.sequence.value == 1);
    log.touch(c);
    CHECK(seen_after(log, 0) == Words{"a", "c"});
    log.remove(a, aor("a"));
    CHECK(seen_after(log, 0) == Words{"c", "-a"});
}

TEST_CASE("a reader that reads now and then ends with what the writer has", "[change_log]") {
    Log log;
    std::map<std::string, Entry> entries;
    std::set<std::string> copy;
    base::Sequence at;
    std::uint64_t random = 1;
    for (int round = 0; round < 20000; ++round) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        const std::string name = std::to_string((random >> 33) % 200);
        const auto found = entries.find(name);
        if (found != entries.end() && (random >> 60) < 5) {
            log.remove(found->second, aor(name));
            entries.erase(found);
        } else {
            Entry& entry = entries[name];
            entry.name = name;
            log.touch(entry);
        }
        if ((random >> 50) % 64 != 0) continue;
        REQUIRE(at >= log.resumable_from());
        at = log.visit_after(at, 10, [&](const Entry* entry, const base::Aor* gone) {
            if (entry != nullptr)
                copy.insert(entry->name);
            else
                copy.erase(std::string(gone->user()));
        });
    }
    while (at < log.latest())
        at = log.visit_after(at, 10, [&](const Entry* entry, const base::Aor* gone) {
            if (entry != nullptr)
                copy.insert(entry->name);
            else
                copy.erase(std::string(gone->user()));
        });
    std::set<std::string> original;
    for (const auto& [name, entry] : entries) original.insert(name);
    CHECK(copy == original);
}
