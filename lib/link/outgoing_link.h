// Our way to one peer: dials it, dials again when that failed or ended, and says what came of it. Attempts are 100 ms
// apart at first, then twice as long each time, up to 1 s; a connection that lasted 5 s makes the next wait short
// again. Loop thread only. `changed` is called from the loop, never from inside send() or redial().
#pragma once

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

    bool up() const { return connection_ && connection_->open(); }
    void send(std::string_view frame);  // dropped unless up
    // Drops an open connection. Dials at once, unless that is going on already.
    void redial(std::string_view why);

private:
    void dial();
    void dial_later();
    void opened();
    void ended(const Ending& ending);
    void tell(core::LinkState state, std::string detail);

    host::Loop& loop_;
    const TlsContext& context_;
    const base::SiteName peer_;
    const base::Endpoint remote_;
    const base::Endpoint local_;
    const Changed changed_;
    std::unique_ptr<Connection> connection_;
    std::string drop_;  // why the open connection is to be dropped; empty: it is not
    base::Duration wait_ = shortest_wait;
    base::Instant opened_;
    std::optional<core::LinkState> told_;
    std::string told_detail_;
    host::Timer timer_;
};

}  // namespace innkeeper::link
