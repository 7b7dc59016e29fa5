#include "metrics/metrics.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <thread>

using namespace innkeeper;
using metrics::Metrics;

namespace {

core::Settings settings() {
    core::Settings result;
    result.site = {"west"};
    result.peers = {{"north"}, {"south"}};
    return result;
}

bool has(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

// The series without their values.
std::set<std::string> names(const std::string& text) {
    std::set<std::string> result;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line[0] != '#') result.insert(line.substr(0, line.rfind(' ')));
    return result;
}

core::Census busy_census() {
    core::Census census;
    census.bindings = 7;
    census.replica_registrations = 21;
    census.status.serving = true;
    census.status.database_available = true;
    census.status.users = 9;
    census.status.registrations = 5;
    core::HomeStatus north;
    north.home = {"north"};
    north.phase = core::Phase::active;
    north.in_phase = std::chrono::milliseconds(1500);
    north.guests = 2;
    north.records = 40;
    census.status.homes = {north};
    core::PeerReport peer;
    peer.site = {"north"};
    peer.health = core::PeerHealth::lost;
    peer.silence = std::chrono::seconds(12);
    peer.registrations_behind = 3;
    peer.mismatches = {"domains differ"};
    census.peers = {peer};
    census.licences = {{"desk", 10, 4, std::chrono::hours(-1)}, {"soft", 2, 5, std::nullopt}};
    return census;
}

core::RegisterJudged judged(core::Verdict verdict, std::optional<core::Refusal> refusal) {
    core::RegisterJudged result;
    result.aor = *base::Aor::parse("sip:1001@example.com");
    result.verdict = verdict;
    result.refusal = refusal;
    return result;
}

}  // namespace

TEST_CASE("every series is there from the start, at its resting value", "[metrics][R23]") {
    const Metrics metrics(settings(), "1.2.3");
    const std::string text = metrics.text();
    for (const auto& line : {"innkeeper_up 1",
                             "innkeeper_build_info{version=\"1.2.3\"} 1",
                             "innkeeper_site_info{site=\"west\"} 1",
                             "innkeeper_registers_total{reason=\"none\",verdict=\"admitted\"} 0",
                             "innkeeper_registers_total{reason=\"registered_at_home\",verdict=\"refused\"} 0",
                             "innkeeper_failover_phase{home=\"north\",phase=\"normal\"} 1",
                             "innkeeper_failover_phase{home=\"south\",phase=\"active\"} 0",
                             "innkeeper_guests{home=\"south\"} 0",
                             "innkeeper_backup_records{home=\"north\"} 0",
                             "innkeeper_peer_health{peer=\"north\",state=\"unknown\"} 1",
                             "innkeeper_peer_link_up{peer=\"south\"} 0",
                             "innkeeper_replication_lag_records{dataset=\"records\",peer=\"north\"} 0",
                             "innkeeper_licences_used{pool=\"dect\"} 0",
                             "innkeeper_licences_free{pool=\"dect\"} +Inf",
                             "innkeeper_database_backlog_rows 0",
                             "innkeeper_storm 0",
                             "innkeeper_loop_lag_seconds_count 0",
                             "innkeeper_certificate_expiry_timestamp_seconds +Inf",
                             "innkeeper_bindings 0",
                             "innkeeper_failover_ready{backup=\"west\",home=\"north\"} Nan",
                             "innkeeper_failover_findings{backup=\"west\",home=\"north\",severity=\"blocks\"} 0"}) {
        INFO(line);
        CHECK(has(text, line));
    }
}

TEST_CASE("no series appears later, whatever is counted and observed", "[metrics][R23]") {
    Metrics metrics(settings(), "1");
    const auto before = names(metrics.text());
    for (const auto verdict : {core::Verdict::admitted, core::Verdict::challenged, core::Verdict::refused}) {
        metrics.count(judged(verdict, {}));
        for (const auto refusal : core::every_refusal) metrics.count(judged(verdict, refusal));
    }
    metrics.count(core::PeerHealthChanged{{"unheard-of"}, {}, core::PeerHealth::lost, ""});
    metrics.count(core::FailoverBegan{{"unheard-of"}, {}});
    metrics.count(core::ReplicaRepaired{{"unheard-of"}, {}});
    metrics.count(core::UsersReady{3});
    core::Census census = busy_census();
    census.peers[0].site = {"unheard-of"};
    census.status.homes[0].home = {"unheard-of"};
    census.licences[0].pool = "unheard-of";
    metrics.observe(census, {});
    metrics.observe(busy_census(), {});
    metrics.observe_loop_lag(std::chrono::milliseconds(3));
    CHECK(names(metrics.text()) == before);
}

