// What comes in: requests, answers, the owner's decisions. proxy_branches.cpp sends copies out and judges their fate.
#include "calls/proxy.h"

#include <algorithm>
#include <iterator>

#include "base/assert.h"
#include "calls/header_fields.h"
#include "calls/session_timer.h"

namespace innkeeper::calls {
namespace {

// RFC 3261 section 17.2.3. An ACK and a CANCEL belong to the INVITE of the same branch. Callers from before RFC 3261
// have no unique branch: the rest of their Via and the identity of the request stand for it.
std::string transaction_key(const Message& request, const Via& via) {
    std::string key = std::string(via.branch()) + " " + via.sent_by();
    if (via.branch().substr(0, 7) != "z9hG4bK") {
        const auto cseq = CSeq::parse(*request.find("CSeq"));
        key += " " + request.uri + " " + *request.find("Call-ID") + " " + std::string(tag_in(request, "From")) + " " +
               std::to_string(cseq->number);
    }
    const bool of_invite = request.method == "ACK" || request.method == "INVITE";
    return key + " " + (of_invite ? "INVITE" : request.method);
}

// Its memory too, which assignment of an empty text would keep.
void release(std::string& text) {
    text.clear();
    text.shrink_to_fit();
}

}  // namespace

Proxy::Context* Proxy::find(ContextId id) {
    const auto found = contexts_.find(id);
    return found == contexts_.end() ? nullptr : &found->second;
}

const Message* Proxy::request(ContextId id) const {
    const auto found = contexts_.find(id);
    return found == contexts_.end() ? nullptr : &found->second.request;
}

Message* Proxy::request_to_forward(ContextId id) {
    Context* context = find(id);
    return context == nullptr ? nullptr : &context->request;
}

const Hop* Proxy::origin(ContextId id) const {
    const auto found = contexts_.find(id);
    return found == contexts_.end() ? nullptr : &found->second.from;
}

void Proxy::receive(base::Instant now, Message message, const Hop& from, ProxyEffects& out) {
    shed_concluded();
    if (message.is_request())
        receive_request(now, std::move(message), from, out);
    else
        receive_answer(now, std::move(message), from, out);
}

void Proxy::receive_request(base::Instant now, Message message, const Hop& from, ProxyEffects& out) {
    const std::string* top = message.find("Via");
    const auto via = top != nullptr ? Via::parse(*top) : base::Expected<Via>(base::error("no Via"));
    const bool answerable = via && message.find("From") != nullptr && message.find("To") != nullptr &&
                            message.find("Call-ID") != nullptr && message.find("CSeq") != nullptr;
    if (!answerable) return;  // nobody to answer to
    const auto fault = find_fault(message);
    if (const auto* flow = std::get_if<base::Flow>(&from)) note_source(message, *via, flow->remote);
    if (fault) return message.method == "ACK" ? void() : answer_statelessly(message, from, *fault, out);
    const std::string key = transaction_key(message, *via);
    if (message.method == "ACK") return receive_ack(now, key, std::move(message), from, out);
    if (const auto known = by_key_.find(key); known != by_key_.end()) {
        receive_again(from, contexts_.at(known->second), out);
        return;
    }
    if (message.method == "CANCEL") return receive_cancel(now, *via, message, from, out);
    if (!has_room_for(message)) return answer_statelessly(message, from, {503, "Too Many Requests Under Way", {}}, out);

    const ContextId id = ++last_id_;
    const bool invite = message.method == "INVITE";
    Context fresh{.id = id,
                  .key = key,
                  .request = std::move(message),
                  .from = from,
                  .server = ServerTransaction(invite, is_reliable(from), settings_.timers),
                  .to_tag = "ik" + std::to_string(settings_.seed % 100000) + "-" + std::to_string(id),
                  .invite = invite};
    const Context& context = contexts_.emplace(id, std::move(fresh)).first->second;
    by_key_.emplace(context.key, id);
    if (const auto* source = address_of(from)) ++from_source_[*source];
    out.push_back(Decide{id});
}

// Whoever is in a call can end it, also when no more calls are taken.
bool Proxy::has_room_for(const Message& request) const {
    if (contexts_.size() < settings_.most_requests) return true;
    return contexts_.size() < settings_.most_requests + settings_.most_requests / 4 && is_inside_dialog(request);
}

// A caller whose connection broke repeats its request over another one, and is answered there from then on.
void Proxy::receive_again(const Hop& from, Context& context, ProxyEffects& out) {
    if (!same_origin(from, context.from)) return;
    context.from = from;
    if (context.server.on_repetition()) out.push_back(Transmit{context.from, context.last_answer});
}

// An ACK of a refusal ends here; that of a 2xx goes on, with or without a transaction that is still known.
void Proxy::receive_ack(base::Instant now, const std::string& key, Message message, const Hop& from,
                        ProxyEffects& out) {
    const auto known = by_key_.find(key);
    if (known != by_key_.end()) {
        Context& context = contexts_.at(known->second);
        if (!same_origin(from, context.from)) return;
        const bool absorbed = context.server.on_ack(now) == ServerTransaction::Ack::absorbed;
        plan(context);
        if (absorbed) return;
    }
    out.push_back(RelayAck{std::move(message), from});
}

void Proxy::receive_cancel(base::Instant now, const Via& via, const Message& message, const Hop& from,
                           ProxyEffects& out) {
    Message as_invite = message;
    as_invite.method = "INVITE";
    const auto known = by_key_.find(transaction_key(as_invite, via));
    if (known == by_key_.end() || !same_origin(from, contexts_.at(known->second).from))
        return answer_statelessly(message, from, {481, "Call/Transaction Does Not Exist", {}}, out);
    Context& context = contexts_.at(known->second);
    out.push_back(Transmit{from, make_answer(message, 200, "OK", context.to_tag).text()});
    if (context.final_sent || context.no_more) return;
    context.no_more = true;
    context.groups.clear();
    cancel_branches(now, context, out);
    const bool none_pending = std::all_of(context.branches.begin(), context.branches.end(),
                                          [](const Branch& branch) { return branch.settled; });
    if (none_pending) answer(now, context, 487, "Request Terminated", {}, out);
    plan(context);
}

void Proxy::answer_statelessly(const Message& request, const Hop& to, const Fault& fault, ProxyEffects& out) {
    Message answer = make_answer(request, fault.status, fault.phrase, "ik" + loop_hash(request));
    if (!fault.unsupported.empty()) answer.headers.push_back({"Unsupported", fault.unsupported});
    if (fault.status == 503) answer.headers.push_back({"Retry-After", "5"});
    out.push_back(Transmit{to, answer.text()});
}

void Proxy::receive_answer(base::Instant now, Message message, const Hop& from, ProxyEffects& out) {
    const std::string* top = message.find("Via");
    const std::string* sequence = message.find("CSeq");
    if (top == nullptr || sequence == nullptr) return;
    const auto via = Via::parse(*top);
    const auto cseq = CSeq::parse(*sequence);
    if (!via || !cseq) return;
    const bool of_cancel = cseq->method == "CANCEL";
    const auto known = by_branch_.find(std::string(via->branch()));
    if (known == by_branch_.end()) return;
    Context& context = contexts_.at(known->second);
    if (of_cancel ? !context.invite : cseq->method != context.request.method) return;
    const auto branch = std::find_if(context.branches.begin(), context.branches.end(),
                                     [&](const Branch& one) { return one.id == via->branch(); });
    INNKEEPER_ASSERT(branch != context.branches.end());
    if (!same_origin(from, branch->hop)) return;  // somebody else who guessed a branch
    if (of_cancel) {
        if (branch->cancel) branch->cancel->on_answer(now, message.status);
        return plan(context);
    }
    if (!take_own_via(message, context.request)) return;
    const auto [pass_up, acknowledge] = branch->client.on_answer(now, message.status);
    if (acknowledge) {
        if (branch->ack.empty()) branch->ack = make_ack(*Message::parse(branch->octets), message).text();
        out.push_back(Transmit{branch->hop, branch->ack});
    }
    branch->answer_by = base::Instant::max();
    if (!pass_up) return plan(context);
    const std::uint16_t status = message.status;
    if (status < 200) {
        branch->provisional = true;
        if (context.invite && status > 100 && !branch->cancel_wanted) branch->timer_c = now + settings_.timer_c;
        if (branch->cancel_wanted && !branch->cancel) cancel(now, *branch, out);
        // A request that is no INVITE has no provisional answer but 100 (RFC 4320 section 4.1).
        if (status > 100 && context.invite && !context.final_sent) {
            out.push_back(Answered{context.id, message, branch->hop, branch->callee});
            send_up(now, context, std::move(message), out);
        }
        return plan(context);
    }
    const bool first = !branch->settled;
    branch->settled = true;
    branch->timer_c = branch->gives_up = base::Instant::max();
    release(branch->octets);
    if (status < 300) {
        hand_session_to_caller(context.request, message);
        out.push_back(Answered{context.id, message, branch->hop, branch->callee});
        context.no_more = true;
        context.groups.clear();
        cancel_branches(now, context, out);
        send_up(now, context, std::move(message), out);
    } else if (first) {
        branch_refused(now, context, std::move(message), out);
    }
    plan(context);
}

void Proxy::send_up(base::Instant now, Context& context, Message answer, ProxyEffects& out) {
    const std::uint16_t status = answer.status;
    if (!context.server.on_answer(now, status)) return;
    std::string octets = answer.text();
    out.push_back(Transmit{context.from, octets});
    context.last_answer = std::move(octets);
    if (context.server.state() == ServerTransaction::State::accepted)
        release(context.last_answer);  // not repeated here
    if (status < 200 || context.final_sent) return;
    context.final_sent = true;
    concluded_.push_back(context.id);
    context.group_ends = base::Instant::max();
    out.push_back(Concluded{context.id, status});
}

// What has its final answer goes nowhere any more, but is remembered for half a minute, so that repetitions are known:
// with what another 2xx would need, else with nothing.
void Proxy::shed_concluded() {
    for (const ContextId id : concluded_) {
        Context* context = find(id);
        if (context == nullptr) continue;
        Message& request = context->request;
        release(request.body);
        const bool more_may_come = context->server.state() == ServerTransaction::State::accepted;
        std::erase_if(request.headers, [&](const Header& header) {
            static constexpr std::string_view kept[] = {"Via", "From", "To", "Call-ID", "CSeq", "Contact"};
            return !more_may_come || std::find(std::begin(kept), std::end(kept), header.name) == std::end(kept);
        });
        request.headers.shrink_to_fit();
    }
    concluded_.clear();
}

void Proxy::answer(base::Instant now, ContextId id, std::uint16_t status, std::string_view phrase,
                   std::vector<Header> extra, ProxyEffects& out) {
    Context* context = find(id);
    if (context == nullptr || context->final_sent) return;
    answer(now, *context, status, phrase, std::move(extra), out);
    plan(*context);
}

void Proxy::reject(ContextId id, std::uint16_t status, std::string_view phrase, std::vector<Header> extra,
                   ProxyEffects& out) {
    Context* context = find(id);
    if (context == nullptr || !context->branches.empty()) return;
    Message answer = make_answer(context->request, status, phrase, context->to_tag);
    for (Header& header : extra) answer.headers.push_back(std::move(header));
    out.push_back(Transmit{context->from, answer.text()});
    forget(*context);
}

void Proxy::conclude(base::Instant now, ContextId id, ProxyEffects& out) {
    Context* context = find(id);
    if (context == nullptr || context->final_sent) return;
    conclude(now, *context, out);
    plan(*context);
}

void Proxy::answer(base::Instant now, Context& context, std::uint16_t status, std::string_view phrase,
                   std::vector<Header> extra, ProxyEffects& out) {
    Message answer = make_answer(context.request, status, phrase, context.to_tag);
    for (Header& header : extra) answer.headers.push_back(std::move(header));
    if (status >= 200) {
        context.no_more = true;
        context.groups.clear();
        cancel_branches(now, context, out);
    }
    send_up(now, context, std::move(answer), out);
}

void Proxy::conclude(base::Instant now, Context& context, ProxyEffects& out) {
    const bool unanswered = context.refusals.status() == 408;
    if (!context.invite && unanswered) {
        // Whoever has waited as long as we have knows that nobody answered (RFC 4320 section 4.2).
        context.server.fall_silent(now);
        context.final_sent = true;
        out.push_back(Concluded{context.id, 408});
    } else if (context.refusals.empty()) {
        answer(now, context, 480, "Temporarily Unavailable", {}, out);
    } else {
        send_up(now, context, context.refusals.take(), out);
    }
}

}  // namespace innkeeper::calls
