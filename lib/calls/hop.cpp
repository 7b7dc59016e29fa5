#include "calls/hop.h"

namespace innkeeper::calls {
namespace {

base::Transport transport_of(const Hop& hop) {
    if (const auto* flow = std::get_if<base::Flow>(&hop)) return flow->transport;
    if (const auto* address = std::get_if<AddressHop>(&hop)) return address->transport;
    return base::Transport::tls;
}

}  // namespace

const base::IpAddress* address_of(const Hop& hop) {
    if (const auto* flow = std::get_if<base::Flow>(&hop)) return &flow->remote.ip;
    if (const auto* address = std::get_if<AddressHop>(&hop)) return &address->endpoint.ip;
    return nullptr;
}

bool is_reliable(const Hop& hop) {
    return transport_of(hop) != base::Transport::udp;
}

bool same_origin(const Hop& one, const Hop& other) {
    const base::IpAddress* here = address_of(one);
    const base::IpAddress* there = address_of(other);
    if (here != nullptr && there != nullptr) return *here == *there;
    return one == other;
}

}  // namespace innkeeper::calls
