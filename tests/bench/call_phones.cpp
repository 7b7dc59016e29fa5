#include "bench/call_phones.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "auth/hash.h"
#include "bench/load_socket.h"

namespace innkeeper::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view cookie = "z9hG4bK";
constexpr unsigned first_number = 1000000;
constexpr unsigned most_under_way = 32768;
constexpr auto first_repeat = 500ms;  // T1, doubled three times, up to T2
constexpr int most_repeats = 10;      // 64 times T1
constexpr std::string_view sdp =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";

std::string md5(std::initializer_list<std::string_view> parts) {
    const auth::Hash hash(auth::Algorithm::md5, parts);
    return std::string(auth::Hex(hash.octets()).text());
}

std::string number(unsigned phone) {
    return std::to_string(first_number + phone);
}

// The value of the first header of that name; empty: none.
std::string_view header(std::string_view message, std::string_view name) {
    const std::string start = "\r\n" + std::string(name) + ": ";
    const auto at = message.find(start);
    if (at == std::string_view::npos) return {};
    const auto value = message.substr(at + start.size());
    return value.substr(0, value.find("\r\n"));
}

// All header lines of that name as they stand, in order.
std::string lines(std::string_view message, std::string_view name, std::string_view as, bool reversed) {
    std::string out;
    const std::string start = "\r\n" + std::string(name) + ": ";
    for (auto at = message.find(start); at != std::string_view::npos; at = message.find(start, at + 2)) {
        const auto value = message.substr(at + start.size());
        const std::string line = std::string(as) + ": " + std::string(value.substr(0, value.find("\r\n"))) + "\r\n";
        out = reversed ? line + out : out + line;
    }
    return out;
}

std::string_view quoted(std::string_view text, std::string_view name) {
    const auto at = text.find(name);
    if (at == std::string_view::npos) return {};
    const auto rest = text.substr(at + name.size());
    return rest.substr(0, rest.find('"'));
}

std::string_view in_brackets(std::string_view value) {
    const auto open = value.find('<');
    return open == std::string_view::npos ? value : value.substr(open + 1, value.find('>', open) - open - 1);
}

bool read_id(std::string_view message, std::uint32_t& slot, std::uint32_t& generation, std::uint32_t& round) {
    const auto at = message.find(cookie);
    if (at == std::string_view::npos) return false;
    const std::string text(message.substr(at + cookie.size(), 40));
    return std::sscanf(text.c_str(), "-%x-%x-%x-", &slot, &generation, &round) == 3;
}

}  // namespace

CallPhones::CallPhones(std::vector<int> callers, int callees, std::string domain, unsigned users)
    : callers_(std::move(callers)),
      callees_(callees),
      domain_(std::move(domain)),
      callee_address_(local_address(callees)),
      users_(users) {
    for (const int socket : callers_) caller_addresses_.push_back(local_address(socket));
}

CallPhones::~CallPhones() {
    for (const int socket : callers_) ::close(socket);
    ::close(callees_);
}

CallOutcome CallPhones::register_all() {
    CallStretch all;
    all.count = users_;
    return run(all, true);
}

CallOutcome CallPhones::call(const CallStretch& stretch) {
    return run(stretch, false);
}

CallOutcome CallPhones::run(const CallStretch& stretch, bool registering) {
    stretch_ = stretch;
    registering_ = registering;
    outcome_ = {};
    begun_ = done_ = 0;
    const unsigned slots = stretch.rate > 0 ? most_under_way : stretch.window;
    static std::uint32_t generation = 0;
    generation += 1U << 24;
    dialogs_.assign(slots, {});
    free_.clear();
    for (unsigned slot = slots; slot-- > 0;) {
        dialogs_[slot].generation = generation;
        free_.push_back(slot);
    }
    const Time start = Clock::now();
    next_repeat_ = start;
    while (done_ < stretch_.count) {
        const Time now = Clock::now();
        while (begun_ < stretch_.count && !free_.empty()) {
            Time due = now;
            if (stretch_.rate > 0)
                due = start + std::chrono::duration_cast<Clock::duration>(
                                  std::chrono::duration<double>(static_cast<double>(begun_) / stretch_.rate));
            if (due > now) break;
            const std::uint32_t slot = free_.back();
            free_.pop_back();
            begin(slot, due);
            ++begun_;
        }
        bool heard = receive(callees_);
        for (const int socket : callers_) heard = receive(socket) || heard;
        if (heard) continue;
        if (now >= next_repeat_) repeat_unanswered(now);
    }
    outcome_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(outcome_);
}

