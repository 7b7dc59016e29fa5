#include "web/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "host/clock.h"

namespace innkeeper::web {

Connection::Connection(int descriptor, int stop, std::size_t octets, base::Instant deadline)
    : descriptor_(descriptor), stop_(stop), octets_left_(octets), deadline_(deadline) {}

Connection::~Connection() {
    ::shutdown(descriptor_, SHUT_RDWR);
    ::close(descriptor_);
}

bool Connection::wait(bool to_read) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - host::now()).count();
    if (left <= 0) return false;
    pollfd both[2] = {{descriptor_, static_cast<short>(to_read ? POLLIN : POLLOUT), 0}, {stop_, POLLIN, 0}};
    return ::poll(both, 2, static_cast<int>(left)) > 0 && both[1].revents == 0;
}

ssize_t Connection::read(char* to, std::size_t size) {
    if (begin_ == end_) {
        const std::size_t room = std::min(octets_left_, sizeof buffer_);
        if (room == 0 || !wait(true)) return -1;
        const ssize_t got = ::recv(descriptor_, buffer_, room, MSG_DONTWAIT);
        if (got <= 0) return got;
        begin_ = 0;
        end_ = static_cast<std::size_t>(got);
        octets_left_ -= end_;
    }
    const std::size_t take = std::min(size, end_ - begin_);
    std::memcpy(to, buffer_ + begin_, take);
    begin_ += take;
    return static_cast<ssize_t>(take);
}

ssize_t Connection::write(const char* from, std::size_t size) {
    if (!wait(false)) return -1;
    return ::send(descriptor_, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// Nothing of the house asks; httplib puts them into REMOTE_ADDR and the like.
void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
    ip.clear();
    port = 0;
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
    ip.clear();
    port = 0;
}

}  // namespace innkeeper::web
