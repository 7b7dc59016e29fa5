#include "bench/load.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>

namespace innkeeper::bench {
namespace {

using namespace std::chrono_literals;

constexpr unsigned batch = 32;
constexpr unsigned most_under_way = 8192;  // of a steady rate: a server that falls so far behind is not keeping up
constexpr auto repeat_after = 500ms;       // T1 (RFC 3261 section 17.1.2.2)
constexpr auto patience = 8s;
constexpr std::size_t longest_answer = 4096;

}  // namespace

Load::Load(int socket, Phones& phones, const Stretch& stretch)
    : socket_(socket), phones_(phones), stretch_(stretch), start_(Clock::now()), next_repeat_(start_) {
    const unsigned slots = stretch.rate > 0 ? most_under_way : stretch.window;
    transactions_.resize(slots);
    for (unsigned slot = slots; slot-- > 0;) free_.push_back(slot);
    // Answers that come late from an earlier stretch must not fit a request of this one.
    static std::uint32_t generation = 0;
    generation += 1U << 24;
    for (Transaction& transaction : transactions_) transaction.id.generation = generation;
}

Outcome Load::run() {
    outcome_.latencies.reserve(stretch_.count);
    while (done_ < stretch_.count) {
        begin_due(Clock::now());
        send_waiting();
        if (receive()) continue;  // never sleeps: each answer would have to wake it, at the server's expense
        const Time now = Clock::now();
        if (now >= next_repeat_) repeat_unanswered(now);
    }
    outcome_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    return std::move(outcome_);
}

Load::Time Load::due(std::uint64_t transaction) const {
    return start_ + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(transaction) / stretch_.rate));
}

void Load::begin_due(Time now) {
    while (begun_ < stretch_.count && !free_.empty()) {
        const Time at = stretch_.rate > 0 ? due(begun_) : now;
        if (at > now) return;
        const std::uint32_t slot = free_.back();
        free_.pop_back();
        begin(slot, at);
        ++begun_;
    }
}

void Load::begin(std::uint32_t slot, Time at) {
    Transaction& of = transactions_[slot];
    of.open = true;
    of.answered_challenge = false;
    of.phone = phones_.next();
    of.id = {slot, of.id.generation + 1};
    of.began = of.last_sent = at;
    const bool authorised = stretch_.kind == Stretch::Kind::reuse && phones_.challenged(of.phone);
    phones_.write_register(of.request, of.phone, of.id, authorised);
    waiting_.push_back(slot);
}

void Load::send_waiting() {
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> parts{};
    std::size_t sent = 0;
    while (sent < waiting_.size()) {
        const auto count = static_cast<unsigned>(std::min<std::size_t>(batch, waiting_.size() - sent));
        for (unsigned i = 0; i < count; ++i) {
            std::string& request = transactions_[waiting_[sent + i]].request;
            parts[i] = {request.data(), request.size()};
            messages[i].msg_hdr.msg_iov = &parts[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        const int taken = ::sendmmsg(socket_, messages.data(), count, 0);
        if (taken < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == EINTR || errno == ECONNREFUSED)) break;
        if (taken < 0) throw std::runtime_error("sendmmsg failed");
        sent += static_cast<unsigned>(taken);
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(sent));
}

bool Load::receive() {
    static std::array<std::array<char, longest_answer>, batch> buffers;
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> parts{};
    for (unsigned i = 0; i < batch; ++i) {
        parts[i] = {buffers[i].data(), buffers[i].size()};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int got = ::recvmmsg(socket_, messages.data(), batch, MSG_DONTWAIT, nullptr);
    const Time now = Clock::now();
    for (int i = 0; i < got; ++i) {
        const auto at = static_cast<std::size_t>(i);
        take({buffers[at].data(), messages[at].msg_len}, now);
    }
    return got > 0;
}

void Load::take(std::string_view answer, Time now) {
    TransactionId id;
    if (!read_transaction_id(answer, id) || id.slot >= transactions_.size()) return;
    Transaction& of = transactions_[id.slot];
    if (!of.open || of.id.generation != id.generation) return;  // the second answer to what was sent twice
    const bool is_challenge = answer.substr(0, 12) == "SIP/2.0 401 ";
    if (!is_challenge || of.answered_challenge || !phones_.take_challenge(of.phone, answer))
        return take_final(of, answer, now);
    of.answered_challenge = true;
    ++outcome_.challenges;
    ++of.id.generation;
    of.last_sent = now;
    phones_.write_register(of.request, of.phone, of.id, true);
    waiting_.push_back(of.id.slot);
}

void Load::take_final(Transaction& of, std::string_view answer, Time now) {
    const bool good = stretch_.kind == Stretch::Kind::echo ||
                      (answer.substr(0, 12) == "SIP/2.0 200 " && phones_.is_registered(of.phone, answer));
    if (good) {
        ++outcome_.good;
        outcome_.latencies.push_back(std::chrono::duration<float, std::micro>(now - of.began).count());
    } else if (++outcome_.wrong == 1) {
        std::fprintf(stderr, "sip_load: the first wrong answer:\n%.*s\n", static_cast<int>(answer.size()),
                     answer.data());
    }
    finish(of);
}

void Load::finish(Transaction& of) {
    of.open = false;
    free_.push_back(of.id.slot);
    ++done_;
}

void Load::repeat_unanswered(Time now) {
    next_repeat_ = now + 50ms;
    for (std::uint32_t slot = 0; slot < transactions_.size(); ++slot) {
        Transaction& of = transactions_[slot];
        if (!of.open || now - of.last_sent < repeat_after) continue;
        if (now - of.began > patience) {
            ++outcome_.missing;
            finish(of);
            continue;
        }
        of.last_sent = now;
        ++outcome_.repeated;
        waiting_.push_back(slot);
    }
}

}  // namespace innkeeper::bench
