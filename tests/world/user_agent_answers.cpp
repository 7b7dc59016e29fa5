// Calls that come in, and whatever else others ask.
#include <algorithm>

#include "calls/address_fields.h"
#include "calls/forwarding.h"
#include "world/user_agent.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
using calls::Message;
using calls::NameAddr;
constexpr base::Duration first_resend = 500ms;  // T1
constexpr base::Duration longest_resend = 4s;   // T2
constexpr base::Duration longest_wait_for_ack = 32s;

std::string_view phrase_of(std::uint16_t status) {
    switch (status) {
        case 180:
            return "Ringing";
        case 200:
            return "OK";
        case 404:
            return "Not Found";
        case 481:
            return "Call/Transaction Does Not Exist";
        case 482:
            return "Loop Detected";
        case 486:
            return "Busy Here";
        case 487:
            return "Request Terminated";
        case 603:
            return "Decline";
        default:
            return "Refused";
    }
}

std::string tag_in(const Message& message, std::string_view header) {
    const auto address = NameAddr::parse(*message.find(header));
    return address ? std::string(address->tag()) : std::string{};
}

std::string branch_of(const Message& message) {
    return std::string(calls::Via::parse(*message.find("Via"))->branch());
}

std::string user_in(const Message& message, std::string_view header) {
    const auto address = NameAddr::parse(*message.find(header));
    const auto uri = address ? calls::SipUri::parse(address->uri) : base::Expected<calls::SipUri>(base::error("none"));
    return uri ? uri->user : std::string{};
}

}  // namespace

Message UserAgent::answer_to(const Message& request, std::uint16_t status, const std::string& tag) const {
    Message answer = calls::make_answer(request, status, phrase_of(status), tag);
    if (status / 100 == 2 || status == 180) {
        answer.headers.push_back({"Contact", '<' + identity_.contact + '>'});
        if (answer.find("Record-Route") == nullptr)
            for (const std::string_view entry : request.all("Record-Route"))
                answer.headers.push_back({"Record-Route", std::string(entry)});
    }
    return answer;
}

void UserAgent::receive_request(const base::SiteName& server, const Message& request) {
    if (request.method == "INVITE") return receive_invite(server, request);
    if (request.method == "CANCEL") return receive_cancel(server, request);
    if (request.method == "BYE") return receive_bye(server, request);
    if (request.method != "ACK") return send(server, answer_to(request, 200, identity_.user + "-tag").text());
    if (Call* call = find(*request.find("Call-ID"))) call->acknowledged = true;
}

void UserAgent::receive_invite(const base::SiteName& server, const Message& request) {
    Call* known = find(*request.find("Call-ID"));
    if (known != nullptr && known->branch == branch_of(request) && !known->answer.empty())
        return send(server, known->answer);
    if (!tag_in(request, "To").empty()) {  // inside a call: refreshed, or nothing known of it
        const bool talks = known != nullptr && known->state == Call::State::talking;
        if (!talks) return send(server, answer_to(request, 481, identity_.user).text());
        known->branch = branch_of(request);
        if (const std::string* contact = request.find("Contact")) known->target = NameAddr::parse(*contact)->uri;
        known->answer = answer_to(request, 200, known->own_tag).text();
        return send(server, known->answer);
    }
    const bool for_it = around_.takes(server, request);
    if (known != nullptr) return send(server, answer_to(request, 482, identity_.user).text());  // came by two ways
    if (!for_it) return send(server, answer_to(request, 404, identity_.user).text());
    if (calls_.size() > 4 && calls_.front()->state == Call::State::over) calls_.erase(calls_.begin());
    const bool occupied = busy();
    Call& call = *calls_.emplace_back(std::make_unique<Call>());
    call.id = *request.find("Call-ID");
    call.other = user_in(request, "From");
    call.own_tag = identity_.user + 'i' + std::to_string(++count_);
    call.other_tag = tag_in(request, "From");
    call.own_uri = NameAddr::parse(*request.find("To"))->uri;
    call.other_uri = NameAddr::parse(*request.find("From"))->uri;
    const std::string* contact = request.find("Contact");
    call.target = contact != nullptr ? NameAddr::parse(*contact)->uri : call.other_uri;
    for (const std::string_view entry : request.all("Record-Route")) call.routes.emplace_back(entry);
    call.server = server;
    call.invite = request;
    call.branch = branch_of(request);
    call.state = Call::State::ringing;
    if (occupied || refuse_with_ != 0) return answer_invite(call, occupied ? 486 : refuse_with_);
    answer_invite(call, 180);
    around_.changed(call);
    if (!answer_after_) return;
    around_.calendar.after(*answer_after_, [this, id = call.id, life = life_] {
        Call* ringing = life == life_ ? find(id) : nullptr;
        if (ringing != nullptr && ringing->state == Call::State::ringing) answer_invite(*ringing, 200);
    });
}

void UserAgent::answer_invite(Call& call, std::uint16_t status) {
    call.answer = answer_to(call.invite, status, call.own_tag).text();
    send(call.server, call.answer);
    if (status < 200) return;
    call.status = status;
    call.phrase = phrase_of(status);
    const Moment until = around_.calendar.now() + longest_wait_for_ack;
    if (status < 300 || !identity_.reliable) repeat_answer_later(call.id, first_resend, until);
    if (status >= 300) return over(call);
    call.state = Call::State::talking;
    around_.changed(call);
    around_.calendar.after(longest_wait_for_ack, [this, id = call.id, life = life_] {
        Call* waiting = life == life_ ? find(id) : nullptr;
        if (waiting == nullptr || waiting->acknowledged || waiting->state != Call::State::talking) return;
        end_with_bye(*waiting);
    });
}

// A 2xx also over streams, as proxies in between do not repeat it (RFC 3261 section 13.3.1.4).
void UserAgent::repeat_answer_later(const std::string& call_id, base::Duration interval, Moment until) {
    around_.calendar.after(interval, [this, call_id, interval, until, life = life_] {
        const Call* call = life == life_ ? find(call_id) : nullptr;
        if (call == nullptr || call->acknowledged || around_.calendar.now() > until) return;
        send(call->server, call->answer);
        repeat_answer_later(call_id, std::min(interval * 2, longest_resend), until);
    });
}

void UserAgent::receive_cancel(const base::SiteName& server, const Message& request) {
    Call* call = find(*request.find("Call-ID"));
    const bool known = call != nullptr && call->branch == branch_of(request);
    send(server, answer_to(request, known ? 200 : 481, identity_.user).text());
    if (!known || call->state != Call::State::ringing) return;
    call->ended_by_other = true;
    answer_invite(*call, 487);
}

void UserAgent::receive_bye(const base::SiteName& server, const Message& request) {
    Call* call = find(*request.find("Call-ID"));
    const bool known = call != nullptr && tag_in(request, "To") == call->own_tag &&
                       tag_in(request, "From") == call->other_tag;  // not of another phone that picked up, too
    send(server, answer_to(request, known ? 200 : 481, identity_.user).text());
    if (!known || call->state == Call::State::over) return;
    call->ended_by_other = call->acknowledged = true;
    over(*call);
}

void UserAgent::pick_up() {
    if (Call* call = in_state(Call::State::ringing, false)) answer_invite(*call, 200);
}

}  // namespace innkeeper::world
