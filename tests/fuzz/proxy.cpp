// Whatever messages arrive, in whatever order, between a caller and the phones that ring: the proxy never breaks, what
// it sends is sound SIP, and when all time has passed nothing is left of it (R12, R15).
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "calls/proxy.h"

using namespace innkeeper;
using namespace std::chrono_literals;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

base::Flow flow(std::uint8_t number) {
    base::Flow made{number % 2 == 0 ? base::Transport::udp : base::Transport::tcp, 0, {}, number};
    made.remote.port = static_cast<std::uint16_t>(5060 + number);
    return made;
}

struct House {
    calls::Proxy proxy{calls::ProxySettings{}};
    base::Instant now{1s};
    std::vector<std::pair<calls::Hop, std::string>> sent;

    void settle(calls::ProxyEffects effects) {
        for (std::size_t i = 0; i < effects.size(); ++i) {
            calls::ProxyEffects more;
            const calls::ProxyEffect effect = effects[i];
            if (const auto* transmit = std::get_if<calls::Transmit>(&effect)) {
                require(static_cast<bool>(calls::Message::parse(transmit->octets)));
                sent.emplace_back(transmit->to, transmit->octets);
            }
            if (const auto* decide = std::get_if<calls::Decide>(&effect)) {
                std::vector<calls::Group> groups(2);
                for (std::uint8_t number = 1; number < 4; ++number)
                    groups[number / 3].forks.push_back(
                        {"sip:b@192.0.2.2", flow(number), "UDP 192.0.2.1:5060", {}, {"<sip:192.0.2.1;lr>"}, {}});
                groups[0].ring_for = 10s;
                proxy.forward(now, decide->id, std::move(groups), more);
            }
            if (const auto* exhausted = std::get_if<calls::Exhausted>(&effect))
                proxy.conclude(now, exhausted->id, more);
            effects.insert(effects.end(), more.begin(), more.end());
        }
    }
    void wait(base::Duration time) {
        const base::Instant end = now + time;
        while (proxy.next_deadline() <= end) {
            now = std::max(now, proxy.next_deadline());
            calls::ProxyEffects effects;
            proxy.on_time(now, effects);
            settle(std::move(effects));
        }
        now = end;
    }
    void receive(std::string_view octets, std::uint8_t from) {
        auto message = calls::Message::parse(octets);
        if (!message) return;
        const std::string written = message->text();
        const auto again = calls::Message::parse(written);
        require(again && again->text() == written);
        calls::ProxyEffects effects;
        proxy.receive(now, std::move(*message), flow(from), effects);
        settle(std::move(effects));
    }
    // One of the phones answers what it was sent last.
    void answer(std::uint8_t choice) {
        if (sent.empty()) return;
        const auto& [to, octets] = sent[choice % sent.size()];
        auto message = calls::Message::parse(octets);
        if (!message->is_request()) return;
        static constexpr std::uint16_t statuses[] = {100, 180, 200, 302, 407, 486, 503, 603};
        message->status = statuses[choice % 8];
        message->phrase = "Said";
        message->method.clear();
        calls::ProxyEffects effects;
        proxy.receive(now, std::move(*message), to, effects);
        settle(std::move(effects));
    }
};

}  // namespace

// Octets: one of order (who speaks, or time passes), then a message up to a null octet.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    House house;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    for (int step = 0; step < 64 && !rest.empty(); ++step) {
        const auto order = static_cast<std::uint8_t>(rest.front());
        rest.remove_prefix(1);
        if (order < 64) {
            house.wait(order * 100ms);
        } else if (order < 192) {
            house.answer(order);
        } else {
            const auto end = rest.find('\0');
            house.receive(rest.substr(0, end), order % 4);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        }
    }
    house.wait(20min);
    require(house.proxy.under_way() == 0);
    return 0;
}
