#include "sip/udp_listener.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <span>

#include "sip/socket_address.h"
#include "sip/stun_keepalive.h"

namespace innkeeper::sip {
namespace {

constexpr unsigned batch_size = 64;
constexpr unsigned batches_per_turn = 16;         // then timers and other sockets have their turn
constexpr std::size_t longest_datagram = 8192;    // a REGISTER with ten Contacts of the longest kind fits
constexpr int receive_buffer = 16 * 1024 * 1024;  // 5,000 phones at one instant, several times over
constexpr int send_buffer = 4 * 1024 * 1024;      // several batches of answers
constexpr std::size_t shortest_message = 16;      // less is a keepalive (RFC 5626 section 4.4, and older habits)

bool is_any(const base::IpAddress& ip) {
    return ip == base::IpAddress{} || ip.text() == "0.0.0.0";
}

// Who may not pass the system's limit gets as much as it allows.
void set_buffer(int descriptor, int forced, int asked, int octets) {
    if (::setsockopt(descriptor, SOL_SOCKET, forced, &octets, sizeof octets) != 0)
        ::setsockopt(descriptor, SOL_SOCKET, asked, &octets, sizeof octets);
}

}  // namespace

// One buffer per datagram of a batch, and one for all its answers, close together: most are short. Used again and
// again.
struct UdpListener::Batch {
    struct Slot {
        sockaddr_storage remote;
        alignas(cmsghdr) char control[64];
        char in[longest_datagram];
    };
    std::unique_ptr<Slot[]> slots{new Slot[batch_size]};
    std::unique_ptr<char[]> room{new char[batch_size * RequestServer::longest_answer]};
    std::size_t room_used = 0;
    mmsghdr in[batch_size] = {};
    iovec in_parts[batch_size] = {};
    mmsghdr out[batch_size] = {};
    iovec out_parts[batch_size] = {};
    unsigned answers = 0;

    Batch() { prepare(batch_size); }
    // For the next datagrams: as many slots as the last ones have used.
    void prepare(unsigned used) {
        for (unsigned i = 0; i < used; ++i) {
            Slot& slot = slots[i];
            in_parts[i] = {slot.in, sizeof slot.in};
            in[i].msg_hdr = {&slot.remote, sizeof slot.remote, &in_parts[i], 1, slot.control, sizeof slot.control, 0};
        }
        answers = 0;
        room_used = 0;
    }
    std::span<char> room_for_answer() { return {room.get() + room_used, RequestServer::longest_answer}; }
    // `text` stands at the beginning of that room. The answer leaves from the address that the request came to: the
    // control data tells it both ways.
    void queue_answer(unsigned i, std::string_view text) {
        out_parts[answers] = {const_cast<char*>(text.data()), text.size()};
        out[answers].msg_hdr = in[i].msg_hdr;
        out[answers].msg_hdr.msg_iov = &out_parts[answers];
        if (in[i].msg_hdr.msg_controllen == 0) out[answers].msg_hdr.msg_control = nullptr;
        out[answers].msg_hdr.msg_flags = 0;
        ++answers;
        room_used += text.size();
    }
};

UdpListener::UdpListener(host::Loop& loop, RequestServer& server, const base::Listener& listener, std::uint8_t index)
    : server_(server), index_(index), socket_(bound_socket(listener)), batch_(std::make_unique<Batch>()) {
    set_buffer(socket_, SO_RCVBUFFORCE, SO_RCVBUF, receive_buffer);
    set_buffer(socket_, SO_SNDBUFFORCE, SO_SNDBUF, send_buffer);
    if (is_any(listener.local.ip)) {
        const int one = 1;
        if (listener.local.ip.is_v4())
            ::setsockopt(socket_, IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
        else
            ::setsockopt(socket_, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof one);
    }
    watch_ = std::make_unique<host::Watch>(loop, socket_, true, false, [this](host::Watch::Ready) { receive(); });
}

UdpListener::~UdpListener() {
    watch_.reset();
    ::close(socket_);
}

base::Endpoint UdpListener::local() const {
    return local_endpoint(socket_);
}

void UdpListener::send_to(const base::Endpoint& remote, std::string_view octets) {
    const SocketAddress to = SocketAddress::from(remote);
    if (::sendto(socket_, octets.data(), octets.size(), MSG_DONTWAIT, to.get(), to.length) < 0)
        ++server_.counters().of(base::Transport::udp).send_failed;
}

void UdpListener::receive() {
    for (unsigned turn = 0; turn < batches_per_turn; ++turn) {
        const int got = ::recvmmsg(socket_, batch_->in, batch_size, MSG_DONTWAIT, nullptr);
        if (got <= 0) return;
        for (unsigned i = 0; i < static_cast<unsigned>(got); ++i) serve_one(i);
        send(batch_->answers);
        batch_->prepare(static_cast<unsigned>(got));
        if (static_cast<unsigned>(got) < batch_size) return;
    }
}

void UdpListener::serve_one(unsigned i) {
    const mmsghdr& header = batch_->in[i];
    MessageCounters& count = server_.counters().of(base::Transport::udp);
    if ((header.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
        ++count.oversized;
        return;
    }
    if (header.msg_len < shortest_message) {
        ++count.ignored;
        return;
    }
    Batch::Slot& slot = batch_->slots[i];
    const base::Flow source{base::Transport::udp, index_, to_endpoint(slot.remote), 0};
    const std::string_view datagram(slot.in, header.msg_len);
    const std::span<char> room = batch_->room_for_answer();
    if (const std::size_t octets = answer_stun_keepalive(datagram, source.remote, room.data()); octets != 0) {
        ++count.ignored;
        batch_->queue_answer(i, std::string_view(room.data(), octets));
        return;
    }
    const auto served = server_.serve(datagram, source, room);
    if (!served.answer.empty()) batch_->queue_answer(i, served.answer);
}

void UdpListener::send(unsigned answers) {
    unsigned sent = 0;
    while (sent < answers) {
        const int now_sent = ::sendmmsg(socket_, batch_->out + sent, answers - sent, MSG_DONTWAIT);
        if (now_sent > 0) {
            sent += static_cast<unsigned>(now_sent);
            continue;
        }
        if (errno == EINTR) continue;
        ++server_.counters().of(base::Transport::udp).send_failed;
        ++sent;  // this one cannot be sent: the phone will ask again
    }
}

}  // namespace innkeeper::sip
