// One attempt of a telephone with one server: datagrams that are sent again, or a stream that can fail.
#include <algorithm>

#include "world/login_queue.h"
#include "world/phone.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration first_resend = 500ms;  // T1 (RFC 3261 section 17.1.2.2)
constexpr base::Duration longest_resend = 4s;   // T2
constexpr base::Duration first_syn_again = 1s;
constexpr base::Duration segment_again = 800ms;
constexpr base::Duration options_patience = 2s;

}  // namespace

void Phone::attempt(Leg& leg, std::uint32_t expires) {
    leg.trying = true;
    leg.challenges = 0;
    leg.asked = expires;
    ++leg.plan;
    const std::uint64_t attempt = ++leg.attempt;
    send(leg);
    const bool last = streams() || &leg == &legs_.back();
    world_.calendar.after(silence_until_failed(orders_, last), [this, &leg, attempt] {
        if (!leg.trying || attempt != leg.attempt) return;
        leg.connection = 0;
        finish(leg, Outcome::silent);
    });
}

void Phone::compose(Leg& leg) {
    auto request = std::make_shared<support::OwnedRegister>();
    request->source = flow_by(leg);
    request->source.connection = 0;  // until it is carried over one
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
    if (streams()) return leg.connection == 0 ? connect(leg, first_syn_again) : carry(leg, leg.request);
    transmit(leg);
    resend_later(leg, first_resend);
}

void Phone::failed_at_once(Leg& leg) {
    leg.connection = 0;
    finish(leg, Outcome::silent);
}

// ---- datagrams

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
        const base::Duration travel = network.delay_of_datagram(here, there);
        const base::Duration return_travel = network.delay_of_datagram(there, here);
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
            world_.calendar.after(return_travel, [this, &leg, attempt] {  // ICMP: port unreachable (SR2)
                if (leg.trying && attempt == leg.attempt) failed_at_once(leg);
            });
        });
    }
}

// ---- streams (SR1)

void Phone::connect(Leg& leg, base::Duration next_try) {
    const Place& here = orders_.place;
    const Place& there = leg.server.text;
    Site& site = world_.site(there);
    const base::Duration round_trip = world_.network.delay(here, there) + world_.network.delay(there, here);
    const bool lost = world_.network.loses(here, there) || world_.network.loses(there, here);
    const std::uint64_t attempt = leg.attempt;
    world_.calendar.after(round_trip, [this, &leg, &site, attempt, lost, next_try] {
        if (!leg.trying || attempt != leg.attempt) return;
        const bool reached =
            world_.network.open(orders_.place, leg.server.text) && world_.network.open(leg.server.text, orders_.place);
        if (lost || !reached || !site.powered()) {
            world_.calendar.after(next_try, [this, &leg, attempt, next_try] {
                if (leg.trying && attempt == leg.attempt) connect(leg, next_try * 2);
            });
            return;
        }
        if (site.process() == Site::Process::off) return failed_at_once(leg);
        leg.connection = world_.new_connection();
        leg.life_of_site = site.life();
        carry(leg, leg.request);
    });
}

// A segment that a cut path or loss holds up is sent again until the connection is given up.
void Phone::carry(Leg& leg, std::shared_ptr<support::OwnedRegister> request) {
    const Place& here = orders_.place;
    const Place& there = leg.server.text;
    base::Duration travel = world_.network.delay(here, there);
    if (world_.network.loses(here, there)) travel += segment_again;
    const std::uint64_t connection = leg.connection;
    world_.calendar.after(travel, [this, &leg, request, connection] {
        if (leg.connection != connection) return;
        Site& site = world_.site(leg.server.text);
        const auto again = [this, &leg, request, connection] {
            if (leg.connection == connection) carry(leg, request);
        };
        if (!site.powered() || !world_.network.open(orders_.place, leg.server.text))
            return world_.calendar.after(segment_again, again);
        if (site.process() == Site::Process::off || site.life() != leg.life_of_site) return connection_ended(site);
        auto copy = std::make_shared<support::OwnedRegister>(*request);
        copy->source.connection = connection;
        const std::uint32_t cseq = request->cseq;
        site.receive(std::move(copy), [this, &leg, cseq, connection](const SeenResponse& response) {
            if (leg.connection == connection) bring(leg, cseq, response);
        });
    });
}

