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

base::Endpoint to_endpoint(const sockaddr_storage& storage);

// A bound socket that neither blocks nor survives exec. Throws std::runtime_error that names the listener and the
// cause.
int bound_socket(const base::Listener& listener);
base::Endpoint local_endpoint(int descriptor);
// The address of ours that the system would send to `remote` from; empty: there is no way there.
std::optional<base::IpAddress> source_towards(const base::Endpoint& remote);

}  // namespace innkeeper::sip
