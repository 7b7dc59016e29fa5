// Hunt groups as records: site south with a group of its own, and with one that north has entrusted to it.
#include <algorithm>

#include "gate.h"

using namespace gate;

namespace {

backup::UserRecord group(const std::string& name, const std::string& definition) {
    backup::UserRecord record;
    record.aor = aor(name);
    record.terminal = backup::TerminalKind::group;
    record.settings = R"({"group": )" + definition + "}";
    return record;
}

const std::string rotary = R"({"strategy": "rotary", "members": ["ann@example.test", "0049301234"]})";

GroupsReport groups_of(Gate& gate, const std::string& after = "") {
    return std::get<GroupsReport>(gate.command(ShowGroups{after}));
}

Gate south_with_groups() {
    Gate gate = backup_of({"nora"});
    Changes page;
    page.dataset = Dataset::records;
    page.epoch = gate.heartbeat.epoch;
    page.after = {1};
    page.upto = {2};
    page.complete = true;
    page.records.push_back({aor("desk"), group("desk", R"({"members": ["nora@example.test"]})")});
    gate.hear(north, std::move(page));
    UsersChanged changed;
    changed.changed.push_back(group("sales", rotary));
    changed.changed.push_back(user("ann"));
    gate.feed(std::move(changed));
    return gate;
}

}  // namespace

TEST_CASE("a hunt group never registers, whatever it is sent with", "[calls][groups][IP5][R16]") {
    Gate gate = south_with_groups();
    Phone phone("sales");
    CHECK(phone.call(gate).status == 401);
    CHECK(phone.send(gate).status == 401);
    const Report explained = gate.command(Explain{"sales"});
    REQUIRE(std::holds_alternative<Declined>(explained));
    CHECK(std::get<Declined>(explained).text ==
          "sales@example.test is a hunt group, which never registers; see --groups");
}

TEST_CASE("the groups of this site and those entrusted to it are told with their members", "[calls][groups][IP5]") {
    Gate gate = south_with_groups();
    Phone ann("ann");
    REQUIRE(ann.call(gate).status == 200);
    const GroupsReport report = groups_of(gate);
    REQUIRE(report.rows.size() == 2);
    CHECK_FALSE(report.next);
    CHECK(gate.status().users == 2);  // people
    const GroupReport& desk = report.rows[0];
    CHECK(desk.aor == aor("desk"));
    CHECK(desk.home == north);
    CHECK(desk.in_service_at == north);
    const GroupReport& sales = report.rows[1];
    CHECK(sales.home == south);
    CHECK(sales.in_service_at == south);
    CHECK(sales.strategy == "rotary");
    REQUIRE(sales.members.size() == 2);
    CHECK(sales.members[0].at == south);
    CHECK_FALSE(sales.members[1].at);
}

TEST_CASE("a home's groups are in service at the backup while it is lost, and at home with failback",
          "[calls][groups][IP5]") {
    Gate gate = south_with_groups();
    const auto place = [&] { return groups_of(gate).rows[0].in_service_at; };
    lose_north(gate);
    CHECK(place() == south);
    Phone nora("nora");
    REQUIRE(nora.call(gate).status == 200);
    gate.pass(20s);
    CHECK(groups_of(gate).rows[0].since >= 20s);
    north_returns(gate);
    REQUIRE(gate.phase_of(north) == Phase::settling);
    CHECK(place() == south);
    gate.pass(30s);
    REQUIRE(gate.phase_of(north) != Phase::settling);
    CHECK(place() == north);
    gate.link(north, LinkState::unreachable);
    CHECK(place() == south);
}

TEST_CASE("a group that is not usable says why", "[calls][groups]") {
    Gate gate = south_with_groups();
    UsersChanged changed;
    changed.changed.push_back(group("sales", R"({"strategy": "chaos"})"));
    gate.feed(std::move(changed));
    CHECK(groups_of(gate).rows[1].trouble == "strategy: none of ring_all, sequential, rotary, longest_idle");
}

TEST_CASE("many groups are told page by page", "[calls][groups]") {
    Gate gate = site_of({"ann"});
    UsersLoaded all;
    for (int i = 0; i < 600; ++i) all.users.push_back(group("g" + std::to_string(i), rotary));
    all.restart = all.complete = true;
    gate.feed(std::move(all));
    const GroupsReport first = groups_of(gate);
    REQUIRE(first.next);
    const GroupsReport last = groups_of(gate, std::string(first.next->text()));
    CHECK_FALSE(last.next);
    CHECK(first.rows.size() + last.rows.size() == 600);
    CHECK(first.rows.back().aor < last.rows.front().aor);
}