void Phone::bring(Leg& leg, std::uint32_t cseq, const SeenResponse& response) {
    base::Duration travel = world_.network.delay(leg.server.text, orders_.place);
    if (world_.network.loses(leg.server.text, orders_.place)) travel += segment_again;
    const std::uint64_t connection = leg.connection;
    world_.calendar.after(travel, [this, &leg, cseq, connection, response] {
        if (leg.connection != connection) return;
        if (world_.network.open(leg.server.text, orders_.place)) return receive(leg, cseq, response);
        world_.calendar.after(segment_again, [this, &leg, cseq, connection, response] {
            if (leg.connection == connection) bring(leg, cseq, response);
        });
    });
}

bool Phone::has_connection(const base::Flow& flow) const {
    return std::any_of(legs_.begin(), legs_.end(),
                       [&](const Leg& leg) { return leg.connection != 0 && leg.connection == flow.connection; });
}

void Phone::connection_ended(const Site& by) {
    if (!streams()) return;
    for (Leg& one : legs_) {
        if (one.server != by.name() || one.connection == 0) continue;
        const std::uint64_t connection = one.connection;
        if (!world_.network.open(by.name().text, orders_.place)) continue;
        world_.calendar.after(world_.network.delay(by.name().text, orders_.place), [this, &one, connection] {
            if (one.connection != connection) return;
            const bool its_server = one.granted_until > world_.calendar.now();
            one.granted_until = {};
            one.connection = 0;
            if (one.trying || its_server) failed_at_once(one);
        });
    }
}

// ---- answers

namespace {

// 200, 200 standby, 503 Please Failover, Retry-After 12
std::string in_words(const SeenResponse& response) {
    std::string words = std::to_string(response.status);
    if (response.warning.starts_with("standby")) words += " standby";
    if (response.status >= 300) words += ' ' + response.phrase;
    if (response.retry_after) words += ", Retry-After " + std::to_string(*response.retry_after);
    return words;
}

}  // namespace

void Phone::receive(Leg& leg, std::uint32_t cseq, const SeenResponse& response) {
    if (!leg.trying || cseq != leg.cseq) return;
    leg.last_answer = in_words(response);
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
    const bool waits = orders_.honours_retry_after || orders_.blacklists_for;
    if (waits && response.retry_after)
        leg.not_before = world_.calendar.now() + std::chrono::seconds(*response.retry_after);
    else if (orders_.blacklists_for)
        leg.not_before = world_.calendar.now() + *orders_.blacklists_for;
    finish(leg, Outcome::refused);
}

void Phone::granted(Leg& leg, const SeenResponse& response) {
    leg.granted_until = {};
    leg.not_before = {};
    for (const auto& [uri, expires] : response.contacts)
        if (uri == contact_) leg.granted_until = world_.calendar.now() + std::chrono::seconds(expires);
    leg.trying = false;
    if (leg.asked == 0) return;
    finish(leg, Outcome::granted);
}

void Phone::ask_home_by_options(std::uint64_t plan) {
    Leg& home = legs_.front();
    const Place& here = orders_.place;
    const Place& there = home.server.text;
    const base::Duration travel = world_.network.delay_of_datagram(here, there);
    const base::Duration return_travel = world_.network.delay_of_datagram(there, here);
    const bool lost = world_.network.loses(here, there) || world_.network.loses(there, here);
    world_.calendar.after(options_patience, [this, &home, plan] {
        if (on_ && plan == home.plan) plan_probe_of_home();
    });
    if (lost || !world_.network.open(here, there)) return;
    world_.calendar.after(travel, [this, &home, plan, return_travel] {
        Site& site = world_.site(home.server.text);
        base::Flow source;
        source.remote = address_;
        site.probe(source, std::string(orders_.aor.user()),
                   [this, &home, plan, return_travel](const SeenResponse& response) {
                       if (response.status != 200 || !world_.network.open(home.server.text, orders_.place)) return;
                       world_.calendar.after(return_travel, [this, &home, plan] {
                           if (on_ && plan == home.plan) attempt(home, orders_.expires);
                       });
                   });
    });
}

}  // namespace innkeeper::world
