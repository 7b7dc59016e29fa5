// Which place reaches which, and how well. Places are sites and the rooms where phones stand; each direction of a path
// is cut and disturbed on its own.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "world/random.h"

namespace innkeeper::world {

using Place = std::string;

struct Quality {
    base::Duration latency = std::chrono::milliseconds(2);  // one way
    base::Duration jitter = std::chrono::milliseconds(3);   // added, drawn per packet
    double loss = 0;                                        // of packets
    double duplication = 0;                                 // of datagrams
    double reordering = 0;                                  // of datagrams: so many are overtaken by later ones
};

class Network {
public:
    explicit Network(Random random) : random_(random) {}

    void cut(const Place& from, const Place& to) { cuts_.insert({from, to}); }
    void cut_both(const Place& one, const Place& other);
    void heal(const Place& from, const Place& to) { cuts_.erase({from, to}); }
    void heal_both(const Place& one, const Place& other);
    void heal_all() { cuts_.clear(); }
    bool open(const Place& from, const Place& to) const { return !cuts_.contains({from, to}); }

    void disturb(const Place& from, const Place& to, Quality quality) { qualities_[{from, to}] = quality; }
    void disturb_all(Quality quality);  // every path, until calm_all()
    void calm_all();
    const Quality& quality(const Place& from, const Place& to) const;

    // Drawn for one packet.
    base::Duration delay(const Place& from, const Place& to);
    base::Duration delay_of_datagram(const Place& from, const Place& to);
    bool loses(const Place& from, const Place& to);
    bool duplicates(const Place& from, const Place& to);

private:
    Random random_;
    std::set<std::pair<Place, Place>> cuts_;
    std::map<std::pair<Place, Place>, Quality> qualities_;
    Quality general_;
};

}  // namespace innkeeper::world