TEST_CASE("every REGISTER is counted by verdict and reason", "[metrics]") {
    Metrics metrics(settings(), "1");
    metrics.count(judged(core::Verdict::admitted, {}));
    metrics.count(judged(core::Verdict::admitted, {}));
    metrics.count(judged(core::Verdict::challenged, {}));
    metrics.count(judged(core::Verdict::challenged, core::Refusal::wrong_credentials));
    metrics.count(judged(core::Verdict::refused, core::Refusal::registered_at_home));
    const std::string text = metrics.text();
    CHECK(has(text, "innkeeper_registers_total{reason=\"none\",verdict=\"admitted\"} 2"));
    CHECK(has(text, "innkeeper_registers_total{reason=\"none\",verdict=\"challenged\"} 1"));
    CHECK(has(text, "innkeeper_registers_total{reason=\"wrong_credentials\",verdict=\"challenged\"} 1"));
    CHECK(has(text, "innkeeper_registers_total{reason=\"registered_at_home\",verdict=\"refused\"} 1"));
    CHECK(text.find("1001") == std::string::npos);
}

TEST_CASE("other notices count for their peer or cause", "[metrics]") {
    Metrics metrics(settings(), "1");
    metrics.count(core::PhoneRemoved{{}, {}, core::RemovalCause::moved, {}});
    metrics.count(core::PeerHealthChanged{{"north"}, core::PeerHealth::suspect, core::PeerHealth::lost, ""});
    metrics.count(core::PeerHealthChanged{{"north"}, core::PeerHealth::lost, core::PeerHealth::alive, ""});
    metrics.count(core::FailoverBegan{{"north"}, {}});
    metrics.count(core::ReplicaRepaired{{"south"}, core::Dataset::records});
    const std::string text = metrics.text();
    CHECK(has(text, "innkeeper_phones_removed_total{cause=\"moved\"} 1"));
    CHECK(has(text, "innkeeper_peer_losses_total{peer=\"north\"} 1"));
    CHECK(has(text, "innkeeper_failovers_total{home=\"north\"} 1"));
    CHECK(has(text, "innkeeper_replica_repairs_total{dataset=\"records\",peer=\"south\"} 1"));
    CHECK(has(text, "innkeeper_replica_repairs_total{dataset=\"registrations\",peer=\"south\"} 0"));
}

TEST_CASE("the census sets the gauges", "[metrics]") {
    Metrics metrics(settings(), "1");
    metrics.observe(busy_census(), {});
    const std::string text = metrics.text();
    for (const auto& line : {"innkeeper_serving 1",
                             "innkeeper_draining 0",
                             "innkeeper_database_available 1",
                             "innkeeper_users 9",
                             "innkeeper_registrations 5",
                             "innkeeper_bindings 7",
                             "innkeeper_replica_registrations 21",
                             "innkeeper_failover_phase{home=\"north\",phase=\"active\"} 1",
                             "innkeeper_failover_phase{home=\"north\",phase=\"normal\"} 0",
                             "innkeeper_failover_phase_age_seconds{home=\"north\"} 1.5",
                             "innkeeper_guests{home=\"north\"} 2",
                             "innkeeper_backup_records{home=\"north\"} 40",
                             "innkeeper_peer_health{peer=\"north\",state=\"lost\"} 1",
                             "innkeeper_peer_health{peer=\"north\",state=\"unknown\"} 0",
                             "innkeeper_peer_silence_seconds{peer=\"north\"} 12",
                             "innkeeper_replication_lag_records{dataset=\"registrations\",peer=\"north\"} 3",
                             "innkeeper_peer_mismatches{peer=\"north\"} 1",
                             "innkeeper_licences_used{pool=\"desk\"} 4",
                             "innkeeper_licences_free{pool=\"desk\"} 6",
                             "innkeeper_licences_remaining_seconds{pool=\"desk\"} -3600",
                             "innkeeper_licences_free{pool=\"soft\"} 0",
                             "innkeeper_licences_remaining_seconds{pool=\"soft\"} +Inf",
                             "innkeeper_licences_free{pool=\"video\"} +Inf"}) {
        INFO(line);
        CHECK(has(text, line));
    }
}

