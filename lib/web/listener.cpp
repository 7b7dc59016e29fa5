#include "web/listener.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace innkeeper::web {
namespace {

constexpr int backlog = 1024;            // a crowd waits here, not in TCP retransmissions
constexpr int pause_milliseconds = 100;  // when there is no descriptor for a newcomer

union Address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

socklen_t fill(Address& address, const base::Endpoint& endpoint) {
    address = Address{};
    if (endpoint.ip.is_v4()) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(endpoint.port);
        std::memcpy(&address.v4.sin_addr, endpoint.ip.octets.data() + 12, 4);  // IPv4-mapped
        return sizeof address.v4;
    }
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(endpoint.port);
    std::memcpy(&address.v6.sin6_addr, endpoint.ip.octets.data(), endpoint.ip.octets.size());
    return sizeof address.v6;
}

int listen_on(const base::Endpoint& local) {
    Address address;
    const socklen_t length = fill(address, local);
    const int descriptor = ::socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1;
    if (descriptor >= 0 && ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        ::bind(descriptor, &address.any, length) == 0 && ::listen(descriptor, backlog) == 0)
        return descriptor;
    const int number = errno;
    if (descriptor >= 0) ::close(descriptor);
    throw std::runtime_error("http-listen " + local.text() + ": " + std::generic_category().message(number));
}

std::uint16_t port_of(int descriptor) {
    Address address{};
    socklen_t length = sizeof address;
    ::getsockname(descriptor, &address.any, &length);
    return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

}  // namespace

Listener::Listener(const base::Endpoint& local)
    : local_(local), descriptor_(listen_on(local)), stopped_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    local_.port = port_of(descriptor_);
}

Listener::~Listener() {
    stop();
    ::close(descriptor_);
    ::close(stopped_);
}

void Listener::start(std::function<void(int)> accepted) {
    acceptor_ = std::thread([this, to = std::move(accepted)] { accept_until_stopped(to); });
}

void Listener::stop() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stopped_, &one, sizeof one);
    if (acceptor_.joinable()) acceptor_.join();
}

void Listener::accept_until_stopped(const std::function<void(int)>& accepted) const {
    pollfd both[2] = {{stopped_, POLLIN, 0}, {descriptor_, POLLIN, 0}};
    while (::poll(both, 2, -1) >= 0 && both[0].revents == 0) {
        const int connection = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (connection >= 0)
            accepted(connection);
        else if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
            ::poll(both, 1, pause_milliseconds);
    }
}

}  // namespace innkeeper::web
