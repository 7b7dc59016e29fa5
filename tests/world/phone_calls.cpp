// How a telephone's calls reach its servers, and what they send reaches it: datagrams, or the connection that it
// registered over.
#include <algorithm>

#include "world/phone.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

std::string_view name_of(base::Transport transport) {
    return transport == base::Transport::udp ? "UDP" : transport == base::Transport::tcp ? "TCP" : "TLS";
}

}  // namespace

void Phone::begin_calls() {
    Identity identity;
    identity.user = user();
    identity.domain = orders_.aor.domain();
    identity.contact = contact_;
    identity.sent_by = std::string(name_of(orders_.transport)) + ' ' + address_.text();
    identity.reliable = streams();
    identity.algorithm = orders_.algorithm;
    UserAgent::Surroundings around{
        world_.calendar, [this](const base::SiteName& server, const std::string& octets) { send_call(server, octets); },
        [this] { return working(); },
        [this](const Call& call) {
            world_.note(user(), to_text(call));
            world_.watch.calls.changed(*this, call);
        },
        [this](const base::SiteName& by, const calls::Message& invite) {
            world_.watch.calls.rings(*this, world_.site(by.text), invite);
            return invite.uri.starts_with("sip:" + user() + '@');
        }};
    calls_ = std::make_unique<UserAgent>(std::move(identity), canary_ha1(orders_.aor), std::move(around));
    world_.open_door(address_, {orders_.place, [this](Site& from, const std::string& octets) {
                                    if (powered_) calls_->receive(from.name(), octets);
                                }});
}

// ---- what its user does

void Phone::call(const std::string& number, base::SiteName by, bool with_credentials) {
    if (by.text.empty()) by = working();
    if (by.text.empty()) by = orders_.servers.front();
    const Act act(world_.inputs, [&] {
        return user() + " calls " + number + " by " + by.text + (with_credentials ? "" : " without credentials");
    });
    powered_ = true;
    calls_->dial(number, by, with_credentials);
}

void Phone::pick_up() {
    const Act act(world_.inputs, [&] { return user() + " picks up"; });
    calls_->pick_up();
}

void Phone::hang_up() {
    const Act act(world_.inputs, [&] { return user() + " hangs up"; });
    calls_->hang_up();
}

void Phone::refresh_call() {
    const Act act(world_.inputs, [&] { return user() + " refreshes its call"; });
    calls_->refresh();
}

void Phone::answer_after(std::optional<base::Duration> delay) {
    const Act act(world_.inputs, [&] {
        return user() + (delay ? " answers after " + sentence_of_time(*delay) : " lets its calls ring");
    });
    calls_->answer_after(delay);
}

void Phone::refuse_calls_with(std::uint16_t status) {
    const Act act(world_.inputs, [&] {
        return user() + (status == 0 ? " takes calls" : " refuses calls with " + std::to_string(status));
    });
    calls_->refuse_with(status);
}

// ---- the way to a server

base::Flow Phone::flow_by(const Leg& leg) const {
    base::Flow flow;
    flow.transport = orders_.transport;
    flow.listener = static_cast<std::uint8_t>(orders_.transport);  // a site's listeners are in that order
    flow.remote = address_;
    flow.connection = leg.connection;
    return flow;
}

void Phone::send_call(const base::SiteName& server, const std::string& octets) {
    Leg& by = leg(server);
    if (streams()) return by.connection == 0 ? connect_for_call(by, octets) : send_over_stream(by, octets);
    Network& network = world_.network;
    const Place& here = orders_.place;
    const bool twice = network.duplicates(here, server.text);
    for (int copy = 0; copy < (twice ? 2 : 1); ++copy) {
        const base::Duration travel = network.delay_of_datagram(here, server.text);
        if (network.loses(here, server.text) || !network.open(here, server.text)) continue;
        world_.calendar.after(
            travel, [this, server, octets, flow = flow_by(by)] { world_.site(server.text).receive_sip(flow, octets); });
    }
}

void Phone::connect_for_call(Leg& leg, const std::string& octets) {
    const Place& there = leg.server.text;
    const base::Duration round_trip =
        world_.network.delay(orders_.place, there) + world_.network.delay(there, orders_.place);
    world_.calendar.after(round_trip, [this, &leg, octets] {
        const Site& site = world_.site(leg.server.text);
        const bool reached =
            world_.network.open(orders_.place, leg.server.text) && world_.network.open(leg.server.text, orders_.place);
        if (!powered_ || !reached || site.process() != Site::Process::running) return;
        if (leg.connection == 0) {
            leg.connection = world_.new_connection();
            leg.life_of_site = site.life();
        }
        send_over_stream(leg, octets);
    });
}

void Phone::send_over_stream(Leg& leg, const std::string& octets) {
    leg.up->send([this, &leg, octets, connection = leg.connection] {
        if (leg.connection != connection) return;
        Site& site = world_.site(leg.server.text);
        if (!site.powered()) return;
        if (site.process() == Site::Process::off || site.life() != leg.life_of_site) return connection_ended(site);
        site.receive_sip(flow_by(leg), octets);
    });
}

bool Phone::has_dead_connection(const Site& site) const {
    return std::any_of(legs_.begin(), legs_.end(), [&](const Leg& one) {
        return one.server == site.name() && one.connection != 0 && one.life_of_site != site.life();
    });
}

bool Phone::carry_from(Site& site, const base::Flow& flow, const std::string& octets) {
    for (Leg& one : legs_) {
        if (one.server != site.name() || one.connection == 0 || one.connection != flow.connection) continue;
        if (one.life_of_site != site.life()) continue;  // made with an earlier life, which took it along
        one.down->send([this, &one, &site, octets, connection = flow.connection] {
            if (powered_ && one.connection == connection) calls_->receive(site.name(), octets);
        });
        return true;
    }
    return false;
}

}  // namespace innkeeper::world
