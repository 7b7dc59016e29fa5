// SIP other than REGISTER at a site, as lib/sip/phone_edge carries it on real sockets.
#include "world/world.h"

namespace innkeeper::world {

void Site::receive_sip(const base::Flow& from, const std::string& octets) {
    if (process_ == Process::frozen && held_back_.size() > socket_buffer) return;
    when_awake([this, from, octets] {
        world_.note(name().text, "<- " + octets.substr(0, octets.find('\r')));
        if (auto message = calls::Message::parse(octets)) step(core::SipReceived{from, std::move(*message)}, {"SIP"});
    });
}

void Site::lose_hop(const calls::Hop& hop) {
    world_.calendar.after({}, [this, hop, life = life_] {
        if (life == life_) when_awake([this, hop] { step(core::HopLost{hop}, {"hop"}); });
    });
}

void Site::send_sip(const core::SendSip& message) {
    const auto* flow = std::get_if<base::Flow>(&message.to);
    if (const auto* address = std::get_if<calls::AddressHop>(&message.to);
        address != nullptr && is_pbx(*address) && world_.door_at(address->endpoint) == nullptr)
        return send_to_pbx(*address, message.octets);
    if (flow == nullptr || flow->transport == base::Transport::udp) {
        const auto* address = std::get_if<calls::AddressHop>(&message.to);
        return send_datagram(flow != nullptr ? flow->remote : address->endpoint, message.octets);
    }
    Phone* phone = world_.phone_at(flow->remote);
    if (phone == nullptr || !phone->carry_from(*this, *flow, message.octets)) lose_hop(message.to);
}

// To an address that nobody has it goes nowhere.
void Site::send_datagram(const base::Endpoint& to, const std::string& octets) {
    const World::Door* door = world_.door_at(to);
    if (door == nullptr) return;
    Network& network = world_.network;
    const Place& here = name().text;
    const bool twice = network.duplicates(here, door->place);
    for (int copy = 0; copy < (twice ? 2 : 1); ++copy) {
        const base::Duration travel = network.delay_of_datagram(here, door->place);
        if (network.loses(here, door->place) || !network.open(here, door->place)) continue;
        world_.calendar.after(travel, [this, door, octets] { door->receive(*this, octets); });
    }
}

}  // namespace innkeeper::world
