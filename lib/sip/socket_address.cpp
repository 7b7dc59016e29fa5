#include "sip/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "base/assert.h"

namespace innkeeper::sip {
namespace {

constexpr std::size_t v4_offset = 12;  // of the IPv4 octets in an IPv4-mapped address

[[noreturn]] void fail(int descriptor, const base::Listener& listener, const char* step) {
    const std::string cause = std::strerror(errno);
    if (descriptor >= 0) ::close(descriptor);
    throw std::runtime_error("listen " + listener.text() + ": " + step + ": " + cause);
}

}  // namespace

SocketAddress SocketAddress::from(const base::Endpoint& endpoint) {
    SocketAddress out;
    if (endpoint.ip.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(endpoint.port);
        std::memcpy(&v4.sin_addr, endpoint.ip.octets.data() + v4_offset, sizeof v4.sin_addr);
        std::memcpy(&out.storage, &v4, sizeof v4);
        out.length = sizeof v4;
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(endpoint.port);
        std::memcpy(&v6.sin6_addr, endpoint.ip.octets.data(), sizeof v6.sin6_addr);
        std::memcpy(&out.storage, &v6, sizeof v6);
        out.length = sizeof v6;
    }
    return out;
}

bool is_any(const base::IpAddress& ip) {
    return ip == base::IpAddress{} || ip.text() == "0.0.0.0";
}

base::Endpoint to_endpoint(const sockaddr_storage& storage) {
    base::Endpoint out;
    if (storage.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &storage, sizeof v4);
        out.ip.octets[10] = out.ip.octets[11] = 0xff;
        std::memcpy(out.ip.octets.data() + v4_offset, &v4.sin_addr, sizeof v4.sin_addr);
        out.port = ntohs(v4.sin_port);
    } else {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &storage, sizeof v6);
        std::memcpy(out.ip.octets.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
        out.port = ntohs(v6.sin6_port);
    }
    return out;
}

int bound_socket(const base::Listener& listener) {
    const auto address = SocketAddress::from(listener.local);
    const int kind = listener.transport == base::Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
    const int descriptor = ::socket(address.storage.ss_family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail(descriptor, listener, "no socket");
    const int one = 1;
    if (address.storage.ss_family == AF_INET6)
        ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);  // 0.0.0.0 is a listener of its own
    // A restarted daemon takes its stream port although old connections are still in TIME_WAIT.
    if (kind == SOCK_STREAM) ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (::bind(descriptor, address.get(), address.length) != 0) fail(descriptor, listener, "cannot bind");
    if (kind == SOCK_STREAM && ::listen(descriptor, SOMAXCONN) != 0) fail(descriptor, listener, "cannot listen");
    return descriptor;
}

int dialled_socket(const base::Endpoint& remote, const std::optional<base::IpAddress>& source) {
    const auto to = SocketAddress::from(remote);
    const int descriptor = ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    const auto from = SocketAddress::from({source.value_or(base::IpAddress{}), 0});
    const bool bound = !source || ::bind(descriptor, from.get(), from.length) == 0;
    if (bound && (::connect(descriptor, to.get(), to.length) == 0 || errno == EINPROGRESS)) return descriptor;
    ::close(descriptor);
    return -1;
}

int pending_error(int descriptor) {
    int error = 0;
    socklen_t length = sizeof error;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

std::optional<base::IpAddress> source_towards(const base::Endpoint& remote) {
    const auto to = SocketAddress::from(remote);
    const int descriptor = ::socket(to.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return std::nullopt;
    std::optional<base::IpAddress> source;
    if (::connect(descriptor, to.get(), to.length) == 0) source = local_endpoint(descriptor).ip;
    ::close(descriptor);
    return source;
}

base::Endpoint local_endpoint(int descriptor) {
    SocketAddress local;
    local.length = sizeof local.storage;
    INNKEEPER_ASSERT(::getsockname(descriptor, local.get(), &local.length) == 0);
    return to_endpoint(local.storage);
}

}  // namespace innkeeper::sip
