#include "link/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace innkeeper::link {
namespace {

union Address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

socklen_t fill(Address& address, const base::Endpoint& endpoint) {
    address = {};
    if (endpoint.ip.is_v4()) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(endpoint.port);
        std::copy_n(endpoint.ip.octets.begin() + 12, 4, reinterpret_cast<std::uint8_t*>(&address.v4.sin_addr));
        return sizeof address.v4;
    }
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(endpoint.port);
    std::copy_n(endpoint.ip.octets.begin(), 16, address.v6.sin6_addr.s6_addr);
    return sizeof address.v6;
}

base::Endpoint read(const Address& address) {
    base::Endpoint endpoint;
    if (address.any.sa_family == AF_INET) {
        endpoint.ip.octets[10] = endpoint.ip.octets[11] = 0xff;
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&address.v4.sin_addr), 4, endpoint.ip.octets.begin() + 12);
        endpoint.port = ntohs(address.v4.sin_port);
    } else {
        std::copy_n(address.v6.sin6_addr.s6_addr, 16, endpoint.ip.octets.begin());
        endpoint.port = ntohs(address.v6.sin6_port);
    }
    return endpoint;
}

bool is_any(const base::IpAddress& ip) {
    const auto first = ip.octets.begin() + (ip.is_v4() ? 12 : 0);
    return std::all_of(first, ip.octets.end(), [](std::uint8_t octet) { return octet == 0; });
}

void set(int descriptor, int level, int option, int value) {
    ::setsockopt(descriptor, level, option, &value, sizeof value);
}

// Small messages go at once, and while they are not confirmed again after one round trip and 200 ms each time: waits
// that double, TCP's usual way, make seconds of silence of a path that loses every fifth packet (R2). The kernel does
// so for streams that have seen a loss, which BBR, the default of some systems, never admits: hence Reno. A side that
// has vanished is noticed within seconds, also when nothing is sent.
void set_up(int descriptor) {
    constexpr int silence_ms = 5000;
    set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    constexpr char reno[] = "reno";
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, reno, sizeof reno - 1);
    set(descriptor, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1);
    set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, silence_ms);
    set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, 5);
    set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, 2);
    set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

int family(const base::IpAddress& ip) {
    return ip.is_v4() ? AF_INET : AF_INET6;
}

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

Descriptor listen_on(const base::Endpoint& local) {
    Descriptor descriptor(::socket(family(local.ip), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    Address address;
    const socklen_t size = fill(address, local);
    set(descriptor.number(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (::bind(descriptor.number(), &address.any, size) != 0 || ::listen(descriptor.number(), SOMAXCONN) != 0)
        throw std::runtime_error("cannot listen for peers on " + local.text() + ": " + std::strerror(errno));
    return descriptor;
}

base::Expected<Descriptor, int> dial(const base::Endpoint& remote, const base::Endpoint& local) {
    Descriptor descriptor(::socket(family(remote.ip), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!descriptor.open()) return base::Unexpected<int>{errno};
    set_up(descriptor.number());
    Address address;
    if (local.ip.is_v4() == remote.ip.is_v4() && !is_any(local.ip)) {
        const socklen_t size = fill(address, {local.ip, 0});
        if (::bind(descriptor.number(), &address.any, size) != 0) return base::Unexpected<int>{errno};
    }
    const socklen_t size = fill(address, remote);
    if (::connect(descriptor.number(), &address.any, size) != 0 && errno != EINPROGRESS)
        return base::Unexpected<int>{errno};
    return descriptor;
}

int pending_error(int descriptor) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
    return error;
}

base::Expected<Caller, int> accept_from(int listener) {
    Address address{};
    socklen_t size = sizeof address;
    Descriptor descriptor(::accept4(listener, &address.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!descriptor.open()) return base::Unexpected<int>{errno};
    set_up(descriptor.number());
    return Caller{std::move(descriptor), read(address)};
}

base::Endpoint local_endpoint(int descriptor) {
    Address address{};
    socklen_t size = sizeof address;
    ::getsockname(descriptor, &address.any, &size);
    return read(address);
}

}  // namespace innkeeper::link
