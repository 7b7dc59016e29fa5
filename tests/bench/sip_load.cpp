// The load generator: one thread, phones that register over UDP.
//
//     innkeeper_sip_load ADDR PORT DOMAIN USERS
//
// Reads stretches of load from standard input, one a line, and answers each with one line of JSON when it is over:
//
//     challenge COUNT [window=N | rate=PER_SECOND]
//     reuse COUNT ...
//     echo COUNT ...
//
// Its phones remember challenge and CSeq from one stretch to the next. Refuses targets outside loopback.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "bench/load.h"
#include "bench/load_socket.h"

namespace innkeeper::bench {
namespace {

Stretch read_stretch(const std::string& line) {
    std::istringstream words(line);
    std::string kind, word;
    Stretch stretch;
    words >> kind >> stretch.count;
    if (kind == "challenge")
        stretch.kind = Stretch::Kind::challenge;
    else if (kind == "echo")
        stretch.kind = Stretch::Kind::echo;
    else if (kind != "reuse" || stretch.count == 0)
        throw std::runtime_error("not a stretch of load: " + line);
    while (words >> word) {
        const double value = std::stod(word.substr(word.find('=') + 1));
        if (word.rfind("window=", 0) == 0)
            stretch.window = static_cast<unsigned>(value);
        else if (word.rfind("rate=", 0) == 0)
            stretch.rate = value;
        else
            throw std::runtime_error("unknown word " + word);
    }
    return stretch;
}

void tell(Outcome outcome) {
    std::printf(
        "{\"good\":%llu,\"wrong\":%llu,\"missing\":%llu,\"repeated\":%llu,\"challenges\":%llu,"
        "\"seconds\":%.6f,\"p50_us\":%.1f,\"p99_us\":%.1f}\n",
        static_cast<unsigned long long>(outcome.good), static_cast<unsigned long long>(outcome.wrong),
        static_cast<unsigned long long>(outcome.missing), static_cast<unsigned long long>(outcome.repeated),
        static_cast<unsigned long long>(outcome.challenges), outcome.seconds, percentile(outcome.latencies, 0.50),
        percentile(outcome.latencies, 0.99));
    std::fflush(stdout);
}

void serve(int argc, char** argv) {
    if (argc != 5) throw std::runtime_error("usage: innkeeper_sip_load ADDR PORT DOMAIN USERS");
    const int socket = connected_socket(argv[1], static_cast<unsigned>(std::stoul(argv[2])));
    Phones phones(static_cast<unsigned>(std::stoul(argv[4])), argv[3], local_address(socket));
    for (std::string line; std::getline(std::cin, line);) tell(Load(socket, phones, read_stretch(line)).run());
}

}  // namespace
}  // namespace innkeeper::bench

int main(int argc, char** argv) {
    try {
        innkeeper::bench::serve(argc, argv);
        return 0;
    } catch (const std::exception& problem) {
        std::cerr << "innkeeper_sip_load: " << problem.what() << '\n';
        return 2;
    }
}
