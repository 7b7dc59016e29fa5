// Our way to one peer: dials it, dials again when that failed or ended, and says what came of it. Attempts begin 100 ms
// apart at first, then twice as long each time, up to 1 s, and after one that took longer the next begins soon, so that
// peers hear each other within 2 s of the end of a partition. A connection that lasted 5 s makes the next wait short
// again. Loop thread only. `changed` is called from the loop, never from inside send() or redial().
//
// A connection of which the core thinks that it is of no use is kept until its successor is open: on a slow path it was
// good after all, and a handshake there takes seconds, in which the peer would hear nothing (R2).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/ids.h"
#include "base/instant.h"
#include "core/event.h"
#include "host/loop.h"
#include "link/connection.h"
#include "link/tls_context.h"

namespace innkeeper::link {

class OutgoingLink {
public:
    static constexpr base::Duration shortest_wait = std::chrono::milliseconds(100);
    static constexpr base::Duration longest_wait = std::chrono::seconds(1);
    static constexpr base::Duration stable_after = std::chrono::seconds(5);

    using Changed = std::function<void(core::PeerLinkChanged)>;

    // `context` outlives the link and may be given another value at any time: it counts from the next dialling on.
    OutgoingLink(host::Loop& loop, const TlsContext& context, base::SiteName peer, base::Endpoint remote,
                 base::Endpoint local, Changed changed);

    bool up() const { return current_.connection && current_.connection->open(); }
    void send(std::string_view frame);  // dropped unless up
    // Dials at once, unless that is going on already; the new connection, once it is open, takes the place of the old.
    void redial();

private:
    using Number = std::uint64_t;  // counts connections
    struct Attempt {
        Number number = 0;
        std::unique_ptr<Connection> connection;
    };

    void dial();
    void dial_later();
    void dial_into(Attempt& attempt);
    void opened(Number number);
    void ended(Number number, const Ending& ending);
    void successor_ended(const Ending& ending);
    void promote_successor();
    void tell(core::LinkState state, std::string detail);

    host::Loop& loop_;
    const TlsContext& context_;
    const base::SiteName peer_;
    const base::Endpoint remote_;
    const base::Endpoint local_;
    const Changed changed_;
    Number last_ = 0;
    Attempt current_;
    Attempt successor_;        // while the current one is open
    bool replace_ = false;     // a successor is wanted
    bool overloaded_ = false;  // the open connection is to be dropped
    base::Duration wait_ = shortest_wait;
    base::Instant dialled_;
    base::Instant opened_;
    std::optional<core::LinkState> told_;
    std::string told_detail_;
    host::Timer timer_;
};

}  // namespace innkeeper::link
