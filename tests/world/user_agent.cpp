// Calls that go out, and requests inside a call.
#include "world/user_agent.h"

#include <algorithm>
#include <utility>

#include "calls/address_fields.h"
#include "calls/forwarding.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
using calls::Message;
using calls::NameAddr;
constexpr base::Duration first_resend = 500ms;         // T1
constexpr base::Duration longest_resend = 4s;          // T2
constexpr base::Duration patience = 32s;               // timers B and F: 64 * T1
constexpr base::Duration patience_after_cancel = 40s;  // a server may wait 32 s itself for the phone it has called
constexpr std::size_t calls_remembered = 4;

std::string quoted(const std::string& header, const std::string& name) {
    const auto start = header.find(name + "=\"");
    if (start == std::string::npos) return {};
    const auto from = start + name.size() + 2;
    return header.substr(from, header.find('"', from) - from);
}

std::string tag_in(const Message& message, std::string_view header) {
    const auto address = NameAddr::parse(*message.find(header));
    return address ? std::string(address->tag()) : std::string{};
}

}  // namespace

std::string to_text(const Call& call) {
    switch (call.state) {
        case Call::State::calling:
            return "calling " + call.other;
        case Call::State::ringing:
            return call.outgoing ? "rings at " + call.other : call.other + " calls";
        case Call::State::talking:
            return "talks with " + call.other;
        case Call::State::over:
            break;
    }
    if (call.lost) return "silence";
    if (call.status >= 300) return std::to_string(call.status) + ' ' + call.phrase;
    if (call.ended_by_other) return "ended by " + call.other;
    if (call.bye_status == 0) return "ended, its BYE unanswered";
    return call.bye_status < 300 ? "ended" : "ended, its BYE got " + std::to_string(call.bye_status);
}

UserAgent::UserAgent(Identity identity, auth::Ha1 ha1, Surroundings surroundings)
    : identity_(std::move(identity)), ha1_(std::move(ha1)), around_(std::move(surroundings)) {}

Call* UserAgent::find(const std::string& call_id) const {
    const auto found = std::find_if(calls_.begin(), calls_.end(), [&](const auto& one) { return one->id == call_id; });
    return found == calls_.end() ? nullptr : found->get();
}

Call* UserAgent::in_state(Call::State state, bool outgoing) {
    const auto found = std::find_if(calls_.rbegin(), calls_.rend(),
                                    [&](const auto& one) { return one->state == state && one->outgoing == outgoing; });
    return found == calls_.rend() ? nullptr : found->get();
}

const Call* UserAgent::current() const {
    const auto found =
        std::find_if(calls_.rbegin(), calls_.rend(), [](const auto& one) { return one->state != Call::State::over; });
    return found == calls_.rend() ? nullptr : found->get();
}

bool UserAgent::is_thanked(const std::string& call_id) const {
    const Call* call = find(call_id);
    return call != nullptr && call->acknowledged;
}

const Call* UserAgent::latest() const {
    return calls_.empty() ? nullptr : calls_.back().get();
}

void UserAgent::power_off() {
    ++life_;
    pending_.clear();
    for (const auto& call : calls_) call->state = Call::State::over;
    calls_.clear();
}

void UserAgent::over(Call& call) {
    if (call.state == Call::State::over) return;
    call.state = Call::State::over;
    around_.changed(call);
}

// ---- its own calls

const Call& UserAgent::dial(const std::string& user, const base::SiteName& server, bool with_credentials) {
    if (calls_.size() > calls_remembered && calls_.front()->state == Call::State::over) calls_.erase(calls_.begin());
    Call& call = *calls_.emplace_back(std::make_unique<Call>());
    call.id = identity_.user + '-' + std::to_string(++count_) + "@call";
    call.outgoing = true;
    call.other = user;
    call.with_credentials = with_credentials;
    call.own_tag = identity_.user + 't' + std::to_string(count_);
    call.own_uri = "sip:" + identity_.user + '@' + identity_.domain;
    call.other_uri = call.target = "sip:" + user + '@' + identity_.domain;
    call.server = server;
    around_.changed(call);
    send_invite(call);
    return call;
}

std::string UserAgent::new_branch() {
    return "z9hG4bK" + identity_.user + '-' + std::to_string(++count_);
}

Message UserAgent::begin_request(Call& call, const std::string& method) {
    Message request;
    request.method = method;
    request.uri = call.target;
    request.headers.push_back({"Via", "SIP/2.0/" + identity_.sent_by + ";branch=" + new_branch() + ";rport"});
    for (const std::string& route : call.routes) request.headers.push_back({"Route", route});
    request.headers.push_back({"Max-Forwards", "70"});
    request.headers.push_back({"From", '<' + call.own_uri + ">;tag=" + call.own_tag});
    request.headers.push_back(
        {"To", '<' + call.other_uri + '>' + (call.other_tag.empty() ? "" : ";tag=" + call.other_tag)});
    request.headers.push_back({"Call-ID", call.id});
    if (method != "ACK") ++call.cseq;
    request.headers.push_back({"CSeq", std::to_string(call.cseq) + ' ' + method});
    request.headers.push_back({"Contact", '<' + identity_.contact + '>'});
    return request;
}

