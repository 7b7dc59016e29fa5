#include "bench/load_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <stdexcept>

namespace innkeeper::bench {

int connected_socket(const std::string& address, unsigned port, const std::string& from) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET, address.c_str(), &server.sin_addr) != 1 || ntohl(server.sin_addr.s_addr) >> 24 != 127)
        throw std::runtime_error(address + " is no loopback address; load is not for other people's servers");
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int buffer = 4 * 1024 * 1024;
    for (const int which : {SO_RCVBUFFORCE, SO_SNDBUFFORCE})
        ::setsockopt(socket, SOL_SOCKET, which, &buffer, sizeof buffer);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    if (!from.empty() && (::inet_pton(AF_INET, from.c_str(), &own.sin_addr) != 1 ||
                          ::bind(socket, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0))
        throw std::runtime_error("cannot send from " + from);
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

double percentile(std::vector<float>& latencies, double share) {
    if (latencies.empty()) return 0;
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(latencies.size() - 1));
    std::nth_element(latencies.begin(), latencies.begin() + at, latencies.end());
    return static_cast<double>(latencies[static_cast<std::size_t>(at)]);
}

}  // namespace innkeeper::bench
