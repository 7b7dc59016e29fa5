// What any server on one core is measured against: the same datagrams, sent back in batches, nobody reading them.
//
//     innkeeper_udp_echo ADDR PORT OCTETS      each answer is as long as the request, at most OCTETS
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr unsigned batch = 64;

[[noreturn]] void echo(int socket, std::size_t most) {
    static std::array<std::array<char, 4096>, batch> buffers;
    static std::array<mmsghdr, batch> messages;
    static std::array<iovec, batch> parts;
    static std::array<sockaddr_in, batch> remotes;
    for (;;) {
        for (unsigned i = 0; i < batch; ++i) {
            parts[i] = {buffers[i].data(), buffers[i].size()};
            messages[i].msg_hdr = {&remotes[i], sizeof remotes[i], &parts[i], 1, nullptr, 0, 0};
        }
        const int got = ::recvmmsg(socket, messages.data(), batch, MSG_WAITFORONE, nullptr);
        for (int i = 0; i < got; ++i) {
            const auto at = static_cast<std::size_t>(i);
            parts[at].iov_len = std::min<std::size_t>(messages[at].msg_len, most);
        }
        for (int sent = 0; sent < got;) {
            const int taken =
                ::sendmmsg(socket, &messages[static_cast<std::size_t>(sent)], static_cast<unsigned>(got - sent), 0);
            if (taken <= 0) break;
            sent += taken;
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fputs("usage: innkeeper_udp_echo ADDR PORT OCTETS\n", stderr);
        return 2;
    }
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int buffer = 4 * 1024 * 1024;
    for (const int which : {SO_RCVBUFFORCE, SO_SNDBUFFORCE})
        ::setsockopt(socket, SOL_SOCKET, which, &buffer, sizeof buffer);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    ::inet_pton(AF_INET, argv[1], &local.sin_addr);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
        std::perror("innkeeper_udp_echo: bind");
        return 1;
    }
    echo(socket, static_cast<std::size_t>(std::atoi(argv[3])));
}