void UserAgent::add_credentials(Message& request, const base::SiteName& server) {
    const auto session = sessions_.find(server);
    request.remove("Proxy-Authorization");
    if (session == sessions_.end() || !session->second.challenged()) return;
    request.headers.push_back(
        {"Proxy-Authorization", session->second.header(identity_.user, ha1_, request.method, request.uri)});
}

bool UserAgent::take_challenge(const Message& answer, const base::SiteName& server) {
    const std::string* challenge = answer.find("Proxy-Authenticate");
    if (challenge == nullptr) return false;
    const std::string realm = quoted(*challenge, "realm");
    sessions_.try_emplace(server, identity_.algorithm).first->second.take(realm, quoted(*challenge, "nonce"));
    return true;
}

void UserAgent::send_invite(Call& call) {
    const base::SiteName server = call.server;
    Message invite = begin_request(call, "INVITE");
    if (call.with_credentials) add_credentials(invite, server);
    call.invite = invite;
    call.branch = calls::Via::parse(*invite.find("Via"))->branch();
    start(call.id, std::move(invite), server);
}

// ---- transactions

void UserAgent::start(const std::string& call_id, Message request, const base::SiteName& server, int challenges) {
    const std::string branch(calls::Via::parse(*request.find("Via"))->branch());
    const std::string octets = request.text();
    pending_[branch] = {call_id, std::move(request), server, challenges, false};
    send(server, octets);
    if (!identity_.reliable) repeat_later(branch, first_resend);
    give_up_later(branch);
}

void UserAgent::repeat_later(const std::string& branch, base::Duration interval) {
    around_.calendar.after(interval, [this, branch, interval, life = life_] {
        const auto found = pending_.find(branch);
        if (life != life_ || found == pending_.end()) return;
        const bool invite = found->second.request.method == "INVITE";
        if (invite && found->second.answered) return;
        send(found->second.server, found->second.request.text());
        repeat_later(branch, invite ? interval * 2 : std::min(interval * 2, longest_resend));
    });
}

void UserAgent::give_up_later(const std::string& branch) {
    around_.calendar.after(patience, [this, branch, life = life_] {
        const auto found = pending_.find(branch);
        if (life != life_ || found == pending_.end()) return;
        if (found->second.request.method == "INVITE" && found->second.answered) return;  // it may ring for long
        const Pending pending = std::move(found->second);
        pending_.erase(found);
        timed_out(pending);
    });
}

void UserAgent::timed_out(const Pending& pending) {
    Call* call = find(pending.call_id);
    if (call == nullptr || call->state == Call::State::over) return;
    if (pending.request.method != "INVITE") return;
    call->lost = true;
    over(*call);
}

void UserAgent::receive(const base::SiteName& server, const std::string& octets) {
    const auto message = Message::parse(octets);
    if (!message) return;
    message->is_request() ? receive_request(server, *message) : receive_answer(server, *message);
}

void UserAgent::receive_answer(const base::SiteName& server, const Message& answer) {
    const auto via = calls::Via::parse(*answer.find("Via"));
    const auto cseq = calls::CSeq::parse(*answer.find("CSeq"));
    if (!via || !cseq) return;
    const std::string branch(via->branch());
    Call* call = find(*answer.find("Call-ID"));
    if (call == nullptr) return;
    if (cseq->method == "INVITE") return invite_answered(*call, server, answer);
    const auto found = pending_.find(cseq->method == "CANCEL" ? "cancel " + branch : branch);
    if (found == pending_.end() || answer.status < 200 || found->second.request.method != cseq->method) return;
    const Pending pending = std::move(found->second);
    pending_.erase(found);
    if (answer.status == 407 && pending.challenges < 3 && take_challenge(answer, pending.server)) {
        Message again = begin_request(*call, pending.request.method);
        add_credentials(again, pending.server);
        return start(call->id, std::move(again), pending.server, pending.challenges + 1);
    }
    if (cseq->method != "BYE") return;
    call->bye_status = answer.status;
    around_.changed(*call);
}

// ---- answers to an INVITE