TEST_CASE("the daemon's own numbers are followed", "[metrics]") {
    Metrics metrics(settings(), "1");
    metrics::RuntimeNumbers numbers;
    numbers.transports[0].received = 10;
    numbers.transports[1].refused_per_source = 2;
    numbers.transports[2].open = 4;
    numbers.database_backlog = 3;
    numbers.certificate_ends = std::chrono::system_clock::time_point(std::chrono::seconds(1900000000));
    metrics.observe({}, numbers);
    numbers.transports[0].received = 15;
    numbers.transports[2].open = 1;
    metrics.observe({}, numbers);
    metrics.observe_loop_lag(std::chrono::milliseconds(3));
    const std::string text = metrics.text();
    CHECK(has(text, "innkeeper_sip_messages_received_total{transport=\"udp\"} 15"));
    CHECK(has(text, "innkeeper_sip_connections_ended_total{reason=\"refused_per_source\",transport=\"tcp\"} 2"));
    CHECK(has(text, "innkeeper_sip_connections_open{transport=\"tls\"} 1"));
    CHECK(has(text, "innkeeper_database_backlog_rows 3"));
    CHECK(has(text, "innkeeper_certificate_expiry_timestamp_seconds 1900000000"));
    CHECK(has(text, "innkeeper_loop_lag_seconds_bucket{le=\"0.002\"} 0"));
    CHECK(has(text, "innkeeper_loop_lag_seconds_bucket{le=\"0.005\"} 1"));
}

TEST_CASE("a storm lasts as long as phones are refused for the pace", "[metrics][R11]") {
    Metrics metrics(settings(), "1");
    metrics.count(judged(core::Verdict::refused, core::Refusal::paced));
    metrics.observe({}, {});
    CHECK(has(metrics.text(), "innkeeper_storm 1"));
    metrics.observe({}, {});
    CHECK(has(metrics.text(), "innkeeper_storm 0"));
}

TEST_CASE("who waits, who was let in and what was promised is counted", "[metrics][R11]") {
    Metrics metrics(settings(), "1");
    core::PhoneRegistered guard;
    guard.priority = backup::Priority::emergency;
    metrics.count(guard);
    metrics.count(core::TurnPromised{{}, std::chrono::seconds(7)});
    core::Census census;
    census.status.admissions = {750, 90, std::chrono::seconds(12)};
    metrics.observe(census, {});
    const std::string text = metrics.text();
    CHECK(has(text, "innkeeper_admissions_total{priority=\"emergency\"} 1"));
    CHECK(has(text, "innkeeper_admissions_total{priority=\"normal\"} 0"));
    CHECK(has(text, "innkeeper_promised_wait_seconds_bucket{le=\"5\"} 0"));
    CHECK(has(text, "innkeeper_promised_wait_seconds_bucket{le=\"10\"} 1"));
    CHECK(has(text, "innkeeper_admission_rate 750"));
    CHECK(has(text, "innkeeper_admissions_waiting 90"));
    CHECK(has(text, "innkeeper_admissions_all_in_seconds 12"));
}

TEST_CASE("promtool finds nothing to complain about", "[metrics]") {
    if (std::system("command -v promtool >/dev/null") != 0) {
        WARN("SKIP: promtool is not installed");
        return;
    }
    Metrics metrics(settings(), "1");
    metrics.observe(busy_census(), {});
    FILE* promtool = ::popen("promtool check metrics", "w");
    REQUIRE(promtool != nullptr);
    const std::string text = metrics.text();
    std::fwrite(text.data(), 1, text.size(), promtool);
    CHECK(::pclose(promtool) == 0);
}

TEST_CASE("a scrape may run while the loop counts", "[metrics]") {
    Metrics metrics(settings(), "1");
    int complete = 0;
    std::thread scraper([&] {
        for (int i = 0; i < 20; ++i) complete += has(metrics.text(), "innkeeper_up 1");
    });
    for (int i = 0; i < 20000; ++i) metrics.count(judged(core::Verdict::admitted, {}));
    metrics.observe(busy_census(), {});
    scraper.join();
    CHECK(complete == 20);
    CHECK(has(metrics.text(), "innkeeper_registers_total{reason=\"none\",verdict=\"admitted\"} 20000"));
}

TEST_CASE("each pair of a home and its backup has a gauge of its readiness", "[metrics][readiness]") {
    core::Settings west = settings();
    west.backups = {{"south"}};
    Metrics metrics(west, "1");
    core::Census census;
    census.pairs = {{{"west"}, {"south"}, {{core::Severity::warns, "version_differs", "older", "update"}}},
                    {{"north"}, {"west"}, {{core::Severity::blocks, "link_down", "no link", "look"}}}};
    metrics.observe(census, {});
    const std::string text = metrics.text();
    CHECK(has(text, "innkeeper_failover_ready{backup=\"south\",home=\"west\"} 1"));
    CHECK(has(text, "innkeeper_failover_findings{backup=\"south\",home=\"west\",severity=\"warns\"} 1"));
    CHECK(has(text, "innkeeper_failover_ready{backup=\"west\",home=\"north\"} 0"));
    CHECK(has(text, "innkeeper_failover_findings{backup=\"west\",home=\"north\",severity=\"blocks\"} 1"));
    CHECK(has(text, "innkeeper_failover_ready{backup=\"west\",home=\"south\"} Nan"));  // does not count on us
}
