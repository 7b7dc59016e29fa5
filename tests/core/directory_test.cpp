#include "core/directory.h"

#include "support/catch_print.h"

using namespace innkeeper;
using namespace innkeeper::core;

namespace {

base::Aor aor(const std::string& user) {
    return base::Aor::parse(user + "@example.test").value();
}

backup::UserRecord record_of(const std::string& user, std::string name = "A Name") {
    backup::UserRecord record;
    record.aor = aor(user);
    record.display_name = std::move(name);
    return record;
}

UsersLoaded page(std::initializer_list<std::string> users, bool restart, bool complete) {
    UsersLoaded loaded;
    for (const std::string& user : users) loaded.users.push_back(record_of(user));
    loaded.restart = restart;
    loaded.complete = complete;
    return loaded;
}

std::vector<std::string> told_after(const Directory& directory, base::Sequence after) {
    std::vector<std::string> words;
    directory.changes().visit_after(after, 1000, [&](const DirectoryEntry* entry, const base::Aor* gone) {
        words.push_back(entry != nullptr ? std::string(entry->record.aor.user()) : "-" + std::string(gone->user()));
    });
    return words;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("users come page by page, and are all there with the last", "[directory]") {
    Directory directory;
    CHECK(directory.load(page({"alice", "bob"}, true, false)).empty());
    CHECK_FALSE(directory.loaded());
    CHECK(directory.find(aor("alice")) != nullptr);
    CHECK(directory.load(page({"carol"}, false, true)).empty());
    CHECK(directory.loaded());
    CHECK(directory.size() == 3);
    CHECK(directory.find(aor("dave")) == nullptr);
}

TEST_CASE("a site without users is loaded too", "[directory]") {
    Directory directory;
    directory.load(page({}, true, true));
    CHECK(directory.loaded());
    CHECK(directory.size() == 0);
}

TEST_CASE("a full load removes who is on none of its pages", "[directory]") {
    Directory directory;
    directory.load(page({"alice", "bob", "carol", "dave"}, true, true));
    const base::Sequence before = directory.changes().latest();
    CHECK(directory.load(page({"bob"}, true, false)).empty());
    CHECK(directory.size() == 4);
    CHECK(directory.load(page({"erin"}, false, true)) == std::vector{aor("alice"), aor("carol"), aor("dave")});
    CHECK(directory.size() == 2);
    const Words told = told_after(directory, before);
    CHECK(Words(told.end() - 3, told.end()) == Words{"-alice", "-carol", "-dave"});
}

TEST_CASE("a full load that was broken off removes nobody until one is complete", "[directory]") {
    Directory directory;
    directory.load(page({"alice", "bob"}, true, true));
    directory.load(page({"alice"}, true, false));
    CHECK(directory.load(page({"alice", "bob"}, true, true)).empty());
    CHECK(directory.size() == 2);
}

TEST_CASE("who is added while a full load is under way stays", "[directory]") {
    Directory directory;
    directory.load(page({"alice"}, true, true));
    directory.load(page({"alice"}, true, false));
    directory.put(record_of("new"));
    CHECK(directory.load(page({}, false, true)).empty());
    CHECK(directory.find(aor("new")) != nullptr);
}

TEST_CASE("changes and removals are told in order and counted in the digest", "[directory]") {
    Directory directory;
    CHECK(directory.version() == Version{});
    directory.put(record_of("alice"));
    const std::uint64_t alone = directory.version().digest;
    directory.put(record_of("bob"));
    CHECK(directory.version().digest != alone);
    directory.put(record_of("alice", "Alice Changed"));
    CHECK(directory.find(aor("alice"))->display_name == "Alice Changed");
    directory.put(record_of("alice"));
    directory.remove(aor("bob"));
    directory.remove(aor("nobody"));
    CHECK(directory.version() == Version{{5}, alone});
    CHECK(told_after(directory, {}) == Words{"alice", "-bob"});
    directory.remove(aor("alice"));
    CHECK(directory.version().digest == 0);
}

TEST_CASE("a new epoch tells everybody anew", "[directory]") {
    Directory directory;
    directory.put(record_of("alice"));
    directory.put(record_of("bob"));
    directory.remove(aor("alice"));
    const std::uint64_t digest = directory.version().digest;
    directory.renumber();
    CHECK(directory.version() == Version{{1}, digest});
    CHECK(told_after(directory, {}) == Words{"bob"});
}
