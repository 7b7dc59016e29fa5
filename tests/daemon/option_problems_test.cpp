#include <catch2/catch.hpp>

#include "daemon/options.h"
#include "options_support.h"

using namespace innkeeper::daemon;
using Catch::Matchers::Contains;

namespace {

const std::vector<std::string> with_peer = {"--peer=south=192.0.2.2:5062", "--peer-listen=192.0.2.1:5062",
                                            "--tls-certificate=/c", "--tls-key=/k", "--tls-ca=/a"};

std::vector<std::string> with_peer_and(std::string more) {
    auto arguments = with_peer;
    arguments.push_back(std::move(more));
    return arguments;
}

}  // namespace

TEST_CASE("all problems are told at once, each with its place", "[options]") {
    const TemporaryFolder folder;
    const std::string file = folder.file("site.conf",
                                         "site = North\n"
                                         "\n"
                                         "lost-aftr = 3s\n"
                                         "failback-rate = 0\n"
                                         "listen\n"
                                         "log-level = info\n"
                                         "log-level = debug\n"
                                         "status = yes\n");
    const auto parsed = parse({"--config", file, "--guest-lease=500ms", "--bakup=x", "stray"},
                              {"INNKEEPER_MIN_EXPIRES=60", "INNKEEPER_LISTN=udp:127.0.0.1:5060"});
    const auto lines = texts(parsed.problems);
    const auto told = [&](const std::string& line) {
        INFO(line);
        CHECK(std::any_of(lines.begin(), lines.end(),
                          [&](const std::string& one) { return one.find(line) != std::string::npos; }));
    };
    told(file + ":1: site: 'North' is no site name: write 1 to 63 lower-case letters");
    told(file + ":3: lost-aftr: is no key, did you mean lost-after?");
    told(file + ":4: failback-rate: '0' is no rate");
    told(file + ":5: 'listen' is no setting: write key = value");
    told(file + ":7: log-level: is written twice");
    told(file + ":8: status: belongs on the command line");
    told("command line: guest-lease: '500ms' is too short: write at least 1s");
    told("command line: --bakup: is no option, did you mean backup?");
    told("command line: 'stray' is no option");
    told("environment INNKEEPER_MIN_EXPIRES: min-expires: '60' is no duration");
    told("environment INNKEEPER_LISTN: stands for no setting, did you mean listen?");
    told("configuration: domain: is missing");
    CHECK(lines.size() == 12);
    CHECK(exit_code(parsed.problems) == 2);
}

TEST_CASE("a file that cannot be read is a problem", "[options]") {
    const TemporaryFolder folder;
    CHECK_THAT(only_problem({"--config", folder.path() + "/none"}), Contains("none: cannot be read: No such file"));
    CHECK_THAT(only_problem({"--config", folder.path()}), Contains("cannot be read"));
}

TEST_CASE("every kind of value is judged", "[options]") {
    CHECK_THAT(only_problem({"--listen=ws:127.0.0.1:80"}), Contains("write udp:ADDR:PORT"));
    CHECK_THAT(only_problem({"--listen=udp:127.0.0.1:5060", "--listen=udp:127.0.0.1:5060"}), Contains("written twice"));
    CHECK_THAT(only_problem({"--domain=exa mple"}), Contains("is no SIP domain"));
    CHECK_THAT(only_problem({"--domain=EXAMPLE.org"}), Contains("written twice"));
    CHECK_THAT(only_problem({"--http-listen=9560"}), Contains("write ADDR:PORT"));
    CHECK_THAT(only_problem({"--state-directory=here"}), Contains("begin it with /"));
    CHECK_THAT(only_problem({"--control-socket=/" + std::string(107, 'x')}), Contains("longer than 107"));
    CHECK_THAT(only_problem({"--preset=slow"}), Contains("write one of fast, ip-office"));
    CHECK_THAT(only_problem({"--failover-trigger=desk"}), Contains("write one of physical, any"));
    CHECK_THAT(only_problem({"--failback-mode="}), Contains("write one of automatic, manual"));
    CHECK_THAT(only_problem({"--log-format=xml"}), Contains("write one of text, json, journal"));
    CHECK_THAT(only_problem({"--admission-rate=-1"}), Contains("is no rate"));
    CHECK_THAT(only_problem({"--failback-rate=1e3"}), Contains("is no rate"));
    CHECK_THAT(only_problem({"--max-expires=3600500ms"}), Contains("no whole number of seconds"));
    CHECK_THAT(only_problem({"--user="}), Contains("user: is empty"));
    CHECK_THAT(only_problem({"--status", "--explain=nobody"}), Contains("cannot go with"));
    CHECK_THAT(only_problem({"--explain=@example.org"}), Contains("user@domain"));
    CHECK_THAT(only_problem({"--site=south"}), Contains("site: is written twice"));
    CHECK_THAT(only_problem({"--status=now"}), Contains("status"));
    CHECK_THAT(only_problem({"--lost-after"}), Contains("lost-after"));
}

