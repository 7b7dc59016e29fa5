// The load generator for calls: one thread, callers and phones that answer, over UDP.
//
//     innkeeper_call_load ADDR PORT DOMAIN USERS
//
// Registers its phones (users 1000000 and so on, passwords as load.h says) on standard input's order, then calls.
// Orders, one a line, each answered with one line of JSON:
//
//     register            every phone, at a Contact of the generator's own
//     calls COUNT [window=N | rate=PER_SECOND] [loss=SHARE]
//
// A call is INVITE, 407 or 401 where the server asks, 180, 200, ACK, BYE, 200. `loss` drops that share of what arrives
// here and of what leaves, by a fixed sequence. Refuses targets outside loopback.
#include <cstdio>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "bench/call_phones.h"
#include "bench/load_socket.h"

namespace innkeeper::bench {
namespace {

CallStretch read_stretch(std::istringstream& words) {
    CallStretch stretch;
    words >> stretch.count;
    for (std::string word; words >> word;) {
        const double value = std::stod(word.substr(word.find('=') + 1));
        if (word.rfind("window=", 0) == 0)
            stretch.window = static_cast<unsigned>(value);
        else if (word.rfind("rate=", 0) == 0)
            stretch.rate = value;
        else if (word.rfind("loss=", 0) == 0)
            stretch.loss = value;
        else
            throw std::runtime_error("unknown word " + word);
    }
    return stretch;
}

void tell(CallOutcome outcome) {
    std::printf(
        "{\"good\":%llu,\"wrong\":%llu,\"missing\":%llu,\"repeated\":%llu,\"seconds\":%.6f,\"p50_us\":%.1f,"
        "\"p99_us\":%.1f}\n",
        static_cast<unsigned long long>(outcome.good), static_cast<unsigned long long>(outcome.wrong),
        static_cast<unsigned long long>(outcome.missing), static_cast<unsigned long long>(outcome.repeated),
        outcome.seconds, percentile(outcome.latencies, 0.50), percentile(outcome.latencies, 0.99));
    std::fflush(stdout);
}

void serve(int argc, char** argv) {
    if (argc != 5) throw std::runtime_error("usage: innkeeper_call_load ADDR PORT DOMAIN USERS");
    const auto port = static_cast<unsigned>(std::stoul(argv[2]));
    std::vector<int> callers;  // so many addresses that none has more than its share of what innkeeperd bears
    for (int number = 1; number <= 40; ++number)
        callers.push_back(connected_socket(argv[1], port, "127.0.86." + std::to_string(number)));
    CallPhones phones(std::move(callers), connected_socket(argv[1], port), argv[3],
                      static_cast<unsigned>(std::stoul(argv[4])));
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string order;
        words >> order;
        if (order == "register")
            tell(phones.register_all());
        else if (order == "calls")
            tell(phones.call(read_stretch(words)));
        else
            throw std::runtime_error("unknown order " + line);
    }
}

}  // namespace
}  // namespace innkeeper::bench

int main(int argc, char** argv) {
    try {
        innkeeper::bench::serve(argc, argv);
        return 0;
    } catch (const std::exception& problem) {
        std::cerr << "innkeeper_call_load: " << problem.what() << '\n';
        return 2;
    }
}
