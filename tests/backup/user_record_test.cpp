#include "backup/user_record.h"

#include <catch2/catch.hpp>
#include <type_traits>

using namespace innkeeper::backup;

static_assert(!std::is_copy_constructible_v<UserRecord>);

TEST_CASE("terminal kinds are read as they are written", "[backup]") {
    for (const auto kind : {TerminalKind::unknown, TerminalKind::desk, TerminalKind::dect, TerminalKind::analogue,
                            TerminalKind::video, TerminalKind::soft, TerminalKind::group})
        CHECK(terminal_kind_from(to_text(kind)) == kind);
    CHECK_FALSE(terminal_kind_from(""));
    CHECK_FALSE(terminal_kind_from("Desk"));
    CHECK_FALSE(terminal_kind_from("telephone"));
}

TEST_CASE("priorities are read as they are written", "[backup][R11]") {
    for (const auto priority : every_priority) CHECK(priority_from(to_text(priority)) == priority);
    CHECK_FALSE(priority_from(""));
    CHECK_FALSE(priority_from("Emergency"));
}

TEST_CASE("soft and unknown terminals are not physical, a hunt group is none at all", "[backup][IP4]") {
    for (const auto kind : {TerminalKind::desk, TerminalKind::dect, TerminalKind::analogue, TerminalKind::video})
        CHECK(is_physical(kind));
    CHECK_FALSE(is_physical(TerminalKind::soft));
    CHECK_FALSE(is_physical(TerminalKind::unknown));
    CHECK_FALSE(is_physical(TerminalKind::group));
    CHECK(is_no_terminal(TerminalKind::group));
    CHECK_FALSE(is_no_terminal(TerminalKind::soft));
}

TEST_CASE("a clone of a record is whole", "[backup]") {
    UserRecord record;
    record.aor = *innkeeper::base::Aor::parse("alice@example.org");
    record.display_name = "Alice";
    record.extension = "1001";
    record.settings = R"({"ring":"long"})";
    record.terminal = TerminalKind::desk;
    record.priority = Priority::attendant;
    record.enabled = false;
    record.ha1 = innkeeper::auth::make_ha1("alice", "example.org", "secret");
    const UserRecord clone = record.clone();
    CHECK(clone.aor == record.aor);
    CHECK(clone.display_name == "Alice");
    CHECK(clone.extension == "1001");
    CHECK(clone.settings == record.settings);
    CHECK(clone.terminal == TerminalKind::desk);
    CHECK(clone.priority == Priority::attendant);
    CHECK_FALSE(clone.enabled);
    CHECK(clone.ha1.md5.present());
    CHECK(clone.ha1.sha256.present());
}
