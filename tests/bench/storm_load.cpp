// Phones whose home dies: one thread, all of them over UDP.
//
//     innkeeper_storm_load HOME BACKUP DOMAIN USERS        (addresses on loopback, port 5060)
//
// Reads orders from standard input, one a line, and answers each with one line of JSON when it is done:
//
//     home spread=SECONDS patience=SECONDS      all phones turn to their home within `spread`
//     backup spread=SECONDS patience=SECONDS    the same, to the backup
#include <cstdio>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "bench/load_socket.h"
#include "bench/storm.h"

namespace innkeeper::bench {
namespace {

constexpr unsigned port = 5060;

double value_of(const std::string& word, const std::string& name) {
    if (word.rfind(name + '=', 0) != 0) throw std::runtime_error("expected " + name + "=..., not " + word);
    return std::stod(word.substr(name.size() + 1));
}

unsigned long long wide(std::uint64_t number) {
    return number;
}

double entered(const StormOutcome& outcome, unsigned phones, double share) {
    const auto needed = static_cast<std::size_t>(share * phones);
    if (outcome.entered.size() < needed || needed == 0) return -1;
    return static_cast<double>(outcome.entered[needed - 1]);
}

void storm(int socket, Phones& phones, const StormPlan& plan) {
    StormOutcome outcome = Storm(socket, phones, plan).run();
    std::printf(
        "{\"in\":%llu,\"s50\":%.1f,\"s95\":%.1f,\"s100\":%.1f,\"refused\":%llu,\"refused_at_most\":%llu,\"broken\":%"
        "llu,"
        "\"not_yet\":%llu,\"repeated\":%llu,\"wrong\":%llu,\"answers\":%llu,\"p50_ms\":%.2f,\"p99_ms\":%.2f,"
        "\"longest_ms\":%.2f}\n",
        wide(outcome.entered.size()), entered(outcome, phones.count(), 0.5), entered(outcome, phones.count(), 0.95),
        entered(outcome, phones.count(), 1), wide(outcome.refused), wide(outcome.refused_at_most), wide(outcome.broken),
        wide(outcome.not_yet), wide(outcome.repeated), wide(outcome.wrong), wide(outcome.latencies.size()),
        percentile(outcome.latencies, 0.50), percentile(outcome.latencies, 0.99), percentile(outcome.latencies, 1));
}

void serve(int argc, char** argv) {
    if (argc != 5) throw std::runtime_error("usage: innkeeper_storm_load HOME BACKUP DOMAIN USERS");
    const int home = connected_socket(argv[1], port);
    const int backup = connected_socket(argv[2], port);
    Phones phones(static_cast<unsigned>(std::stoul(argv[4])), argv[3], local_address(backup));
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string order, first, second;
        words >> order >> first >> second;
        if (order != "home" && order != "backup") throw std::runtime_error("no order: " + line);
        storm(order == "home" ? home : backup, phones, {value_of(first, "spread"), value_of(second, "patience")});
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace innkeeper::bench

int main(int argc, char** argv) {
    try {
        innkeeper::bench::serve(argc, argv);
        return 0;
    } catch (const std::exception& problem) {
        std::cerr << "innkeeper_storm_load: " << problem.what() << '\n';
        return 2;
    }
}
