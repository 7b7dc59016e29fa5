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
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "bench/load.h"

namespace innkeeper::bench {
namespace {

int connected_socket(const std::string& address, unsigned port) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET, address.c_str(), &server.sin_addr) != 1 || ntohl(server.sin_addr.s_addr) >> 24 != 127)
        throw std::runtime_error(address + " is no loopback address; load is not for other people's servers");
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int buffer = 4 * 1024 * 1024;
    for (const int which : {SO_RCVBUFFORCE, SO_SNDBUFFORCE})
        ::setsockopt(socket, SOL_SOCKET, which, &buffer, sizeof buffer);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
        throw std::runtime_error("cannot connect to " + address);
    return socket;
}

std::string local_address(int socket) {
    sockaddr_in local{};
    socklen_t size = sizeof local;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&local), &size);
    char text[INET_ADDRSTRLEN];
    return std::string(::inet_ntop(AF_INET, &local.sin_addr, text, sizeof text)) + ':' +
           std::to_string(ntohs(local.sin_port));
}

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

double percentile(std::vector<float>& latencies, double share) {
    if (latencies.empty()) return 0;
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(latencies.size() - 1));
    std::nth_element(latencies.begin(), latencies.begin() + at, latencies.end());
    return static_cast<double>(latencies[static_cast<std::size_t>(at)]);
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
