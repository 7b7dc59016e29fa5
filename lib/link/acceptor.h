// The port where peers call. A stranger can hold little and for a short time only (R21): at most 64 connections have
// not shown a certificate yet, at most 8 of one source, none for longer than 5 s; the oldest makes room for the newest,
// those from a peer's address last. A handshake costs half a millisecond of the loop that serves the phones: only 200 a
// second are begun with callers from elsewhere than a peer's address. Of one peer the newest connection counts.
// Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/ids.h"
#include "host/log.h"
#include "host/loop.h"
#include "link/connection.h"
#include "link/socket.h"
#include "link/tls_context.h"

namespace innkeeper::link {

class Acceptor {
public:
    static constexpr std::size_t most_unknown = 64;
    static constexpr std::size_t most_unknown_of_one_source = 8;
    static constexpr int strangers_a_second = 200;

    // Words in `why` end the connection.
    using OnFrame = std::function<void(const base::SiteName& from, std::string_view frame, std::string& why)>;

    // Throws std::runtime_error when the address is taken. `context` outlives the acceptor and may be given another
    // value at any time: it counts for new connections. `log` outlives it too.
    Acceptor(host::Loop& loop, const TlsContext& context, const base::Endpoint& listen,
             const std::map<base::SiteName, base::Endpoint>& peers, host::Log& log, OnFrame on_frame);

    base::Endpoint listening() const { return local_endpoint(listener_.number()); }

private:
    using Number = std::uint64_t;  // counts connections, so that order is age
    struct Unknown {
        base::IpAddress source;
        std::unique_ptr<Connection> connection;
    };
    struct Known {
        Number number = 0;
        base::Endpoint remote;
        std::unique_ptr<Connection> connection;
    };

    void accept_all();
    void admit(Caller caller);
    bool too_many_strangers(const base::IpAddress& source);
    void refuse(const base::IpAddress& source, std::string why);
    void make_room(const base::IpAddress& source);
    void opened(Number number, const base::SiteName& peer, const base::Endpoint& remote);
    void ended(Number number, const base::Endpoint& remote, const Ending& ending);

    host::Loop& loop_;
    const TlsContext& context_;
    std::vector<base::SiteName> acceptable_;
    std::set<base::IpAddress> peer_addresses_;
    host::Log& log_;
    const OnFrame on_frame_;
    Number last_ = 0;
    base::Instant second_began_;
    int strangers_ = 0;  // since then
    std::map<Number, Unknown> unknown_;
    std::map<base::SiteName, Known> known_;
    Descriptor listener_;
    host::Timer pause_;
    host::Watch watch_;
};

}  // namespace innkeeper::link
