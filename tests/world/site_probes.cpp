// How a site asks a phone whether it is there, as lib/sip/phone_prober does it on real sockets.
#include <algorithm>

#include "core/limits.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration sent_again_after = 300ms;

}  // namespace

void Site::ask_phone(const core::ProbePhone& probe) {
    const auto& phones = world_.phones();
    const auto asked = std::find_if(phones.begin(), phones.end(),
                                    [&](const auto& phone) { return phone->contact() == probe.contact; });
    const auto reported = std::make_shared<bool>(false);
    const auto report = [this, reported, id = probe.probe, life = life_](bool heard) {
        if (std::exchange(*reported, true)) return;
        when_awake([this, id, life, heard] {
            if (life == life_) step(core::PhoneProbed{id, heard}, {"probe"});
        });
    };
    const bool streams = probe.flow.transport != base::Transport::udp;
    if (asked == phones.end() || (streams && !(*asked)->has_connection(probe.flow)))
        return world_.calendar.after(0ms, [report] { report(false); });
    const Phone& phone = **asked;
    Network& network = world_.network;
    const Place here = name().text, there = phone.orders().place;
    for (base::Duration sent{}; sent < core::Limits::phone_probe; sent += sent_again_after) {
        const bool lost = network.loses(here, there) || network.loses(there, here);
        const base::Duration travel = network.delay(here, there), back = network.delay(there, here);
        if (lost && !streams) continue;
        world_.calendar.after(sent + travel, [this, report, &phone, here, there, back, flow = probe.flow] {
            if (!phone.answers() || !world_.network.open(here, there)) return;
            if (flow.transport != base::Transport::udp && !phone.has_connection(flow)) return;
            world_.calendar.after(back, [this, report, here, there] {
                if (world_.network.open(there, here)) report(true);
            });
        });
    }
    world_.calendar.after(core::Limits::phone_probe, [report] { report(false); });
}

}  // namespace innkeeper::world
