// One connection over TCP or TLS: its messages are served in order and answered on it. A phone's must keep the
// deadlines of R13; one that we dialled, to a PBX, is kept as long as it works.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/address.h"
#include "base/instant.h"
#include "host/loop.h"
#include "sip/request_server.h"
#include "sip/socket_address.h"
#include "sip/stream_framer.h"
#include "sip/stream_limits.h"
#include "sip/stream_socket.h"

namespace innkeeper::sip {

// On the loop's thread. Owned by StreamConnections, which destroys it when `on_end` was called; on_end is the last
// thing a connection does, and never called from the constructor.
class StreamConnection {
public:
    enum class Opened : std::uint8_t { by_phone, by_us };
    StreamConnection(host::Loop& loop, RequestServer& server, const StreamDeadlines& deadlines,
                     std::unique_ptr<StreamSocket> socket, Opened opened, const base::Flow& flow,
                     std::function<void()> on_end);

    const base::Flow& flow() const { return flow_; }
    Opened opened_by() const { return opened_by_; }
    base::Endpoint local() const { return local_endpoint(socket_->descriptor()); }
    // A message of our own accord. Where the other side does not take it, the connection ends at the next sweep. On one
    // that we dialled it waits until the connection is made.
    void send(std::string_view octets);
    // True when a deadline has passed, which is counted, or a message could not be sent.
    bool overdue(base::Instant now);

private:
    bool progress(host::Watch::Ready ready);  // false: the end
    bool connect(host::Watch::Ready ready);
    bool shake_hands();
    bool read_all();
    bool serve_pieces();
    bool serve(std::string_view message, Framing framing);
    bool flush();
    void want();

    RequestServer& server_;
    const StreamDeadlines& deadlines_;
    std::unique_ptr<StreamSocket> socket_;
    Opened opened_by_;
    base::Flow flow_;
    std::function<void()> on_end_;
    StreamFramer framer_;
    std::string unsent_;
    bool broken_ = false;
    bool connected_;
    bool handshaken_ = false;
    bool handshake_wants_write_ = false;
    base::Instant opened_;
    base::Instant registered_until_;  // its last registration's end; at first, when it was opened
    std::optional<base::Instant> message_began_;
    std::unique_ptr<host::Watch> watch_;
};

}  // namespace innkeeper::sip
