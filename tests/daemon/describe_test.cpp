#include "daemon/describe.h"

#include <catch2/catch.hpp>
#include <string>

using namespace innkeeper;
using host::Level;

namespace {

// The line an operator reads.
std::string line(const core::Notice& notice) {
    std::string written;
    host::Log log(Level::debug, host::LogFormat::text, [&](std::string_view text) { written = text; });
    log.write(daemon::describe(notice));
    return written;
}

base::Aor aor(const char* uri) {
    return *base::Aor::parse(uri);
}

base::IpAddress ip(const char* text) {
    return *base::IpAddress::parse(text);
}

}  // namespace

TEST_CASE("a challenge to a stranger is a debug line without a name", "[log][R20][R16]") {
    const core::RegisterJudged judged{{}, ip("192.0.2.7"), core::Standing::stranger, core::Verdict::challenged, {}};
    CHECK(line(judged) == "event=register_judged level=debug source=192.0.2.7 standing=stranger verdict=challenged");
}

TEST_CASE("a refusal after right credentials says who, from where and why", "[log][IP2]") {
    const core::RegisterJudged judged{aor("sip:1001@example.com"), ip("2001:db8::7"), core::Standing::guest,
                                      core::Verdict::refused, core::Refusal::registered_at_home};
    CHECK(line(judged) ==
          "event=register_judged level=info aor=1001@example.com source=2001:db8::7 standing=guest verdict=refused "
          "reason=registered_at_home");
}

TEST_CASE("wrong credentials are told with the source alone", "[log][R18]") {
    const core::RegisterJudged judged{
        {}, ip("192.0.2.7"), core::Standing::stranger, core::Verdict::refused, core::Refusal::wrong_credentials};
    CHECK(line(judged) ==
          "event=register_judged level=info source=192.0.2.7 standing=stranger verdict=refused "
          "reason=wrong_credentials");
}

TEST_CASE("phones come and go by name and home", "[log]") {
    CHECK(line(core::PhoneRegistered{aor("sip:a@example.com"), {}, "sip:a@192.0.2.1"}) ==
          "event=phone_registered level=info aor=a@example.com contact=sip:a@192.0.2.1");
    CHECK(line(core::PhoneRemoved{aor("sip:a@example.com"), {"north"}, core::RemovalCause::moved, {"north"}}) ==
          "event=phone_removed level=info aor=a@example.com guest_of=north cause=moved moved_to=north");
}

TEST_CASE("a lost peer and the failover that follows are warnings", "[log][IP5]") {
    CHECK(line(core::PeerHealthChanged{
              {"north"}, core::PeerHealth::suspect, core::PeerHealth::lost, "port refuses, one phone knocked"}) ==
          "event=peer_health_changed level=warning peer=north from=suspect to=lost "
          "evidence=\"port refuses, one phone knocked\"");
    CHECK(line(core::FailoverPhaseChanged{{"north"}, core::Phase::normal, core::Phase::allowed, "home lost"}) ==
          "event=failover_phase_changed level=info home=north from=normal to=allowed cause=\"home lost\"");
    CHECK(line(core::FailoverBegan{{"north"}, aor("sip:1001@example.com")}) ==
          "event=failover_began level=warning home=north first_guest=1001@example.com");
    CHECK(line(core::FailoverEnded{{"north"}, std::chrono::minutes(2), 7, std::chrono::seconds(4)}) ==
          "event=failover_ended level=info home=north duration_seconds=120 guests=7 longest_gap_seconds=4");
    CHECK(line(core::FailbackStopped{{"north"}, "2 of 3 canaries came back", 3}) ==
          "event=failback_stopped level=warning home=north reason=\"2 of 3 canaries came back\" taken_back=3");
}

TEST_CASE("an untrusted certificate calls for action now, a database that is away for action today", "[log]") {
    CHECK(line(core::PeerLinkReported{{"south"}, core::LinkState::untrusted, "certificate expired"}) ==
          "event=peer_link level=error peer=south state=untrusted detail=\"certificate expired\"");
    CHECK(daemon::level_of(core::PeerLinkReported{{"south"}, core::LinkState::up, ""}) == Level::info);
    CHECK(line(core::StoreReported{false, "connection refused"}) ==
          "event=database_unavailable level=warning detail=\"connection refused\"");
    CHECK(line(core::StoreReported{true, ""}) == "event=database_available level=info");
}

TEST_CASE("the rest of the notices have their lines", "[log]") {
    CHECK(line(core::PeerMismatched{{"south"}, "domains differ"}) ==
          "event=peer_mismatched level=warning peer=south mismatch=\"domains differ\"");
    CHECK(line(core::ReplicaRepaired{{"south"}, core::Dataset::records}) ==
          "event=replica_repaired level=warning peer=south dataset=records");
    CHECK(line(core::StormBegan{1000}) == "event=storm_began level=warning admitted_per_second=1000");
    CHECK(line(core::StormPassed{std::chrono::seconds(9), 4000, std::chrono::seconds(5)}) ==
          "event=storm_passed level=info duration_seconds=9 told_to_wait=4000 longest_wait_seconds=5");
    CHECK(line(core::TurnPromised{aor("sip:a@example.com"), std::chrono::seconds(7)}) ==
          "event=turn_promised level=debug aor=a@example.com wait_seconds=7");
    CHECK(line(core::UsersReady{42}) == "event=users_ready level=info count=42");
    CHECK(line(core::DrainBegan{"upgrade"}) == "event=drain_began level=info reason=upgrade");
    CHECK(line(core::DrainBegan{"kernel", std::chrono::minutes(30)}) ==
          "event=drain_began level=info reason=kernel ends_in_seconds=1800");
    CHECK(line(core::DrainEnded{}) == "event=drain_ended level=info by=operator");
    CHECK(line(core::DrainEnded{true}) == "event=drain_ended level=info by=time");
}