void CallPhones::begin(std::uint32_t slot, Time due) {
    Dialog& of = dialogs_[slot];
    const std::uint32_t generation = of.generation + 1;
    of = Dialog{};
    of.state = registering_ ? State::registering : State::inviting;
    of.generation = generation;
    of.caller = static_cast<unsigned>(begun_ % users_);
    of.callee = (of.caller + users_ / 2) % users_;
    of.began = of.last_sent = due;
    write_request(of, slot, registering_ ? "REGISTER" : "INVITE", {});
    send_from(slot, of.request);
}

void CallPhones::write_request(Dialog& of, std::uint32_t slot, std::string_view method,
                               const std::string& credentials) {
    const bool registers = method == "REGISTER";
    const std::string me = number(of.caller);
    char id[48];
    std::snprintf(id, sizeof id, "-%x-%x-%x-", slot, of.generation, ++of.round);
    const std::string& local = registers ? callee_address_ : address_of(slot);
    const std::string target = registers         ? "sip:" + domain_
                               : method == "BYE" ? of.contact
                                                 : "sip:" + number(of.callee) + "@" + domain_;
    const std::string to = !of.to.empty() ? of.to
                           : registers    ? "<sip:" + me + "@" + domain_ + ">"
                                          : "<sip:" + number(of.callee) + "@" + domain_ + ">";
    of.request = std::string(method) + " " + target + " SIP/2.0\r\nVia: SIP/2.0/UDP " + local +
                 ";rport;branch=" + std::string(cookie) + id + "\r\nMax-Forwards: 70\r\n" + of.routes +
                 "From: <sip:" + me + "@" + domain_ + ">;tag=t" + std::to_string(of.generation) + "\r\nTo: " + to +
                 "\r\nCall-ID: c-" + std::to_string(slot) + "-" + std::to_string(of.generation) +
                 "@127.0.0.1\r\nCSeq: " + std::to_string(++of.cseq) + " " + std::string(method) +
                 "\r\nContact: <sip:" + me + "@" + local + ">\r\nUser-Agent: Yealink SIP-T46S 66.86.0.15\r\n" +
                 credentials;
    if (registers) of.request += "Expires: 3600\r\n";
    if (method == "INVITE")
        of.request +=
            "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REFER, UPDATE\r\nSupported: replaces\r\n"
            "Content-Type: application/sdp\r\nContent-Length: " +
            std::to_string(sdp.size()) + "\r\n\r\n" + std::string(sdp);
    else
        of.request += "Content-Length: 0\r\n\r\n";
}

std::string CallPhones::credentials(const Dialog& of, std::string_view challenge, std::string_view method) const {
    const std::string me = number(of.caller);
    const std::string uri = method == "REGISTER" ? "sip:" + domain_ : "sip:" + number(of.callee) + "@" + domain_;
    const std::string nonce(quoted(challenge, "nonce=\""));
    const std::string ha1 = md5({me, ":", domain_, ":secret-", me});
    const std::string ha2 = md5({method, ":", uri});
    const std::string response = md5({ha1, ":", nonce, ":00000001:abcdef01:auth:", ha2});
    return std::string(method == "REGISTER" ? "Authorization" : "Proxy-Authorization") + ": Digest username=\"" + me +
           "\", realm=\"" + domain_ + "\", nonce=\"" + nonce + "\", uri=\"" + uri + "\", response=\"" + response +
           "\", algorithm=MD5, cnonce=\"abcdef01\", qop=auth, nc=00000001\r\n";
}

