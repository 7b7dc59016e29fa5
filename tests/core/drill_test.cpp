#include "core/drill.h"

#include "core/limits.h"
#include "gate.h"

using namespace gate;

namespace {

Binding binding(const std::string& from = "192.0.2.1:5060", base::Transport transport = base::Transport::udp) {
    Binding made;
    made.contact = "sip:phone@" + from;
    made.flow.remote = base::Endpoint::parse(from).value();
    made.flow.transport = transport;
    made.expires = base::Instant(100s);
    made.promised = base::Instant(140s);
    return made;
}

DrillFacts facts() {
    DrillFacts made;
    made.home = north;
    made.backup = south;
    made.entrusted = true;
    made.matching.domains = {std::string(support::domain)};
    made.transports = {base::Transport::udp};
    made.lost_after = 15s;
    made.lost_after_witnessed = 3s;
    made.admission_rate = 2;
    return made;
}

// Phones of north, by name; each has a record unless it is told otherwise.
class Rehearsal {
public:
    explicit Rehearsal(DrillFacts known = facts()) : tally_(std::move(known)) {}

    Rehearsal& phone(const std::string& name, std::vector<Binding> bindings = {binding()}, bool physical = true,
                     bool has_record = true, bool enabled = true) {
        const base::Aor who = aor(name);
        backup::UserRecord record = user(name);
        record.enabled = enabled;
        tally_.add(base::Instant(100s), {&who, &bindings, has_record ? &record : nullptr, physical});
        return *this;
    }
    DrillReport report() { return std::move(tally_).finish(); }

private:
    DrillTally tally_;
};

std::uint64_t left_out(const DrillReport& report, NotCovered reason) {
    for (const NotCoveredCount& count : report.not_covered)
        if (count.reason == reason) return count.phones;
    return 0;
}

}  // namespace

TEST_CASE("a drill counts the phones that would be served and says when", "[drill][IP3]") {
    const DrillReport report = Rehearsal().phone("100").phone("101").phone("102", {binding()}, false).report();
    CHECK(report.phones == 3);
    CHECK(report.covered == 3);
    CHECK(report.physical == 2);
    CHECK(report.not_covered.empty());
    CHECK(report.first_guest_witnessed == 3s);
    CHECK(report.first_guest_alone == 15s);
    CHECK(report.pacing == 2s);  // two a second: the third comes in the next
    CHECK(report.last_refresh == 40s);
}

TEST_CASE("a drill says of each phone that stays outside why", "[drill][IP12]") {
    const DrillReport report = Rehearsal()
                                   .phone("100")
                                   .phone("101", {binding()}, true, false)
                                   .phone("102", {binding()}, true, true, false)
                                   .phone("103", {binding("[2001:db8::1]:5060")})
                                   .phone("104", {binding("192.0.2.1:5061", base::Transport::tls)})
                                   .report();
    CHECK(report.covered == 1);
    CHECK(left_out(report, NotCovered::no_record) == 1);
    CHECK(left_out(report, NotCovered::user_disabled) == 1);
    CHECK(left_out(report, NotCovered::ipv6_only) == 1);
    CHECK(left_out(report, NotCovered::transport_missing) == 1);
}

TEST_CASE("one terminal that can come is enough for its user", "[drill]") {
    const DrillReport report =
        Rehearsal().phone("100", {binding("192.0.2.1:5061", base::Transport::tls), binding("192.0.2.2:5060")}).report();
    CHECK(report.covered == 1);
}

TEST_CASE("an address outside our domains is not served", "[drill][IP12]") {
    DrillFacts known = facts();
    known.matching.domains = {"elsewhere.test"};
    const DrillReport report = Rehearsal(std::move(known)).phone("100").report();
    CHECK(left_out(report, NotCovered::domain_not_served) == 1);
    CHECK_FALSE(report.first_guest_alone);
}

TEST_CASE("without a desk phone no failover would begin, so nobody is covered", "[drill][IP4]") {
    const auto drill = [](FailoverTrigger trigger) {
        DrillFacts known = facts();
        known.trigger = trigger;
        return Rehearsal(std::move(known)).phone("100", {binding()}, false).phone("101", {binding()}, false).report();
    };
    const DrillReport never = drill(FailoverTrigger::physical);
    CHECK(never.covered == 0);
    CHECK(left_out(never, NotCovered::nobody_physical) == 2);
    CHECK(never.not_covered.front().first == std::vector<base::Aor>{aor("100"), aor("101")});
    CHECK(drill(FailoverTrigger::any).covered == 2);
}

TEST_CASE("a desk phone that cannot come itself begins nothing either", "[drill][IP4]") {
    const DrillReport report =
        Rehearsal().phone("100", {binding()}, true, false).phone("101", {binding()}, false).report();
    CHECK(report.covered == 0);
    CHECK(left_out(report, NotCovered::nobody_physical) == 1);
}

TEST_CASE("a home that names another backup is not covered here at all", "[drill]") {
    DrillFacts known = facts();
    known.entrusted = false;
    const DrillReport report = Rehearsal(std::move(known)).phone("100").phone("101").report();
    CHECK(report.covered == 0);
    CHECK(left_out(report, NotCovered::not_entrusted) == 2);
}

TEST_CASE("what is beyond the capacity for guests stays outside", "[drill]") {
    DrillFacts known = facts();
    known.room = 2;
    const DrillReport report = Rehearsal(std::move(known)).phone("100").phone("101").phone("102").report();
    CHECK(report.covered == 2);
    CHECK(report.physical == 2);
    CHECK(left_out(report, NotCovered::no_room) == 1);
}

TEST_CASE("a drill of a large home names only the first phones of each reason", "[drill]") {
    Rehearsal rehearsal;
    for (int i = 0; i < 500; ++i) rehearsal.phone(std::to_string(1000 + i), {binding()}, true, false);
    const DrillReport report = rehearsal.report();
    REQUIRE(report.not_covered.size() == 1);
    CHECK(report.not_covered[0].phones == 500);
    CHECK(report.not_covered[0].first.size() == Limits::drill_names);
    CHECK(report.not_covered[0].first.front() == aor("1000"));
}

TEST_CASE("every reason of a drill has a name and says what to do", "[drill]") {
    std::vector<std::string_view> names;
    for (const NotCovered reason : every_not_covered) {
        CHECK_FALSE(advice(reason).empty());
        names.push_back(to_text(reason));
    }
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}
