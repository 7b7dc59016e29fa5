// Where a message came from or goes next: a phone's flow, another site's link, or an address such as the PBX's.
#pragma once

#include <compare>
#include <string>
#include <variant>

#include "base/address.h"
#include "base/ids.h"

namespace innkeeper::calls {

// SIP between sites travels inside their mutual TLS link.
struct SiteHop {
    base::SiteName site;
    auto operator<=>(const SiteHop&) const = default;
};

struct AddressHop {
    base::Transport transport = base::Transport::udp;
    base::Endpoint endpoint;
    auto operator<=>(const AddressHop&) const = default;
};

using Hop = std::variant<base::Flow, AddressHop, SiteHop>;

// A message to be sent.
struct Transmit {
    Hop to;
    std::string octets;
};

// A reliable hop repeats by itself, so transactions over it do not (RFC 3261 section 17).
bool is_reliable(const Hop& hop);
const base::IpAddress* address_of(const Hop& hop);  // null: another site
// Does a message from `one` prove to come from where `other` is? Flows by source address, as NATs rebind ports.
bool same_origin(const Hop& one, const Hop& other);

}  // namespace innkeeper::calls
