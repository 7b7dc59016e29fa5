// What goes out: copies of a request, their repetition, cancellation and fate (RFC 3261 sections 16.6 to 16.10).
#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "calls/proxy.h"
#include "calls/session_timer.h"

namespace innkeeper::calls {
namespace {

std::uint32_t number_of(const Message& request, std::string_view header, std::uint32_t fallback) {
    const std::string* text = request.find(header);
    std::uint32_t value = fallback;
    if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

bool is_replaced(std::string_view name, const Fork& fork) {
    if (same_ignoring_case(name, "Max-Forwards") || same_ignoring_case(name, "Max-Breadth")) return true;
    return std::any_of(fork.extra.begin(), fork.extra.end(),
                       [&](const Header& header) { return same_ignoring_case(header.name, name); });
}

// A request inside a dialog that renews nothing is found by the route set that the dialog has.
bool wants_record_route(std::string_view method) {
    static constexpr std::string_view plain[] = {"ACK",  "BYE",     "PRACK",   "UPDATE",
                                                 "INFO", "MESSAGE", "OPTIONS", "PUBLISH"};
    return std::find(std::begin(plain), std::end(plain), method) == std::end(plain);
}

// The request for one target (section 16.6, steps 1 to 8), written in one go: most of it stays as it came.
std::string copy_for(const Message& request, const Fork& fork, std::string_view branch,
                     std::optional<std::uint32_t> breadth) {
    std::string out;
    std::size_t size = 512 + fork.uri.size() + request.body.size();
    for (const Header& header : request.headers) size += header.name.size() + header.value.size() + 4;
    out.reserve(size);
    const auto add = [&out](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    out.append(request.method).append(" ").append(fork.uri).append(" SIP/2.0\r\nVia: SIP/2.0/").append(fork.sent_by);
    out.append(";branch=").append(branch).append(";rport\r\n");
    if (wants_record_route(request.method))
        for (const std::string& entry : fork.recorded) add("Record-Route", entry);
    for (const std::string& route : fork.routes) add("Route", route);
    const std::uint32_t hops = number_of(request, "Max-Forwards", usual_max_forwards);
    add("Max-Forwards", std::to_string(hops == 0 ? 0 : hops - 1));
    if (breadth) add("Max-Breadth", std::to_string(*breadth));
    if (const std::string session = session_to_ask_for(request); !session.empty()) add("Session-Expires", session);
    for (const Header& header : request.headers)
        if (!is_replaced(header.name, fork)) add(header.name, header.value);
    for (const Header& header : fork.extra)
        if (!header.value.empty()) add(header.name, header.value);
    out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n\r\n");
    return out.append(request.body);
}

}  // namespace

void Proxy::forward(base::Instant now, ContextId id, std::vector<Group> groups, ProxyEffects& out) {
    Context* context = find(id);
    if (context == nullptr || context->final_sent || context->no_more) return;
    // Our own Route entries are off by now, so that it is what it was when it was here before.
    if (context->branches.empty() && is_loop(context->request, loop_hash(context->request), settings_.seed)) {
        answer(now, *context, 482, "Loop Detected", {}, out);
        return plan(*context);
    }
    if (context->invite && context->server.state() == ServerTransaction::State::trying)
        send_up(now, *context, make_answer(context->request, 100, "Trying", {}), out);
    std::move(groups.begin(), groups.end(), std::back_inserter(context->groups));
    context->refused_with = 0;
    context->timed_out = false;
    start_next_group(now, *context, out);
    plan(*context);
}

void Proxy::start_next_group(base::Instant now, Context& context, ProxyEffects& out) {
    context.group_ends = base::Instant::max();
    const auto next = std::find_if(context.groups.begin(), context.groups.end(),
                                   [](const Group& group) { return !group.forks.empty(); });
    context.groups.erase(context.groups.begin(), next);
    if (context.groups.empty()) {
        if (!context.no_more)
            out.push_back(Exhausted{context.id, context.refused_with, context.timed_out});
        else
            conclude(now, context, out);
        return;
    }
    Group group = std::move(context.groups.front());
    context.groups.erase(context.groups.begin());
    context.refusals_are_their_own = group.refusals_are_their_own;
    if (group.ring_for != base::Duration::max()) context.group_ends = now + group.ring_for;
    // RFC 5393 section 5.3.3: what may still be spent is shared by those that ring at once.
    const auto count = static_cast<std::uint32_t>(group.forks.size());
    const std::uint32_t breadth = number_of(context.request, "Max-Breadth", usual_max_breadth);
    if (breadth < count) {
        note_refusal(context, make_answer(context.request, 440, "Max-Breadth Exceeded", context.to_tag));
        return start_next_group(now, context, out);
    }
    const std::string loop = loop_hash(context.request);
    const std::size_t before = context.branches.size();
    for (const Fork& fork : group.forks) start(now, context, fork, loop, breadth / count, group.answer_within, out);
    if (context.branches.size() == before) start_next_group(now, context, out);  // none could be sent
}

void Proxy::start(base::Instant now, Context& context, const Fork& fork, std::string_view loop, std::uint32_t breadth,
                  base::Duration answer_within, ProxyEffects& out) {
    const std::string branch = make_branch(loop, ++last_branch_, settings_.seed);
    std::string octets = copy_for(context.request, fork, branch, breadth);
    if (octets.size() > Message::most_octets)
        return note_refusal(context, make_answer(context.request, 513, "Message Too Large", context.to_tag));
    out.push_back(Transmit{fork.hop, octets});
    by_branch_.emplace(branch, context.id);
    if (const auto* flow = std::get_if<base::Flow>(&fork.hop); flow != nullptr && flow->connection != 0)
        on_connection_.insert({flow->connection, context.id});
    Branch fresh{.id = branch,
                 .hop = fork.hop,
                 .callee = fork.callee,
                 .octets = std::move(octets),
                 .client = ClientTransaction(now, context.invite, is_reliable(fork.hop), settings_.timers)};
    if (context.invite) fresh.timer_c = now + settings_.timer_c;
    if (answer_within != base::Duration::max()) fresh.answer_by = now + answer_within;
    context.branches.push_back(std::move(fresh));
}

void Proxy::relay(Message ack, const Fork& fork, ProxyEffects& out) {
    const std::string branch = make_branch(loop_hash(ack), ++last_branch_, settings_.seed);
    out.push_back(Transmit{fork.hop, copy_for(ack, fork, branch, std::nullopt)});
}

void Proxy::note_refusal(Context& context, Message refusal) {
    if (context.refused_with == 0 || goes_before(refusal.status, context.refused_with))
        context.refused_with = refusal.status;
    context.refusals.add(std::move(refusal));
}

void Proxy::branch_refused(base::Instant now, Context& context, Message refusal, ProxyEffects& out) {
    if (const std::uint16_t alone = for_itself_alone(refusal.status);
        context.refusals_are_their_own && alone != refusal.status)
        refusal = make_answer(context.request, alone, "Declined", context.to_tag);
    const bool global = refusal.status >= 600;
    note_refusal(context, std::move(refusal));
    if (global) {
        context.no_more = true;
        context.groups.clear();
        cancel_branches(now, context, out);
    }
    const bool pending = std::any_of(context.branches.begin(), context.branches.end(),
                                     [](const Branch& branch) { return !branch.settled; });
    if (!pending && !context.final_sent) start_next_group(now, context, out);
}

void Proxy::branch_failed(base::Instant now, Context& context, Branch& branch, std::uint16_t status,
                          std::string_view phrase, ProxyEffects& out) {
    branch.timer_c = branch.gives_up = branch.answer_by = base::Instant::max();
    branch.client.abandon();
    if (std::exchange(branch.settled, true)) return;
    branch_refused(now, context, make_answer(context.request, status, phrase, context.to_tag), out);
}

void Proxy::cancel_branches(base::Instant now, Context& context, ProxyEffects& out) {
    if (!context.invite) return;
    for (Branch& branch : context.branches) {
        if (branch.settled || branch.cancel_wanted) continue;
        branch.cancel_wanted = true;
        // Before a provisional answer a CANCEL might overtake its INVITE: it waits for one (section 9.1).
        if (branch.provisional) cancel(now, branch, out);
    }
}

void Proxy::cancel(base::Instant now, Branch& branch, ProxyEffects& out) {
    branch.cancel_octets = make_cancel(*Message::parse(branch.octets)).text();
    branch.cancel.emplace(now, false, is_reliable(branch.hop), settings_.timers);
    branch.timer_c = base::Instant::max();
    branch.gives_up = now + settings_.timers.whole();
    out.push_back(Transmit{branch.hop, branch.cancel_octets});
}

void Proxy::lost(base::Instant now, const Hop& hop, ProxyEffects& out) {
    std::vector<ContextId> touched;
    const auto* flow = std::get_if<base::Flow>(&hop);
    if (flow != nullptr && flow->connection != 0) {
        for (auto use = on_connection_.lower_bound({flow->connection, 0});
             use != on_connection_.end() && use->first == flow->connection; ++use)
            touched.push_back(use->second);
    } else {
        for (const auto& [id, context] : contexts_)
            if (std::any_of(context.branches.begin(), context.branches.end(),
                            [&](const Branch& branch) { return !branch.settled && branch.hop == hop; }))
                touched.push_back(id);
    }
    for (const ContextId id : touched) {
        Context& context = contexts_.at(id);
        for (std::size_t i = 0; i < context.branches.size(); ++i)
            if (context.branches[i].hop == hop && !context.branches[i].settled)
                branch_failed(now, context, context.branches[i], 503, "Connection Lost", out);
        plan(context);
    }
}

// A branch that has failed is the last thing looked at: the next group may begin, and then `branch` is elsewhere.
void Proxy::branch_on_time(base::Instant now, Context& context, Branch& branch, ProxyEffects& out) {
    if (branch.cancel)
        while (branch.cancel->on_time(now) == ClientTransaction::Due::repeat)
            out.push_back(Transmit{branch.hop, branch.cancel_octets});
    if (branch.timer_c <= now && branch.provisional) {
        branch.cancel_wanted = true;
        cancel(now, branch, out);
    }
    auto due = branch.client.on_time(now);
    for (; due == ClientTransaction::Due::repeat; due = branch.client.on_time(now))
        out.push_back(Transmit{branch.hop, branch.octets});
    if (due == ClientTransaction::Due::timed_out || branch.timer_c <= now)
        branch_failed(now, context, branch, 408, "Request Timeout", out);
    else if (branch.gives_up <= now)
        branch_failed(now, context, branch, 487, "Request Terminated", out);
    else if (branch.answer_by <= now)
        give_up_waiting(now, context, branch, out);
}

// What has become due meanwhile waits for the next call: the owner has not heard of it yet.
void Proxy::on_time(base::Instant now, ProxyEffects& out) {
    shed_concluded();
    std::vector<ContextId> due;
    for (auto next = agenda_.begin(); next != agenda_.end() && next->first <= now; ++next) due.push_back(next->second);
    for (const ContextId id : due) context_on_time(now, contexts_.at(id), out);
}

void Proxy::context_on_time(base::Instant now, Context& context, ProxyEffects& out) {
    for (auto due = context.server.on_time(now); due != ServerTransaction::Due::nothing;
         due = context.server.on_time(now)) {
        if (due == ServerTransaction::Due::answer_again) out.push_back(Transmit{context.from, context.last_answer});
        if (context.server.ended()) break;
    }
    // By index: a refusal may start the next group, which adds branches.
    for (std::size_t i = 0; i < context.branches.size(); ++i) branch_on_time(now, context, context.branches[i], out);
    if (context.group_ends <= now) end_group(now, context, out);
    plan(context);
}

// Others are tried; should it speak after all, it is cancelled.
void Proxy::give_up_waiting(base::Instant now, Context& context, Branch& branch, ProxyEffects& out) {
    branch.answer_by = base::Instant::max();
    if (std::exchange(branch.settled, true)) return;
    branch.cancel_wanted = true;
    branch_refused(now, context, make_answer(context.request, 408, "Request Timeout", context.to_tag), out);
}

// The next group's turn comes now, however long these take to confirm that they do not ring any more; if one of them
// is picked up in this moment, its 2xx still goes up.
void Proxy::end_group(base::Instant now, Context& context, ProxyEffects& out) {
    context.group_ends = base::Instant::max();
    cancel_branches(now, context, out);
    bool any = false;
    for (Branch& branch : context.branches) any = !std::exchange(branch.settled, true) || any;
    if (!any) return;
    context.timed_out = true;
    branch_refused(now, context, make_answer(context.request, 487, "Request Terminated", context.to_tag), out);
}

base::Instant Proxy::next_deadline() const {
    return agenda_.empty() ? base::Instant::max() : agenda_.begin()->first;
}

std::size_t Proxy::under_way_from(const Hop& source) const {
    const auto* address = address_of(source);
    const auto found = address == nullptr ? from_source_.end() : from_source_.find(*address);
    return found == from_source_.end() ? 0 : found->second;
}

void Proxy::plan(Context& context) {
    base::Instant next = std::min(context.server.next_deadline(), context.group_ends);
    bool done = context.server.ended();
    for (const Branch& branch : context.branches) {
        next = std::min({next, branch.client.next_deadline(), branch.timer_c, branch.gives_up, branch.answer_by});
        if (branch.cancel) next = std::min(next, branch.cancel->next_deadline());
        done = done && branch.client.ended();
    }
    if (done) return forget(context);
    if (next == context.planned) return;
    if (context.planned != base::Instant::max()) agenda_.erase({context.planned, context.id});
    context.planned = next;
    if (next != base::Instant::max()) agenda_.insert({next, context.id});
}

void Proxy::forget(Context& context) {
    if (context.planned != base::Instant::max()) agenda_.erase({context.planned, context.id});
    by_key_.erase(context.key);
    if (const auto* source = address_of(context.from)) {
        const auto count = from_source_.find(*source);
        if (--count->second == 0) from_source_.erase(count);
    }
    for (const Branch& branch : context.branches) {
        by_branch_.erase(branch.id);
        if (const auto* flow = std::get_if<base::Flow>(&branch.hop))
            on_connection_.erase({flow->connection, context.id});
    }
    contexts_.erase(context.id);
}

}  // namespace innkeeper::calls
