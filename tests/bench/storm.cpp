#include "bench/storm.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>

namespace innkeeper::bench {
namespace {

using namespace std::chrono_literals;

constexpr unsigned batch = 32;
constexpr auto first_resend = 500ms;          // T1 (RFC 3261 section 17.1.2.2)
constexpr auto longest_resend = 4s;           // T2
constexpr unsigned slack_milliseconds = 200;  // phones' timers are not exact
constexpr std::size_t longest_answer = 4096;

std::chrono::steady_clock::duration seconds(double count) {
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(count));
}

bool begins(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

unsigned retry_after(std::string_view answer) {
    constexpr std::string_view name = "\nRetry-After: ";
    const auto at = answer.find(name);
    unsigned value = 0;
    if (at != std::string_view::npos)
        std::from_chars(answer.data() + at + name.size(), answer.data() + answer.size(), value);
    return value;
}

}  // namespace

Storm::Storm(int socket, Phones& phones, const StormPlan& plan)
    : socket_(socket), phones_(phones), plan_(plan), visitors_(phones.count()), start_(Clock::now()) {
    for (unsigned i = 0; i < phones.count(); ++i) {
        const double share = static_cast<double>(i) / static_cast<double>(phones.count());
        agenda_.push({start_ + seconds(plan.spread * share), {phones.next(), 0}});
    }
}

StormOutcome Storm::run() {
    outcome_.latencies.reserve(visitors_.size() * 4);
    const Time end = start_ + seconds(plan_.patience);
    while (outcome_.entered.size() < visitors_.size()) {
        const Time now = Clock::now();
        if (now > end) break;
        for (unsigned i = 0; i < batch && !agenda_.empty() && agenda_.top().first <= now; ++i) {
            const auto [phone, generation] = agenda_.top().second;
            agenda_.pop();
            if (generation == 0)
                come(phone, now);
            else if (visitors_[phone].open && visitors_[phone].id.generation == generation)
                send_again(phone, now);
        }
        send_waiting();
        receive();
    }
    for (const Visitor& visitor : visitors_)
        outcome_.refused_at_most = std::max<std::uint64_t>(outcome_.refused_at_most, visitor.refused);
    return std::move(outcome_);
}

void Storm::come(unsigned phone, Time now) {
    Visitor& of = visitors_[phone];
    of.open = true;
    of.first_sent = now;
    of.sent = 0;
    of.id = {phone, of.id.generation + 1};
    phones_.write_register(of.request, phone, of.id, phones_.challenged(phone));
    send_again(phone, now);
}

void Storm::send_again(unsigned phone, Time now) {
    Visitor& of = visitors_[phone];
    if (of.sent > 0) ++outcome_.repeated;
    const auto pause = std::min<Clock::duration>(longest_resend, first_resend * (1 << std::min(of.sent, 3U)));
    ++of.sent;
    agenda_.push({now + pause, {phone, of.id.generation}});
    waiting_.push_back(phone);
}

void Storm::send_waiting() {
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> parts{};
    while (!waiting_.empty()) {
        const auto count = static_cast<unsigned>(std::min<std::size_t>(batch, waiting_.size()));
        for (unsigned i = 0; i < count; ++i) {
            std::string& request = visitors_[waiting_[waiting_.size() - 1 - i]].request;
            parts[i] = {request.data(), request.size()};
            messages[i].msg_hdr.msg_iov = &parts[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        const int taken = ::sendmmsg(socket_, messages.data(), count, 0);
        if (taken < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == EINTR || errno == ECONNREFUSED)) return;
        if (taken < 0) throw std::runtime_error("sendmmsg failed");
        waiting_.resize(waiting_.size() - static_cast<unsigned>(taken));
    }
}

bool Storm::receive() {
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

void Storm::take(std::string_view answer, Time now) {
    TransactionId id;
    if (!read_transaction_id(answer, id) || id.slot >= visitors_.size()) return;
    Visitor& of = visitors_[id.slot];
    if (!of.open || of.id.generation != id.generation) return;
    of.open = false;
    outcome_.latencies.push_back(std::chrono::duration<float, std::milli>(now - of.first_sent).count());
    if (begins(answer, "SIP/2.0 401 ") && phones_.take_challenge(id.slot, answer)) return come(id.slot, now);
    if (begins(answer, "SIP/2.0 503 ")) return refuse(id.slot, answer, now);
    if (!begins(answer, "SIP/2.0 200 ") || !phones_.is_registered(id.slot, answer)) {
        ++outcome_.wrong;
        return agenda_.push({now + 10s, {id.slot, 0}});
    }
    outcome_.entered.push_back(std::chrono::duration<float>(now - start_).count());
}

void Storm::refuse(unsigned phone, std::string_view answer, Time now) {
    Visitor& of = visitors_[phone];
    const auto wait = std::chrono::seconds(std::max(1U, retry_after(answer)));
    const Time slack = now + wait + std::chrono::milliseconds(phone % slack_milliseconds);
    agenda_.push({slack, {phone, 0}});
    if (!begins(answer, "SIP/2.0 503 Wait Your Turn")) {
        ++outcome_.not_yet;
        return;
    }
    ++outcome_.refused;
    ++of.refused;
    if (of.told != Time{} && of.first_sent >= of.told) ++outcome_.broken;
    of.told = now + wait;
}

}  // namespace innkeeper::bench