void UserAgent::invite_answered(Call& call, const base::SiteName& server, const Message& answer) {
    const std::string branch(calls::Via::parse(*answer.find("Via"))->branch());
    const auto found = pending_.find(branch);
    if (answer.status < 200) {
        if (found == pending_.end()) return;
        found->second.answered = call.provisional = true;
        if (answer.status > 100 && call.state == Call::State::calling) {
            call.state = Call::State::ringing;
            around_.changed(call);
        }
        if (call.cancel_wanted) cancel(call);
        return;
    }
    if (answer.status < 300) return acknowledge(call, answer);
    acknowledge_refusal(call, answer);
    if (found == pending_.end() || branch != call.branch) return;
    pending_.erase(found);
    const bool inside = call.state == Call::State::talking;  // a re-INVITE
    if (answer.status == 407 && call.with_credentials && !call.cancel_wanted && call.challenges < 3 &&
        take_challenge(answer, server)) {
        ++call.challenges;
        return send_invite(call);
    }
    if (inside) return;
    call.status = answer.status;
    call.phrase = answer.phrase;
    over(call);
}

void UserAgent::acknowledge(Call& call, const Message& success) {
    const std::string tag = tag_in(success, "To");
    pending_.erase(call.branch);
    const bool first = call.other_tag.empty();
    if (first) {
        call.other_tag = tag;
        const auto routes = success.all("Record-Route");
        call.routes.assign(routes.rbegin(), routes.rend());
        call.status = success.status;
    }
    if (tag != call.other_tag) return end_other_answer(call, success);
    if (const std::string* contact = success.find("Contact")) call.target = NameAddr::parse(*contact)->uri;
    const bool wanted = call.state == Call::State::calling || call.state == Call::State::ringing;
    if (call.ack.empty()) {
        Message ack = begin_request(call, "ACK");
        ack.set("CSeq", std::to_string(calls::CSeq::parse(*success.find("CSeq"))->number) + " ACK");
        call.ack = ack.text();
    }
    const base::SiteName now = around_.working_server();
    send(now.text.empty() ? call.server : now, call.ack);
    if (!first) {
        if (std::exchange(call.refreshing, false)) ++call.refreshed;
        return;
    }
    if (wanted) {
        call.state = Call::State::talking;
        around_.changed(call);
    }
    if (call.cancel_wanted || !wanted) end_with_bye(call);  // it crossed the CANCEL, or came too late
}

// Another phone has picked up, too (RFC 3261 section 13.2.2.4). Without an ACK it says so again until this BYE is
// there.
void UserAgent::end_other_answer(const Call& call, const Message& success) {
    Call other = call;
    other.other_tag = tag_in(success, "To");
    const auto routes = success.all("Record-Route");
    other.routes.assign(routes.rbegin(), routes.rend());
    if (const std::string* contact = success.find("Contact")) other.target = NameAddr::parse(*contact)->uri;
    Message bye = begin_request(other, "BYE");
    add_credentials(bye, call.server);
    send(call.server, bye.text());
}

void UserAgent::acknowledge_refusal(const Call& call, const Message& refusal) {
    if (call.branch != calls::Via::parse(*refusal.find("Via"))->branch()) return;
    send(call.server, calls::make_ack(call.invite, refusal).text());
}

// ---- the end

void UserAgent::hang_up() {
    if (Call* call = in_state(Call::State::talking, true)) return end_with_bye(*call);
    if (Call* call = in_state(Call::State::talking, false)) return end_with_bye(*call);
    if (Call* call = in_state(Call::State::ringing, false)) return answer_invite(*call, 486);
    Call* call = in_state(Call::State::ringing, true);
    if (call == nullptr) call = in_state(Call::State::calling, true);
    if (call == nullptr || call->cancel_wanted) return;
    call->cancel_wanted = true;
    if (call->provisional) cancel(*call);
}

void UserAgent::cancel(Call& call) {
    Message request = calls::make_cancel(call.invite);
    const std::string branch = call.branch;
    if (pending_.contains("cancel " + branch)) return;
    pending_["cancel " + branch] = {call.id, request, call.server, 0, false};
    send(call.server, request.text());
    if (!identity_.reliable) repeat_later("cancel " + branch, first_resend);
    around_.calendar.after(patience_after_cancel, [this, id = call.id, branch, life = life_] {
        Call* late = life == life_ ? find(id) : nullptr;
        pending_.erase("cancel " + branch);
        if (late == nullptr || late->state == Call::State::over || late->state == Call::State::talking) return;
        pending_.erase(branch);
        late->lost = true;
        over(*late);
    });
}

void UserAgent::end_with_bye(Call& call) {
    const base::SiteName now = around_.working_server();
    const base::SiteName server = now.text.empty() ? call.server : now;
    call.bye_by = server;
    Message bye = begin_request(call, "BYE");
    add_credentials(bye, server);
    start(call.id, std::move(bye), server);
    over(call);
}

void UserAgent::refresh() {
    Call* call = in_state(Call::State::talking, true);
    if (call == nullptr) call = in_state(Call::State::talking, false);
    if (call == nullptr) return;
    const base::SiteName now = around_.working_server();
    if (!now.text.empty()) call->server = now;
    call->challenges = 0;
    call->provisional = false;
    call->ack.clear();
    call->refreshing = true;
    send_invite(*call);
}

}  // namespace innkeeper::world