void CallPhones::take(std::string_view message, Time now) {
    if (message.substr(0, 8) != "SIP/2.0 ") return answer_as_callee(message);
    std::uint32_t slot = 0, generation = 0, round = 0;
    if (!read_id(message, slot, generation, round) || slot >= dialogs_.size()) return;
    Dialog& of = dialogs_[slot];
    if (of.state == State::free || of.generation != generation) return;
    int status = 0;
    std::from_chars(message.data() + 8, message.data() + 11, status);
    if (round != of.round) {  // of the INVITE, while its BYE is under way: it was not acknowledged
        if (status == 200 && !of.ack.empty()) send_from(slot, of.ack);
        return;
    }
    if (status < 200) {
        of.repeats = -1;  // it is being worked on
        return;
    }
    take_final(of, slot, message, status, now);
}

void CallPhones::take_final(Dialog& of, std::uint32_t slot, std::string_view answer, int status, Time now) {
    const std::string_view method = of.state == State::registering  ? "REGISTER"
                                    : of.state == State::hanging_up ? "BYE"
                                                                    : "INVITE";
    const auto acknowledge = [&](std::string_view uri, std::string_view routes, std::string_view branch) {
        return "ACK " + std::string(uri) + " SIP/2.0\r\nVia: SIP/2.0/UDP " + address_of(slot) +
               ";rport;branch=" + std::string(branch) + "\r\nMax-Forwards: 70\r\n" + std::string(routes) +
               "From: " + std::string(header(of.request, "From")) + "\r\nTo: " + std::string(header(answer, "To")) +
               "\r\nCall-ID: " + std::string(header(of.request, "Call-ID")) + "\r\nCSeq: " + std::to_string(of.cseq) +
               " ACK\r\nContent-Length: 0\r\n\r\n";
    };
    const auto via = header(of.request, "Via");
    const auto branch = via.substr(via.find(cookie));
    if (method == "INVITE" && status >= 300)
        send_from(slot, acknowledge("sip:" + number(of.callee) + "@" + domain_, {}, branch));
    if ((status == 401 || status == 407) && !of.proved) {
        of.proved = true;
        of.repeats = 0;
        of.last_sent = now;
        const auto challenge = header(answer, status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate");
        write_request(of, slot, method, credentials(of, challenge, method));
        return send_from(slot, of.request);
    }
    if (status != 200) {
        if (++outcome_.wrong == 1)
            std::fprintf(stderr, "call_load: the first wrong answer:\n%.*s\n", static_cast<int>(answer.size()),
                         answer.data());
        return finish(of, slot);
    }
    if (method != "INVITE") {
        ++outcome_.good;
        return finish(of, slot);
    }
    outcome_.latencies.push_back(std::chrono::duration<float, std::micro>(now - of.began).count());
    of.contact = in_brackets(header(answer, "Contact"));
    of.routes = lines(answer, "Record-Route", "Route", true);
    of.ack = acknowledge(of.contact, of.routes, std::string(branch) + "ack");
    of.to = header(answer, "To");
    send_from(slot, of.ack);
    of.state = State::hanging_up;
    of.repeats = 0;
    of.last_sent = now;
    write_request(of, slot, "BYE", {});
    send_from(slot, of.request);
}

void CallPhones::finish(Dialog& of, std::uint32_t slot) {
    of.state = State::free;
    free_.push_back(slot);
    ++done_;
}

// A phone that rings and is picked up at once; it repeats its 200 until the ACK comes.
void CallPhones::answer_as_callee(std::string_view request) {
    const bool invite = request.substr(0, 7) == "INVITE ";
    if (request.substr(0, 4) == "ACK ") unacknowledged_.erase(std::string(header(request, "Call-ID")));
    if (!invite && request.substr(0, 4) != "BYE ") return;
    std::string head = lines(request, "Via", "Via", false) + "From: " + std::string(header(request, "From")) +
                       "\r\nTo: " + std::string(header(request, "To")) + (invite ? ";tag=callee" : "") +
                       "\r\nCall-ID: " + std::string(header(request, "Call-ID")) +
                       "\r\nCSeq: " + std::string(header(request, "CSeq")) + "\r\n";
    if (invite) {
        head += lines(request, "Record-Route", "Record-Route", false);
        head += "Contact: <" + std::string(request.substr(7, request.find(' ', 7) - 7)) + ">\r\n";
        send(callees_, "SIP/2.0 180 Ringing\r\n" + head + "Content-Length: 0\r\n\r\n");
        Answered& kept = unacknowledged_[std::string(header(request, "Call-ID"))];
        kept = {"SIP/2.0 200 OK\r\n" + head + "Content-Type: application/sdp\r\nContent-Length: " +
                    std::to_string(sdp.size()) + "\r\n\r\n" + std::string(sdp),
                Clock::now()};
        send(callees_, kept.octets);
    } else {
        send(callees_, "SIP/2.0 200 OK\r\n" + head + "Content-Length: 0\r\n\r\n");
    }
}

bool CallPhones::receive(int socket) {
    static std::array<char, 65536> buffer;
    bool heard = false;
    for (int turn = 0; turn < 32; ++turn) {
        const auto got = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got <= 0) break;
        heard = true;
        if (!lost()) take({buffer.data(), static_cast<std::size_t>(got)}, Clock::now());
    }
    return heard;
}

