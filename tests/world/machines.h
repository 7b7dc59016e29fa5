// Servers that take calls by themselves, each one at once: what stands behind a PBX, and voicemail.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "calls/message.h"
#include "world/network.h"

namespace innkeeper::world {

class Site;
class World;

// What one at `address` says to a request; nothing to an ACK.
std::optional<std::string> answer_of_machine(const calls::Message& request, std::uint16_t status,
                                             const base::Endpoint& address);

class Voicemail {
public:
    Voicemail(World& world, base::Endpoint address, Place place);

    void set_there(bool there);
    // Who called for whose mailbox and why, since the last time: "100 for 101, user-busy"; "100" for his own.
    std::vector<std::string> heard();

private:
    void receive(Site& from, const std::string& octets);

    World& world_;
    base::Endpoint address_;
    Place place_;
    bool there_ = true;
    std::vector<std::string> heard_;
};

}  // namespace innkeeper::world
