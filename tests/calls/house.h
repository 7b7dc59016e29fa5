// A proxy with a caller and phones around it, and an owner that forwards every call to the groups of the test.
#pragma once

#include <catch2/catch.hpp>
#include <utility>

#include "calls/proxy.h"
#include "support.h"

namespace innkeeper::calls {

using namespace std::chrono_literals;

inline base::Flow flow(std::uint16_t port, base::Transport transport = base::Transport::udp) {
    return {transport, 0, {*base::IpAddress::parse("192.0.2.11"), port}, transport == base::Transport::udp ? 0U : port};
}

inline Fork fork(std::uint16_t port, base::Transport transport = base::Transport::udp) {
    return {"sip:1002@192.0.2.11:" + std::to_string(port),
            flow(port, transport),
            "UDP 192.0.2.1:5060",
            {},
            {"<sip:192.0.2.1:5060;lr>"},
            {},
            {}};
}

// The proxy between a caller at port 5060 and phones at other ports; the owner forwards to `groups`.
struct House {
    Proxy proxy{ProxySettings{}};
    base::Instant now{1s};
    std::vector<Group> groups = {{{fork(6001)}, base::Duration::max()}};
    std::vector<Group> overflow;  // when all have refused
    std::vector<Transmit> sent;
    std::vector<std::uint16_t> concluded;
    std::vector<RelayAck> acks;
    std::size_t decisions = 0;
    bool timed_out = false;  // as the last Exhausted said

    void settle(ProxyEffects effects) {
        for (std::size_t i = 0; i < effects.size(); ++i) {
            ProxyEffects more;
            if (auto* transmit = std::get_if<Transmit>(&effects[i])) sent.push_back(*transmit);
            if (auto* decide = std::get_if<Decide>(&effects[i])) {
                ++decisions;
                take_own_routes(*proxy.request_to_forward(decide->id),
                                [](const SipUri& uri) { return uri.host == "192.0.2.1"; });
                proxy.forward(now, decide->id, groups, more);
            }
            if (auto* exhausted = std::get_if<Exhausted>(&effects[i])) {
                timed_out = exhausted->timed_out;
                if (overflow.empty())
                    proxy.conclude(now, exhausted->id, more);
                else
                    proxy.forward(now, exhausted->id, std::exchange(overflow, {}), more);
            }
            if (auto* done = std::get_if<Concluded>(&effects[i])) {
                CHECK(proxy.request(done->id) != nullptr);  // still known when its owner hears of it
                concluded.push_back(done->status);
            }
            if (auto* ack = std::get_if<RelayAck>(&effects[i])) acks.push_back(*ack);
            effects.insert(effects.end(), more.begin(), more.end());
        }
    }
    void receive(Message message, const Hop& from) {
        ProxyEffects effects;
        proxy.receive(now, std::move(message), from, effects);
        settle(std::move(effects));
    }
    // The connection is gone.
    void lose(const Hop& hop) {
        ProxyEffects effects;
        proxy.lost(now, hop, effects);
        settle(std::move(effects));
    }
    void wait(base::Duration time) {
        const base::Instant end = now + time;
        while (proxy.next_deadline() <= end) {
            now = std::max(now, proxy.next_deadline());
            ProxyEffects effects;
            proxy.on_time(now, effects);
            settle(std::move(effects));
        }
        now = end;
    }
    // The octets sent to a port that begin with `start`, in order.
    std::vector<std::string> at(std::uint16_t port, std::string_view start) const {
        std::vector<std::string> found;
        for (const Transmit& one : sent)
            if (const auto* to = std::get_if<base::Flow>(&one.to);
                to != nullptr && to->remote.port == port && one.octets.substr(0, start.size()) == start)
                found.push_back(one.octets);
        return found;
    }
};

}  // namespace innkeeper::calls
