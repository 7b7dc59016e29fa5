#include "world/phone.h"

#include <algorithm>

#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration first_resend = 500ms;  // T1 (RFC 3261 section 17.1.2.2)
constexpr base::Duration longest_resend = 4s;   // T2

}  // namespace

Phone::Phone(World& world, PhoneOrders orders, std::uint32_t number, auth::Ha1 ha1)
    : world_(world), orders_(std::move(orders)), ha1_(std::move(ha1)) {
    const std::string ip = "198.51." + std::to_string(number / 250) + '.' + std::to_string(number % 250 + 1);
    address_ = base::Endpoint::parse(ip + ":5060").value();
    contact_ = "sip:" + std::string(orders_.aor.user()) + '@' + ip + ":5060";
    for (const base::SiteName& server : orders_.servers) {
        Leg leg;
        leg.server = server;
        leg.digest = support::DigestSession(orders_.algorithm);
        leg.call_id = std::string(orders_.aor.user()) + '-' + server.text;
        legs_.push_back(std::move(leg));
    }
}

Phone::Leg& Phone::leg(const base::SiteName& server) {
    return *std::find_if(legs_.begin(), legs_.end(), [&](const Leg& one) { return one.server == server; });
}

void Phone::switch_on() {
    on_ = true;
    current_ = 0;
    for (Leg& one : legs_) {
        one.digest.forget();
        one.granted_until = {};
        one.trying = false;
        ++one.attempt;
        if (orders_.habit == Habit::concurrent || &one == &legs_.front()) plan(one, world_.random.between(0ms, 300ms));
    }
}

void Phone::switch_off() {
    on_ = false;
    for (Leg& one : legs_) {
        ++one.plan;
        ++one.attempt;
        one.trying = false;
    }
}

base::SiteName Phone::working() const {
    for (std::size_t at = 0; at < legs_.size(); ++at) {
        const Leg& one = legs_[(current_ + at) % legs_.size()];
        if (one.granted_until > world_.calendar.now()) return one.server;
    }
    return {};
}

bool Phone::trying(const base::SiteName& server) const {
    return const_cast<Phone*>(this)->leg(server).trying;
}

const std::string& Phone::last_answer(const base::SiteName& server) const {
    return const_cast<Phone*>(this)->leg(server).last_answer;
}

base::Duration Phone::longest_pause() const {
    const auto servers = static_cast<std::int64_t>(legs_.size());
    return (orders_.retry + orders_.give_up_after) * servers;
}

void Phone::knock(const base::SiteName& server) {
    attempt(leg(server), orders_.expires);
}

void Phone::unregister(const base::SiteName& server) {
    attempt(leg(server), 0);
}

// ---- one attempt with one server

void Phone::plan(Leg& leg, base::Duration delay) {
    const std::uint64_t plan = ++leg.plan;
    world_.calendar.after(delay, [this, &leg, plan] {
        if (on_ && plan == leg.plan) attempt(leg, orders_.expires);
    });
}

void Phone::attempt(Leg& leg, std::uint32_t expires) {
    leg.trying = true;
    leg.challenges = 0;
    leg.asked = expires;
    ++leg.plan;
    const std::uint64_t attempt = ++leg.attempt;
    send(leg);
    world_.calendar.after(orders_.give_up_after, [this, &leg, attempt] {
        if (leg.trying && attempt == leg.attempt) finish(leg, Outcome::silent, orders_.retry);
    });
}

void Phone::compose(Leg& leg) {
    auto request = std::make_shared<support::OwnedRegister>();
    request->source.remote = address_;
    request->to_user = orders_.aor.user();
    request->to_domain = orders_.aor.domain();
    request->call_id = leg.call_id;
    request->cseq = ++leg.cseq;
    request->user_agent = orders_.user_agent;
    request->expires = leg.asked;
    request->contacts.push_back({contact_, {}, 0, 1000, {}});
    leg.digest.authorise(*request, orders_.aor.user(), ha1_);
    leg.request = std::move(request);
}

void Phone::send(Leg& leg) {
    compose(leg);
    transmit(leg);
    resend_later(leg, first_resend);
}

void Phone::resend_later(Leg& leg, base::Duration interval) {
    const std::uint32_t cseq = leg.cseq;
    const std::uint64_t attempt = leg.attempt;
    world_.calendar.after(interval, [this, &leg, cseq, attempt, interval] {
        if (!leg.trying || leg.cseq != cseq || leg.attempt != attempt) return;
        transmit(leg);
        resend_later(leg, std::min(interval * 2, longest_resend));
    });
}

