// One TLS connection between two sites, from its TCP handshake to its end. Messages go one way, from the side that
// dialled to the side that accepted, each behind its length (4 octets, network order). The other way go only an empty
// frame, when the dialler's certificate was accepted (in TLS 1.3 the dialler cannot know before), and at most one more
// with a farewell in words.
//
// Loop thread only. Nothing in here waits. Handlers are called from the loop, never from inside send() or the
// constructor; on_end is the last call and may destroy the connection, the others must not.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "base/ids.h"
#include "core/event.h"
#include "host/loop.h"
#include "link/byte_queue.h"
#include "link/socket.h"
#include "link/tls_context.h"

namespace innkeeper::link {

// Why a connection is no more, as a dialler would report it.
struct Ending {
    core::LinkState state = core::LinkState::lost;
    std::string detail;
};

struct ConnectionHandlers {
    std::function<void(const base::SiteName& peer)> on_open;
    // One frame of the side that dialled. Words in `why` end the connection and are its farewell.
    std::function<void(std::string_view frame, std::string& why)> on_frame;
    std::function<void(const Ending& ending)> on_end;
};

class Connection {
public:
    static constexpr base::Duration connect_patience = std::chrono::seconds(2);
    static constexpr base::Duration handshake_patience = std::chrono::seconds(5);  // R13, R21
    static constexpr std::size_t longest_farewell = 256;                           // octets
    static constexpr std::size_t longest_backlog = 8 * 1024 * 1024;  // octets unsent; a peer so slow is of no use

    Connection(host::Loop& loop, Descriptor descriptor, Side side, const TlsContext& context,
               std::vector<base::SiteName> acceptable, ConnectionHandlers handlers);
    ~Connection();  // an open one sends what the socket still takes
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool open() const { return stage_ == Stage::open; }
    // On an open connection. False: more than longest_backlog would be unsent; the connection is of no use any more.
    bool send(std::string_view frame);
    // Tells the dialler why it will be dropped.
    void bid_farewell(std::string_view why);

private:
    enum class Stage { connecting, handshaking, awaiting_welcome, open };
    using MaybeEnding = std::optional<Ending>;

    void ready();
    void overdue();
    void end(const Ending& ending);
    MaybeEnding progress();
    MaybeEnding finish_connecting();
    MaybeEnding handshake();
    MaybeEnding receive();
    MaybeEnding take_frames();
    MaybeEnding take_answer(std::string_view frame);
    MaybeEnding transmit();
    MaybeEnding failed(int result);
    Ending closed(std::string detail) const;
    void enqueue(std::string_view frame);
    void become_open();
    void watch_for(bool read, bool write);

    const Side side_;
    Descriptor descriptor_;
    Counterpart counterpart_;
    Session session_;
    ConnectionHandlers handlers_;
    Stage stage_;
    ByteQueue incoming_;
    ByteQueue outgoing_;
    bool reading_wants_write_ = false;
    bool watched_read_ = true;
    bool watched_write_ = true;
    host::Timer deadline_;
    host::Watch watch_;
};

}  // namespace innkeeper::link
