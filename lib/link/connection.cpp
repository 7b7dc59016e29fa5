#include "link/connection.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "host/text.h"
#include "peer/codec.h"

namespace innkeeper::link {
namespace {

using core::LinkState;

constexpr std::size_t length_octets = 4;
constexpr std::size_t record_octets = 16 * 1024;          // the most that TLS hands over at once
constexpr std::size_t octets_per_readiness = 256 * 1024;  // then others get their turn

std::size_t read_length(std::string_view bytes) {
    std::size_t length = 0;
    for (const char octet : bytes.substr(0, length_octets)) length = length << 8 | static_cast<unsigned char>(octet);
    return length;
}

// So that what is found after a call to OpenSSL is of that call.
void forget_errors() {
    ERR_clear_error();
    errno = 0;
}

LinkState state_of(int connect_error) {
    return connect_error == ECONNREFUSED ? LinkState::refused : LinkState::unreachable;
}

}  // namespace

Connection::Connection(host::Loop& loop, Descriptor descriptor, Side side, const TlsContext& context,
                       std::vector<base::SiteName> acceptable, ConnectionHandlers handlers)
    : side_(side),
      descriptor_(std::move(descriptor)),
      counterpart_{std::move(acceptable), {}, {}},
      session_(context.session(descriptor_.number(), side, counterpart_)),
      handlers_(std::move(handlers)),
      stage_(side == Side::dialled ? Stage::connecting : Stage::handshaking),
      deadline_(loop, [this] { overdue(); }),
      watch_(loop, descriptor_.number(), true, true, [this](host::Watch::Ready) { ready(); }) {
    deadline_.arm(side == Side::dialled ? connect_patience : handshake_patience);
}

Connection::~Connection() {
    if (stage_ != Stage::open) return;
    if (!outgoing_.empty()) transmit();
    ERR_clear_error();
    SSL_shutdown(session_.get());
    ERR_clear_error();
}

bool Connection::send(std::string_view frame) {
    INNKEEPER_ASSERT(open() && side_ == Side::dialled);
    if (outgoing_.size() + length_octets + frame.size() > longest_backlog) return false;
    enqueue(frame);
    watch_for(true, true);
    return true;
}

void Connection::bid_farewell(std::string_view why) {
    if (!open() || why.empty()) return;
    enqueue(why.substr(0, longest_farewell));
    transmit();
}

void Connection::enqueue(std::string_view frame) {
    std::array<char, length_octets> length{};
    for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<char>(frame.size() >> (24 - 8 * i));
    outgoing_.append({length.data(), length.size()});
    outgoing_.append(frame);
}

void Connection::ready() {
    if (const auto ending = progress()) end(*ending);
}

void Connection::overdue() {
    if (stage_ == Stage::connecting)
        end({LinkState::unreachable, "no answer within 2 s"});
    else
        end({LinkState::unreachable, "no TLS handshake within 5 s"});
}

void Connection::end(const Ending& ending) {
    const auto on_end = handlers_.on_end;  // a copy: it may destroy this
    on_end(ending);
}

Connection::MaybeEnding Connection::progress() {
    if (stage_ == Stage::connecting)
        if (auto ending = finish_connecting()) return ending;
    if (stage_ == Stage::handshaking)
        if (auto ending = handshake()) return ending;
    if (stage_ == Stage::handshaking) return {};
    // Reading comes first: whoever closes on us may have said why.
    if (auto ending = receive()) return ending;
    if (auto ending = transmit()) return ending;
    watch_for(true, !outgoing_.empty() || reading_wants_write_);
    return {};
}

Connection::MaybeEnding Connection::finish_connecting() {
    if (const int error = pending_error(descriptor_.number()); error != 0)
        return Ending{state_of(error), std::strerror(error)};
    stage_ = Stage::handshaking;
    deadline_.arm(handshake_patience);
    return {};
}

Connection::MaybeEnding Connection::handshake() {
    forget_errors();
    const int result = SSL_do_handshake(session_.get());
    if (result != 1) {
        auto ending = failed(result);
        if (!ending) watch_for(true, SSL_want_write(session_.get()) != 0);
        return ending;
    }
    if (counterpart_.named.text.empty()) return Ending{LinkState::untrusted, "no certificate"};
    if (side_ == Side::dialled) {
        stage_ = Stage::awaiting_welcome;
        return {};
    }
    enqueue({});
    become_open();
    return {};
}

void Connection::become_open() {
    stage_ = Stage::open;
    deadline_.disarm();
    handlers_.on_open(counterpart_.named);
}

Connection::MaybeEnding Connection::receive() {
    std::size_t total = 0;
    reading_wants_write_ = false;
    // Octets that TLS has already taken from the socket would not make it readable again: they are always read.
    while (total < octets_per_readiness || SSL_pending(session_.get()) > 0) {
        forget_errors();
        const int got = SSL_read(session_.get(), incoming_.extend(record_octets), static_cast<int>(record_octets));
        incoming_.trim(record_octets - static_cast<std::size_t>(std::max(got, 0)));
        if (got <= 0) {
            reading_wants_write_ = SSL_want_write(session_.get()) != 0;
            return failed(got);
        }
        total += static_cast<std::size_t>(got);
        if (auto ending = take_frames()) return ending;
    }
    return {};
}

Connection::MaybeEnding Connection::take_frames() {
    const std::size_t longest = side_ == Side::accepted ? peer::longest_frame : longest_farewell;
    while (incoming_.size() >= length_octets) {
        const std::size_t length = read_length(incoming_.view());
        std::string why;
        if (length > longest) {
            why = "a frame of " + std::to_string(length) + " octets";
        } else {
            if (incoming_.size() < length_octets + length) break;
            const std::string_view frame = incoming_.view().substr(length_octets, length);
            if (side_ == Side::dialled) return take_answer(frame);
            handlers_.on_frame(frame, why);
            incoming_.take(length_octets + length);
        }
        if (why.empty()) continue;
        bid_farewell(why);
        return closed(why);
    }
    return {};
}

Connection::MaybeEnding Connection::take_answer(std::string_view frame) {
    if (stage_ == Stage::open || !frame.empty())
        return closed("the other side closes: " + host::escape_controls(frame));
    incoming_.take(length_octets);
    become_open();
    return {};
}

Connection::MaybeEnding Connection::transmit() {
    while (!outgoing_.empty()) {
        const std::string_view rest = outgoing_.view();
        forget_errors();
        const int sent =
            SSL_write(session_.get(), rest.data(), static_cast<int>(std::min(rest.size(), longest_backlog)));
        if (sent <= 0) return failed(sent);
        outgoing_.take(static_cast<std::size_t>(sent));
    }
    return {};
}

// What a call's failure means; nothing when it only has to be called again later.
Connection::MaybeEnding Connection::failed(int result) {
    const int error = errno;
    switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return {};
        case SSL_ERROR_ZERO_RETURN:
            ERR_clear_error();
            return closed("the other side closed the connection");
        case SSL_ERROR_SYSCALL:
            ERR_clear_error();
            if (error == 0) return closed("the other side closed the connection");
            if (!open() || error == ETIMEDOUT || error == EHOSTUNREACH || error == ENETUNREACH)
                return Ending{state_of(error), std::strerror(error)};
            return closed(std::strerror(error));
        default:
            const std::string words = tls_failure(counterpart_);
            return open() ? closed(words) : Ending{LinkState::untrusted, words};
    }
}

Ending Connection::closed(std::string detail) const {
    return {open() ? LinkState::lost : LinkState::unreachable, std::move(detail)};
}

void Connection::watch_for(bool read, bool write) {
    if (read == watched_read_ && write == watched_write_) return;
    watched_read_ = read;
    watched_write_ = write;
    watch_.want(read, write);
}

}  // namespace innkeeper::link
