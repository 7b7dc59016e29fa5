// How a telephone chooses among its servers.
#include "world/phone.h"

#include <algorithm>

#include "world/login_queue.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration first_resend = 500ms;       // T1 (RFC 3261 section 17.1.2.2)
constexpr base::Duration longest_resend = 4s;        // T2
constexpr base::Duration longest_retry_after = 60s;  // that the daemon gives

}  // namespace

std::string_view to_text(Habit habit) {
    switch (habit) {
        case Habit::sticky_list:
            return "sticky";
        case Habit::successive:
            return "successive";
        case Habit::primary_first:
            return "primary-first";
        case Habit::concurrent:
            return "concurrent";
    }
    return "?";
}

base::Duration silence_until_failed(const PhoneOrders& orders, bool last_server) {
    if (last_server || !orders.retry_counts) return orders.give_up_after;
    base::Duration interval = first_resend;
    base::Duration sum = interval;
    for (std::uint32_t i = 0; i < *orders.retry_counts; ++i) {
        interval = std::min(interval * 2, longest_resend);
        sum += interval;
    }
    return sum;
}

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
        leg.up = std::make_unique<Pipe>(world_.calendar, world_.network, orders_.place, server.text);
        leg.down = std::make_unique<Pipe>(world_.calendar, world_.network, server.text, orders_.place);
        legs_.push_back(std::move(leg));
    }
    begin_calls();
}

Phone::Leg& Phone::leg(const base::SiteName& server) {
    return *std::find_if(legs_.begin(), legs_.end(), [&](const Leg& one) { return one.server == server; });
}

void Phone::switch_on() {
    const Act act(world_.inputs, [&] { return user() + " switches on"; });
    if (queue_ == nullptr) return log_in();
    if (queue_->accounts().front() == this) queue_->plug_in();
}

void Phone::switch_off() {
    const Act act(world_.inputs, [&] { return user() + " switches off"; });
    if (queue_ == nullptr) return lose_power();
    if (queue_->accounts().front() == this) queue_->unplug();
}

void Phone::log_in() {
    on_ = powered_ = true;
    registered_ = false;
    current_ = 0;
    for (Leg& one : legs_) {
        one.digest.forget();
        one.granted_until = {};
        one.not_before = {};
        one.trying = false;
        one.connection = 0;
        ++one.attempt;
        ++one.plan;
        if (orders_.habit == Habit::concurrent || &one == &legs_.front()) plan(one, world_.nature.between(0ms, 300ms));
    }
}

void Phone::log_out() {
    lose_power();
    for (Leg& one : legs_)
        if (one.granted_until > world_.calendar.now()) attempt(one, 0);
}

void Phone::lose_power() {
    on_ = powered_ = false;
    registered_ = false;
    world_.watch.calls.power_lost(*this);
    calls_->power_off();
    for (Leg& one : legs_) {
        ++one.plan;
        ++one.attempt;
        one.trying = false;
    }
}

bool Phone::waits_for_its_turn() const {
    return queue_ != nullptr && !registered_ && !queue_->has_turn(*this);
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
    base::Duration sum{};
    for (const Leg& one : legs_) sum += orders_.retry + silence_until_failed(orders_, &one == &legs_.back());
    const bool waits = orders_.honours_retry_after || orders_.blacklists_for;
    return waits ? sum + std::max(longest_retry_after, orders_.blacklists_for.value_or(0s)) : sum;
}

void Phone::knock(const base::SiteName& server) {
    const Act act(world_.inputs, [&] { return user() + " knocks at " + server.text; });
    powered_ = true;
    attempt(leg(server), orders_.expires);
}

void Phone::unregister(const base::SiteName& server) {
    const Act act(world_.inputs, [&] { return user() + " leaves " + server.text; });
    attempt(leg(server), 0);
}

// ---- what to do next

void Phone::plan(Leg& leg, base::Duration delay) {
    const std::uint64_t plan = ++leg.plan;
    world_.calendar.after(delay, [this, &leg, plan] {
        if (on_ && plan == leg.plan && !waits_for_its_turn()) attempt(leg, orders_.expires);
    });
}

void Phone::plan_probe_of_home() {
    Leg& home = legs_.front();
    const base::Duration delay = std::max(orders_.probe_home_every, home.not_before - world_.calendar.now());
    if (!orders_.probes_by_options) return plan(home, delay);
    const std::uint64_t plan = ++home.plan;
    world_.calendar.after(delay, [this, &home, plan] {
        if (on_ && plan == home.plan && current_ != 0) ask_home_by_options(plan);
    });
}

void Phone::finish(Leg& leg, Outcome outcome) {
    leg.trying = false;
    ++leg.attempt;
    if (outcome == Outcome::silent) leg.last_answer = "silence";
    if (!on_) {  // told by hand where to go
        if (outcome == Outcome::granted) current_ = index_of(leg);
        return;
    }
    const bool its_server = orders_.habit == Habit::concurrent || index_of(leg) == current_;
    if (outcome == Outcome::granted)
        registered_ = true;
    else if (its_server)
        registered_ = false;
    if (queue_ != nullptr) {
        if (registered_)
            queue_->logged_in(*this);
        else
            queue_->failed(*this);
        if (!on_) return;
    }
    if (orders_.habit != Habit::concurrent) return after_list_outcome(leg, outcome);
    if (outcome == Outcome::granted) return refresh_later(leg);
    plan(leg, std::max(orders_.retry, leg.not_before - world_.calendar.now()));
}

void Phone::refresh_later(Leg& leg) {
    const base::Duration half = (leg.granted_until - world_.calendar.now()) / 2;
    const base::Duration delay = std::min(std::max(half, base::Duration(500ms)), orders_.refresh_at_most);
    plan(orders_.habit == Habit::primary_first ? legs_.front() : leg, delay);
}

void Phone::after_list_outcome(Leg& leg, Outcome outcome) {
    const std::size_t index = index_of(leg);
    if (outcome == Outcome::granted) {
        const bool came_home = index == 0 && current_ != 0;
        if (came_home)
            for (Leg& other : legs_) ++other.plan;
        current_ = index;
        refresh_later(leg);
        if (orders_.habit == Habit::successive && index != 0) plan_probe_of_home();
        return;
    }
    if (index == current_) return try_next(index);
    if (current_ == 0) return;  // a late answer, or a knock that was not its own idea
    if (orders_.habit != Habit::primary_first) return index == 0 ? plan_probe_of_home() : void();
    // SR3: the server that works is next, after those before it.
    std::size_t next = index + 1;
    while (next < current_ && legs_[next].not_before > world_.calendar.now()) ++next;
    plan(legs_[std::min(next, current_)], {});
}

void Phone::try_next(std::size_t after) {
    const std::size_t count = legs_.size();
    const Moment now = world_.calendar.now();
    const auto sooner = [](const Leg& one, const Leg& other) { return one.not_before < other.not_before; };
    for (std::size_t step = 1; step <= count; ++step) {
        const std::size_t candidate = (after + step) % count;
        if (legs_[candidate].not_before > now) continue;
        current_ = candidate;
        return plan(legs_[candidate], orders_.retry / static_cast<std::int64_t>(count));
    }
    const auto soonest = std::min_element(legs_.begin(), legs_.end(), sooner);
    current_ = index_of(*soonest);
    plan(*soonest, soonest->not_before - now);
}

}  // namespace innkeeper::world