void Phone::transmit(Leg& leg) {
    Network& network = world_.network;
    Site& site = world_.site(leg.server.text);
    const Place& here = orders_.place;
    const Place& there = leg.server.text;
    const std::uint32_t cseq = leg.cseq;
    const bool twice = network.duplicates(here, there);
    for (int copy = 0; copy < (twice ? 2 : 1); ++copy) {
        const base::Duration travel = network.delay(here, there);
        const base::Duration return_travel = network.delay(there, here);
        const bool lost = network.loses(here, there);
        const bool answer_lost = network.loses(there, here);
        if (lost || !network.open(here, there)) continue;
        // Each datagram is a request of its own to the core, so each gets its own copy.
        auto request = std::make_shared<support::OwnedRegister>(*leg.request);
        const auto back = [this, &leg, cseq, return_travel, answer_lost, here, there](const SeenResponse& response) {
            if (answer_lost || !world_.network.open(there, here)) return;
            world_.calendar.after(return_travel, [this, &leg, cseq, response] { receive(leg, cseq, response); });
        };
        const std::uint64_t attempt = leg.attempt;
        world_.calendar.after(travel, [this, &site, &leg, attempt, request, back, return_travel, here, there] {
            if (site.process() != Site::Process::off) return site.receive(request, back);
            if (!site.powered() || !world_.network.open(there, here)) return;
            world_.calendar.after(return_travel, [this, &leg, attempt] {  // ICMP: port unreachable
                if (leg.trying && attempt == leg.attempt) finish(leg, Outcome::silent, orders_.retry);
            });
        });
    }
}

void Phone::receive(Leg& leg, std::uint32_t cseq, const SeenResponse& response) {
    if (!leg.trying || cseq != leg.cseq) return;
    leg.last_answer = std::to_string(response.status);
    if (response.status == 401 && leg.challenges < 2) {
        ++leg.challenges;
        leg.digest.take(response.realm, response.nonce);
        return send(leg);
    }
    if (response.status == 423 && response.min_expires && leg.asked < *response.min_expires) {
        leg.asked = *response.min_expires;
        return send(leg);
    }
    if (response.status == 200) return granted(leg, response);
    leg.granted_until = {};
    base::Duration wait = orders_.retry;
    if (orders_.honours_retry_after && response.retry_after)
        wait = std::max(wait, base::Duration(std::chrono::seconds(*response.retry_after)));
    finish(leg, Outcome::refused, wait);
}

void Phone::granted(Leg& leg, const SeenResponse& response) {
    leg.granted_until = {};
    for (const auto& [uri, expires] : response.contacts)
        if (uri == contact_) leg.granted_until = world_.calendar.now() + std::chrono::seconds(expires);
    leg.trying = false;
    if (leg.asked == 0) return;
    const base::Duration half = (leg.granted_until - world_.calendar.now()) / 2;
    finish(leg, Outcome::granted, std::min(std::max(half, base::Duration(500ms)), orders_.refresh_at_most));
}

// ---- what to do next

void Phone::finish(Leg& leg, Outcome outcome, base::Duration wait) {
    leg.trying = false;
    ++leg.attempt;
    if (outcome == Outcome::silent) leg.last_answer = "silence";
    if (!on_) return;
    if (orders_.habit == Habit::concurrent) return plan(leg, wait);
    after_list_outcome(leg, outcome, wait);
}

void Phone::after_list_outcome(Leg& leg, Outcome outcome, base::Duration wait) {
    const auto index = static_cast<std::size_t>(&leg - legs_.data());
    if (outcome == Outcome::granted) {
        const bool came_home = index == 0 && current_ != 0;
        if (came_home)
            for (Leg& other : legs_) ++other.plan;
        current_ = index;
        plan(leg, wait);
        if (orders_.habit == Habit::successive && index != 0) plan(legs_.front(), orders_.probe_home_every);
        return;
    }
    if (index != current_) {  // a probe of home that failed
        plan(leg, orders_.probe_home_every);
        return;
    }
    current_ = (current_ + 1) % legs_.size();
    plan(legs_[current_], wait / static_cast<std::int64_t>(legs_.size()));
}

}  // namespace innkeeper::world
