// Connections that we dial, one for each address: made for the first message, kept for all further ones.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "calls/hop.h"
#include "sip/stream_connections.h"

namespace innkeeper::sip {

// On the loop's thread; `connections` must outlive it.
class Dialled {
public:
    // Throws std::runtime_error when `authority_file`, unless it is empty, cannot be used.
    Dialled(StreamConnections& connections, const std::string& authority_file);

    // `listeners`: ours, so that the other side sees the address that it knows. False: no way there.
    bool send(const calls::AddressHop& to, std::string_view octets, const std::vector<base::Listener>& listeners);
    // The address that a connection which has ended was dialled for.
    std::optional<calls::AddressHop> forget(std::uint64_t connection);
    void reload();  // throws like the constructor, and then nothing has changed

private:
    StreamConnections& connections_;
    std::string authority_file_;
    std::unique_ptr<TlsClient> tls_;
    std::map<calls::AddressHop, std::uint64_t> open_;
};

}  // namespace innkeeper::sip