void CallPhones::send(int socket, std::string_view octets) {
    if (!lost()) [[maybe_unused]]
        const auto sent = ::send(socket, octets.data(), octets.size(), 0);
}

// Few slots are in use at a time, each by one call after the other.
std::size_t CallPhones::caller_of(std::uint32_t slot) const {
    return (slot + dialogs_[slot].generation) % callers_.size();
}

void CallPhones::send_from(std::uint32_t slot, std::string_view octets) {
    send(registering_ ? callees_ : callers_[caller_of(slot)], octets);
}

const std::string& CallPhones::address_of(std::uint32_t slot) const {
    return caller_addresses_[caller_of(slot)];
}

bool CallPhones::lost() {
    if (stretch_.loss <= 0) return false;
    dice_ ^= dice_ << 13;
    dice_ ^= dice_ >> 7;
    dice_ ^= dice_ << 17;
    return static_cast<double>(dice_ >> 11) * 0x1p-53 < stretch_.loss;
}

void CallPhones::repeat_unanswered(Time now) {
    next_repeat_ = now + 50ms;
    for (std::uint32_t slot = 0; slot < dialogs_.size(); ++slot) {
        Dialog& of = dialogs_[slot];
        if (of.state == State::free) continue;
        const bool worked_on = of.repeats < 0;
        const auto interval = first_repeat * (1 << std::clamp(of.repeats, 0, 3));
        if (worked_on ? now - of.began < 60s : now - of.last_sent < interval) continue;
        if (worked_on || of.repeats >= most_repeats) {
            ++outcome_.missing;
            finish(of, slot);
            continue;
        }
        of.last_sent = now;
        ++of.repeats;
        ++outcome_.repeated;
        send_from(slot, of.request);
    }
    repeat_unacknowledged(now);
}

void CallPhones::repeat_unacknowledged(Time now) {
    for (auto kept = unacknowledged_.begin(); kept != unacknowledged_.end();) {
        Answered& of = kept->second;
        if (of.repeats >= most_repeats) {
            kept = unacknowledged_.erase(kept);
            continue;
        }
        ++kept;
        if (now - of.last_sent < first_repeat * (1 << std::min(of.repeats, 3))) continue;
        of.last_sent = now;
        ++of.repeats;
        send(callees_, of.octets);
    }
}

}  // namespace innkeeper::bench
