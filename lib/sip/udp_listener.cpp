#include "sip/udp_listener.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

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

constexpr std::size_t most_reported = 32;  // addresses that are told of as unreachable: PBXs and the like

bool is_unreachable(std::uint32_t error) {
    return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN;
}

// An error that ICMP has brought back for an earlier datagram is told at the next call, whatever that was for.
bool is_of_another_datagram(int error) {
    return is_unreachable(static_cast<std::uint32_t>(error)) || error == EPROTO || error == EACCES;
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
    watch_ = std::make_unique<host::Watch>(loop, socket_, true, false, [this](host::Watch::Ready ready) {
        if (ready.failed) read_errors();
        receive();
    });
}

UdpListener::~UdpListener() {
    watch_.reset();
    ::close(socket_);
}

base::Endpoint UdpListener::local() const {
    return local_endpoint(socket_);
}

void UdpListener::send_to(const base::Endpoint& remote, std::string_view octets) {
    if (serving_)
        to_follow_.emplace_back(remote, octets);
    else
        send_now(remote, octets);
}

void UdpListener::send_now(const base::Endpoint& remote, std::string_view octets) {
    const SocketAddress to = SocketAddress::from(remote);
    const auto try_once = [&] {
        return ::sendto(socket_, octets.data(), octets.size(), MSG_DONTWAIT, to.get(), to.length) >= 0;
    };
    if (!try_once() && !(is_of_another_datagram(errno) && try_once()))
        ++server_.counters().of(base::Transport::udp).send_failed;
}

void UdpListener::report_unreachable(const base::Endpoint& remote, OnUnreachable on_unreachable) {
    if (reported_.size() >= most_reported || !reported_.insert(remote).second) return;
    on_unreachable_ = std::move(on_unreachable);
    const int one = 1;
    if (remote.ip.is_v4())
        ::setsockopt(socket_, IPPROTO_IP, IP_RECVERR, &one, sizeof one);
    else
        ::setsockopt(socket_, IPPROTO_IPV6, IPV6_RECVERR, &one, sizeof one);
}

// The socket stays in error until its queue of errors is empty.
void UdpListener::read_errors() {
    std::set<base::Endpoint> unreachable;
    for (unsigned i = 0; i < batch_size; ++i) {
        sockaddr_storage sent_to{};
        alignas(cmsghdr) char control[512];
        msghdr header{&sent_to, sizeof sent_to, nullptr, 0, control, sizeof control, 0};
        if (::recvmsg(socket_, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) break;
        for (const cmsghdr* one = CMSG_FIRSTHDR(&header); one != nullptr;
             one = CMSG_NXTHDR(&header, const_cast<cmsghdr*>(one))) {
            if ((one->cmsg_level != IPPROTO_IP || one->cmsg_type != IP_RECVERR) &&
                (one->cmsg_level != IPPROTO_IPV6 || one->cmsg_type != IPV6_RECVERR))
                continue;
            sock_extended_err error{};
            std::memcpy(&error, CMSG_DATA(one), sizeof error);
            if (is_unreachable(error.ee_errno)) unreachable.insert(to_endpoint(sent_to));
        }
    }
    for (const base::Endpoint& remote : unreachable)
        if (reported_.contains(remote)) on_unreachable_(remote);
}

void UdpListener::receive() {
    for (unsigned turn = 0; turn < batches_per_turn; ++turn) {
        const int got = ::recvmmsg(socket_, batch_->in, batch_size, MSG_DONTWAIT, nullptr);
        if (got < 0 && is_of_another_datagram(errno)) continue;
        if (got <= 0) return;
        serving_ = true;
        for (unsigned i = 0; i < static_cast<unsigned>(got); ++i) serve_one(i);
        serving_ = false;
        send(batch_->answers);
        send_what_follows();
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

void UdpListener::send_what_follows() {
    for (const auto& [remote, octets] : to_follow_) send_now(remote, octets);
    to_follow_.clear();
}

void UdpListener::send(unsigned answers) {
    unsigned sent = 0;
    bool again = false;
    while (sent < answers) {
        const int now_sent = ::sendmmsg(socket_, batch_->out + sent, answers - sent, MSG_DONTWAIT);
        if (now_sent > 0) {
            sent += static_cast<unsigned>(now_sent);
            again = false;
            continue;
        }
        if (errno == EINTR) continue;
        if (is_of_another_datagram(errno) && !std::exchange(again, true)) continue;
        again = false;
        ++server_.counters().of(base::Transport::udp).send_failed;
        ++sent;  // this one cannot be sent: the phone will ask again
    }
}

}  // namespace innkeeper::sip