TEST_CASE("durations must be in order", "[options]") {
    CHECK_THAT(only_problem({"--heartbeat-interval=2s"}),
               Contains("heartbeat-interval: 2s is not shorter than suspect-after"));
    CHECK_THAT(only_problem({"--suspect-after=3s"}), Contains("not shorter than lost-after-witnessed (3s)"));
    CHECK_THAT(only_problem({"--lost-after=2s"}), Contains("lost-after-witnessed: 3s is longer than lost-after (2s)"));
    CHECK_THAT(only_problem({"--min-expires=6min"}), Contains("min-expires: 6min is longer than default-expires"));
    CHECK_THAT(only_problem({"--max-expires=2min"}),
               Contains("default-expires: 5min is longer than max-expires (2min)"));
    CHECK(parse_site({"--min-expires=5min", "--max-expires=5min", "--lost-after=3s"}).problems.empty());
}

TEST_CASE("names must fit together", "[options]") {
    CHECK(texts(parse_site(with_peer).problems).empty());
    CHECK_THAT(only_problem(with_peer_and("--peer=north=192.0.2.1:5062")), Contains("'north' is this site itself"));
    CHECK_THAT(only_problem(with_peer_and("--peer=south=192.0.2.9:5062")), Contains("'south' is written twice"));
    CHECK_THAT(only_problem(with_peer_and("--backup=west")), Contains("add peer = west=ADDR:PORT"));
    CHECK_THAT(only_problem({"--backup=west"}), Contains("'west' is no peer"));
    CHECK_THAT(only_problem(with_peer_and("--peer=west")), Contains("write NAME=ADDR:PORT"));
    CHECK_THAT(only_problem(with_peer_and("--peer=west=host:1")), Contains("write NAME=ADDR:PORT"));
    auto twice = with_peer_and("--backup=south");
    twice.push_back("--backup=south");
    CHECK_THAT(only_problem(twice), Contains("'south' is written twice"));
}

TEST_CASE("peers and TLS phones need their files", "[options]") {
    const auto problems = parse_site({"--peer=south=192.0.2.2:5062"}).problems;
    CHECK(problems.size() == 4);
    for (const Problem& problem : problems) CHECK_THAT(problem.text, Contains("is missing: peers need"));
    const auto phones = parse_site({"--listen=tls:127.0.0.1:5061"}).problems;
    CHECK(phones.size() == 3);
    for (const Problem& problem : phones) CHECK_THAT(problem.text, Contains("listen = tls:"));
}

TEST_CASE("two streams cannot have one address", "[options]") {
    CHECK_THAT(only_problem({"--listen=tcp:127.0.0.1:5060", "--http-listen=127.0.0.1:5060"}),
               Contains("http-listen: 127.0.0.1:5060 has another use"));
    CHECK(parse_site({"--listen=udp:127.0.0.1:5060", "--http-listen=127.0.0.1:5060"}).problems.empty());
    CHECK(parse_site({"--listen=tcp:127.0.0.1:0", "--http-listen=127.0.0.1:0"}).problems.empty());
}

TEST_CASE("exit codes tell configuration from start", "[options]") {
    const Problem configuration{Problem::Kind::configuration, "x", "", ""};
    const Problem start{Problem::Kind::start, "x", "", ""};
    CHECK(exit_code({}) == 0);
    CHECK(exit_code({start}) == 1);
    CHECK(exit_code({start, configuration}) == 2);
}
