#include "core/peer_health.h"

#include "support/catch_print.h"

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;

namespace {

constexpr base::Duration tick = 1us;
const HealthSettings defaults;

HealthEvidence heard(base::Duration silence) {
    HealthEvidence evidence;
    evidence.ever_heard = true;
    evidence.silence = silence;
    return evidence;
}

PeerHealth health_of(const HealthEvidence& evidence) {
    return judge_health(defaults, evidence).health;
}

enum class Witness { none, port, phone, third_peer };

HealthEvidence with(HealthEvidence evidence, Witness witness) {
    evidence.port_refuses = witness == Witness::port;
    evidence.knocking_phones = witness == Witness::phone ? 1 : 0;
    evidence.third_peer_misses = witness == Witness::third_peer;
    return evidence;
}

}  // namespace

TEST_CASE("silence alone: alive, suspect and lost begin at their thresholds, to the microsecond",
          "[peer_health][IP13][R1]") {
    CHECK(health_of(heard(0us)) == PeerHealth::alive);
    CHECK(health_of(heard(1500ms - tick)) == PeerHealth::alive);
    CHECK(health_of(heard(1500ms)) == PeerHealth::suspect);
    CHECK(health_of(heard(15s - tick)) == PeerHealth::suspect);
    CHECK(health_of(heard(15s)) == PeerHealth::lost);
    CHECK(health_of(heard(24h)) == PeerHealth::lost);
}

TEST_CASE("with a witness a silent home is lost earlier, to the microsecond", "[peer_health][R1]") {
    const Witness witness = GENERATE(Witness::port, Witness::phone, Witness::third_peer);
    CHECK(health_of(with(heard(3s - tick), witness)) == PeerHealth::suspect);
    CHECK(health_of(with(heard(3s), witness)) == PeerHealth::lost);
    CHECK(health_of(with(heard(15s), witness)) == PeerHealth::lost);
}

TEST_CASE("no witness makes a home that is heard anything but alive", "[peer_health][R2]") {
    const Witness witness = GENERATE(Witness::none, Witness::port, Witness::phone, Witness::third_peer);
    CHECK(health_of(with(heard(1500ms - tick), witness)) == PeerHealth::alive);
}

TEST_CASE("while a third peer hears a silent home, only our link is broken", "[peer_health][R3]") {
    const auto silence = GENERATE(as<base::Duration>(), 1500ms, 3s, 15s, 1h);
    const Witness witness = GENERATE(Witness::none, Witness::port, Witness::phone, Witness::third_peer);
    HealthEvidence evidence = with(heard(silence), witness);
    evidence.third_peer_hears = true;
    evidence.ever_heard = GENERATE(true, false);
    CHECK(health_of(evidence) == PeerHealth::suspect);
}

TEST_CASE("with the witness of its life gone, a home is lost only after it was unseen by anybody for long enough",
          "[peer_health][R3]") {
    HealthEvidence evidence = heard(1h);
    evidence.testimony_age = 15s - tick;
    CHECK(health_of(evidence) == PeerHealth::suspect);
    evidence.testimony_age = 15s;
    CHECK(health_of(evidence) == PeerHealth::lost);
    evidence.testimony_age = 3s - tick;
    CHECK(health_of(with(evidence, Witness::phone)) == PeerHealth::suspect);
    evidence.testimony_age = 3s;
    CHECK(health_of(with(evidence, Witness::phone)) == PeerHealth::lost);
}

TEST_CASE("a home that never was heard is unknown, until silence or a witness speaks", "[peer_health]") {
    HealthEvidence evidence = heard(0us);
    evidence.ever_heard = false;
    const auto at = [&](base::Duration silence, Witness witness) {
        evidence.silence = silence;
        return health_of(with(evidence, witness));
    };
    for (const Witness witness : {Witness::none, Witness::port, Witness::phone, Witness::third_peer})
        CHECK(at(3s - tick, witness) == PeerHealth::unknown);
    CHECK(at(3s, Witness::none) == PeerHealth::unknown);
    CHECK(at(3s, Witness::port) == PeerHealth::lost);
    CHECK(at(3s, Witness::phone) == PeerHealth::lost);
    CHECK(at(3s, Witness::third_peer) == PeerHealth::lost);
    CHECK(at(15s - tick, Witness::none) == PeerHealth::unknown);
    CHECK(at(15s, Witness::none) == PeerHealth::lost);
}

TEST_CASE("a home that says it is leaving is lost at once, whoever hears it", "[peer_health]") {
    HealthEvidence evidence = heard(GENERATE(as<base::Duration>(), 0us, 2s, 20s));
    evidence.leaving = true;
    evidence.third_peer_hears = GENERATE(true, false);
    CHECK(health_of(evidence) == PeerHealth::lost);
}

TEST_CASE("a home that cannot serve is lost after as long as one with a witness", "[peer_health]") {
    HealthEvidence evidence = heard(100ms);
    evidence.third_peer_hears = GENERATE(true, false);
    evidence.not_serving = 3s - tick;
    CHECK(health_of(evidence) == PeerHealth::alive);
    evidence.not_serving = 3s;
    CHECK(health_of(evidence) == PeerHealth::lost);
}

TEST_CASE("every judgement gives its reason", "[peer_health]") {
    HealthEvidence evidence;
    evidence.ever_heard = GENERATE(true, false);
    evidence.silence = GENERATE(as<base::Duration>(), 0us, 2s, 5s, 20s);
    evidence.leaving = GENERATE(true, false);
    evidence.third_peer_hears = GENERATE(true, false);
    evidence.not_serving = GENERATE(as<base::Duration>(), 0us, 5s);
    evidence = with(evidence, GENERATE(Witness::none, Witness::port, Witness::phone, Witness::third_peer));
    CHECK_FALSE(judge_health(defaults, evidence).reason.empty());
}

TEST_CASE("the thresholds are the operator's", "[peer_health][IP13]") {
    HealthSettings slow;
    slow.lost_after = 3min;
    slow.lost_after_witnessed = 1min;
    slow.suspect_after = 10s;
    CHECK(judge_health(slow, heard(10s - tick)).health == PeerHealth::alive);
    CHECK(judge_health(slow, heard(3min - tick)).health == PeerHealth::suspect);
    CHECK(judge_health(slow, heard(3min)).health == PeerHealth::lost);
    CHECK(judge_health(slow, with(heard(1min), Witness::phone)).health == PeerHealth::lost);
}

TEST_CASE("the next threshold is where the judgement may change next", "[peer_health]") {
    CHECK(next_threshold(defaults, 0us) == 1500ms);
    CHECK(next_threshold(defaults, 1500ms - tick) == 1500ms);
    CHECK(next_threshold(defaults, 1500ms) == 3s);
    CHECK(next_threshold(defaults, 3s) == 15s);
    CHECK_FALSE(next_threshold(defaults, 15s));
}
