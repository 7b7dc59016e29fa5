#include "calls/requester.h"

#include <algorithm>

#include "calls/address_fields.h"
#include "calls/forwarding.h"

namespace innkeeper::calls {

std::optional<OwnRequestId> Requester::send(base::Instant now, Message request, const Hop& to, std::string_view sent_by,
                                            RequesterEffects& out, base::Duration patience) {
    if (pending_.size() >= settings_.most_requests) return std::nullopt;
    const OwnRequestId id = ++last_id_;
    // Not a branch of the proxy's making: those carry a loop hash, and the two count for themselves.
    std::string branch = "z9hG4bK-own-" + std::to_string(settings_.seed) + "-" + std::to_string(id);
    if (request.find("Max-Forwards") == nullptr) request.prepend("Max-Forwards", std::to_string(usual_max_forwards));
    request.prepend("Via", "SIP/2.0/" + std::string(sent_by) + ";branch=" + branch + ";rport");
    std::string octets = request.text();
    out.push_back(Transmit{to, octets});
    by_branch_.emplace(branch, id);
    const base::Duration longest = settings_.timers.whole();
    Pending& pending = pending_
                           .emplace(id, Pending{std::move(request), std::move(octets), std::move(branch), to,
                                                ClientTransaction(now, false, is_reliable(to), settings_.timers),
                                                now + std::min(patience, longest), base::Instant::max()})
                           .first->second;
    plan(id, pending);
    return id;
}

bool Requester::receive(base::Instant now, const Message& answer, const Hop& from, RequesterEffects& out) {
    if (pending_.empty()) return false;  // as when most answers to calls come
    const std::string* top = answer.find("Via");
    const std::string* sequence = answer.find("CSeq");
    if (top == nullptr || sequence == nullptr) return false;
    const auto via = Via::parse(*top);
    const auto cseq = CSeq::parse(*sequence);
    if (!via || !cseq) return false;
    const auto known = by_branch_.find(std::string(via->branch()));
    if (known == by_branch_.end()) return false;
    const auto which = pending_.find(known->second);
    Pending& pending = which->second;
    if (cseq->method != pending.request.method) return false;
    if (!same_origin(from, pending.hop)) return true;  // somebody else who guessed a branch
    pending.client.on_answer(now, answer.status);
    if (answer.status < 200) {
        plan(which->first, pending);
        return true;
    }
    // The answer's repetitions, for which a transaction would stay (timer K), find nobody and are dropped as well.
    out.push_back(Settled{which->first, answer, true});
    forget(which);
    return true;
}

void Requester::lost(const Hop& hop, RequesterEffects& out) {
    for (auto each = pending_.begin(); each != pending_.end();) {
        const auto which = each++;
        if (which->second.hop == hop) settle_here(which, 503, "Connection Lost", out);
    }
}

void Requester::on_time(base::Instant now, RequesterEffects& out) {
    while (!agenda_.empty() && agenda_.begin()->first <= now) {
        const auto which = pending_.find(agenda_.begin()->second);
        Pending& pending = which->second;
        auto due = pending.client.on_time(now);
        if (due == ClientTransaction::Due::timed_out || pending.gives_up <= now) {
            settle_here(which, 408, "Request Timeout", out);
            continue;
        }
        for (; due == ClientTransaction::Due::repeat; due = pending.client.on_time(now))
            out.push_back(Transmit{pending.hop, pending.octets});
        plan(which->first, pending);
    }
}

base::Instant Requester::next_deadline() const {
    return agenda_.empty() ? base::Instant::max() : agenda_.begin()->first;
}

void Requester::plan(OwnRequestId id, Pending& pending) {
    agenda_.erase({pending.planned, id});
    pending.planned = std::min(pending.client.next_deadline(), pending.gives_up);
    agenda_.insert({pending.planned, id});
}

void Requester::settle_here(Map::iterator which, std::uint16_t status, std::string_view phrase, RequesterEffects& out) {
    out.push_back(Settled{which->first, make_answer(which->second.request, status, phrase, "here"), false});
    forget(which);
}

void Requester::forget(Map::iterator which) {
    agenda_.erase({which->second.planned, which->first});
    by_branch_.erase(which->second.branch);
    pending_.erase(which);
}

}  // namespace innkeeper::calls
