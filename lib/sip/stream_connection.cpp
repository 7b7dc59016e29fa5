#include "sip/stream_connection.h"

#include "host/clock.h"

namespace innkeeper::sip {
namespace {

constexpr std::size_t read_octets = 16 * 1024;  // one TLS record: nothing stays behind inside the TLS library
constexpr int reads_per_turn = 4;               // then other sockets have their turn
constexpr std::size_t most_unsent = 64 * 1024;  // a phone that asks and does not listen is cut off

}  // namespace

StreamConnection::StreamConnection(host::Loop& loop, RequestServer& server, const StreamDeadlines& deadlines,
                                   std::unique_ptr<StreamSocket> socket, Opened opened, const base::Flow& flow,
                                   std::function<void()> on_end)
    : server_(server),
      deadlines_(deadlines),
      socket_(std::move(socket)),
      opened_by_(opened),
      flow_(flow),
      on_end_(std::move(on_end)),
      connected_(opened == Opened::by_phone),
      handshaken_(connected_ && flow.transport == base::Transport::tcp),
      opened_(host::now()),
      registered_until_(opened_) {
    const bool dialling = !connected_;
    const auto on_ready = [this](host::Watch::Ready ready) {
        const auto end = on_end_;  // a copy: it destroys this connection
        if (!progress(ready)) end();
    };
    watch_ = std::make_unique<host::Watch>(loop, socket_->descriptor(), !dialling, dialling, on_ready);
}

bool StreamConnection::overdue(base::Instant now) {
    if (broken_) return true;
    ConnectionCounters& count = server_.counters().streams(flow_.transport);
    if (!handshaken_ && now >= opened_ + deadlines_.handshake) {
        ++count.handshake_timed_out;
        return true;
    }
    if (message_began_ && now >= *message_began_ + deadlines_.message) {
        ++count.message_timed_out;
        return true;
    }
    if (opened_by_ == Opened::by_phone && now >= registered_until_ + deadlines_.unregistered) {
        ++count.unregistered_timed_out;
        return true;
    }
    return false;
}

void StreamConnection::send(std::string_view octets) {
    if (broken_ || (!handshaken_ && opened_by_ == Opened::by_phone)) return;
    if (unsent_.size() + octets.size() > most_unsent) {
        broken_ = true;
        return;
    }
    unsent_ += octets;
    if (!handshaken_) return;
    broken_ = !flush();
    if (!broken_) want();
}

bool StreamConnection::connect(host::Watch::Ready ready) {
    if (pending_error(socket_->descriptor()) != 0) return false;
    connected_ = ready.writable;
    return true;
}

bool StreamConnection::shake_hands() {
    const auto state = socket_->handshake();
    if (state == StreamSocket::State::closed) {
        ++server_.counters().streams(flow_.transport).handshake_failed;
        return false;
    }
    handshaken_ = state == StreamSocket::State::done;
    handshake_wants_write_ = state == StreamSocket::State::wants_write;
    return true;
}

bool StreamConnection::progress(host::Watch::Ready ready) {
    if (!connected_ && !connect(ready)) return false;
    if (!connected_) return true;
    if (!handshaken_ && !shake_hands()) return false;
    if (handshaken_ && !(flush() && read_all())) return false;
    want();
    return true;
}

bool StreamConnection::read_all() {
    static thread_local char room[read_octets];
    for (int turn = 0; turn < reads_per_turn && unsent_.empty(); ++turn) {
        const auto [state, octets] = socket_->read(room);
        if (state == StreamSocket::State::closed) return false;
        if (state != StreamSocket::State::done) return true;
        framer_.feed(std::string_view(room, octets));
        if (!serve_pieces()) return false;
        if (!framer_.in_message())
            message_began_.reset();
        else if (!message_began_)
            message_began_ = host::now();
    }
    return true;
}

bool StreamConnection::serve_pieces() {
    for (;;) {
        const auto piece = framer_.next();
        switch (piece.kind) {
            case StreamFramer::Kind::more:
                return true;
            case StreamFramer::Kind::ping:
                unsent_ += "\r\n";
                if (!flush()) return false;
                break;
            case StreamFramer::Kind::message:
                message_began_.reset();
                if (!serve(piece.text, Framing::whole)) return false;
                break;
            case StreamFramer::Kind::malformed:
                serve(piece.text, Framing::broken);
                return false;
            case StreamFramer::Kind::too_long:
                ++server_.counters().of(flow_.transport).oversized;
                return false;
        }
    }
}

bool StreamConnection::serve(std::string_view message, Framing framing) {
    static thread_local char room[RequestServer::longest_answer];
    const auto served = server_.serve(message, flow_, room, framing);
    if (served.registered_for) registered_until_ = host::now() + *served.registered_for;
    if (unsent_.size() + served.answer.size() > most_unsent) return false;
    unsent_ += served.answer;
    return flush();
}

bool StreamConnection::flush() {
    while (!unsent_.empty()) {
        const auto [state, octets] = socket_->write(unsent_);
        if (state == StreamSocket::State::closed) {
            ++server_.counters().of(flow_.transport).send_failed;
            return false;
        }
        if (state != StreamSocket::State::done) return true;
        unsent_.erase(0, octets);
    }
    std::string().swap(unsent_);
    return true;
}

// While an answer waits to be taken nothing more is read: who does not listen is not listened to. During a handshake
// nothing can be taken yet.
void StreamConnection::want() {
    const bool answer_waits = handshaken_ && !unsent_.empty();
    watch_->want(!answer_waits, answer_waits || handshake_wants_write_);
}

}  // namespace innkeeper::sip
