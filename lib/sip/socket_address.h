// base::Endpoint as the sockets of the operating system want it, and back.
#pragma once

#include <sys/socket.h>

#include <optional>

#include "base/address.h"

namespace innkeeper::sip {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;

    static SocketAddress from(const base::Endpoint& endpoint);
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

bool is_any(const base::IpAddress& ip);  // the wildcard of its family

base::Endpoint to_endpoint(const sockaddr_storage& storage);

// A bound socket that neither blocks nor survives exec. Throws std::runtime_error that names the listener and the
// cause.
int bound_socket(const base::Listener& listener);
// A stream socket on its way to `remote`, from `source` where that is given; -1: there is no way there. It is connected
// when it becomes writable without an error.
int dialled_socket(const base::Endpoint& remote, const std::optional<base::IpAddress>& source);
int pending_error(int descriptor);  // of the socket, an errno; taken off it
base::Endpoint local_endpoint(int descriptor);
// The address of ours that the system would send to `remote` from; empty: there is no way there.
std::optional<base::IpAddress> source_towards(const base::Endpoint& remote);

}  // namespace innkeeper::sip
