#include "sip/stream_listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "sip/socket_address.h"

namespace innkeeper::sip {
namespace {

using namespace std::chrono_literals;

constexpr int accepts_per_turn = 64;
constexpr base::Duration pause_without_descriptors = 500ms;

void set_option(int descriptor, int level, int name, int value) {
    ::setsockopt(descriptor, level, name, &value, sizeof value);
}

// A phone that was switched off is noticed within two minutes.
void keep_alive(int descriptor) {
    set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 4);
    set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
}

}  // namespace

StreamListener::StreamListener(host::Loop& loop, StreamConnections& connections, EdgeCounters& counters,
                               const TlsServer* tls, const base::Listener& listener, std::uint8_t index)
    : connections_(connections),
      counters_(counters),
      tls_(tls),
      transport_(listener.transport),
      index_(index),
      socket_(bound_socket(listener)),
      retry_(loop, [this] { watch_->want(true, false); }) {
    watch_ = std::make_unique<host::Watch>(loop, socket_, true, false, [this](host::Watch::Ready) { accept_some(); });
}

StreamListener::~StreamListener() {
    watch_.reset();
    ::close(socket_);
}

base::Endpoint StreamListener::local() const {
    return local_endpoint(socket_);
}

void StreamListener::accept_some() {
    for (int i = 0; i < accepts_per_turn; ++i) {
        SocketAddress remote;
        remote.length = sizeof remote.storage;
        const int descriptor = ::accept4(socket_, remote.get(), &remote.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            keep_alive(descriptor);
            connections_.admit(descriptor, base::Flow{transport_, index_, to_endpoint(remote.storage), 0}, tls_);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            // The connection stays in the queue and the socket stays readable: without a pause this would spin (R14).
            ++counters_.streams(transport_).no_descriptor;
            watch_->want(false, false);
            retry_.arm(pause_without_descriptors);
            return;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) return;
    }
}

}  // namespace innkeeper::sip
