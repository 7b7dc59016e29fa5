#include "control/socket_path.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace innkeeper::control {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw std::runtime_error("control-socket " + path + ": " + what);
}

[[noreturn]] void fail_with_errno(const std::string& path) {
    fail(path, std::generic_category().message(errno));
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

void remove_stale(const std::string& path, const sockaddr_un& address) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return;
    if (!S_ISSOCK(status.st_mode)) fail(path, "something else is there, not a socket");
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) fail_with_errno(path);
    const bool refused = ::connect(probe, generic(address), sizeof address) != 0 && errno == ECONNREFUSED;
    ::close(probe);
    if (!refused) fail(path, "another daemon answers there");
    if (::unlink(path.c_str()) != 0) fail_with_errno(path);
}

}  // namespace

base::Expected<sockaddr_un> socket_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return base::error("control-socket " + path + ": the path must have 1 to " +
                           std::to_string(sizeof address.sun_path - 1) + " octets");
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

int listen_at(const std::string& path) {
    const auto address = socket_address(path);
    if (!address) throw std::runtime_error(address.error().text);
    remove_stale(path, *address);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) fail_with_errno(path);
    ::fchmod(descriptor, 0660);  // before bind: the socket file never has another mode
    const mode_t earlier = ::umask(0);
    const bool bound = ::bind(descriptor, generic(*address), sizeof *address) == 0;
    ::umask(earlier);
    if (!bound || ::listen(descriptor, 16) != 0) {
        const int number = errno;
        ::close(descriptor);
        errno = number;
        fail_with_errno(path);
    }
    return descriptor;
}

}  // namespace innkeeper::control
