#include "world/network.h"

namespace innkeeper::world {

void Network::cut_both(const Place& one, const Place& other) {
    cut(one, other);
    cut(other, one);
}

void Network::heal_both(const Place& one, const Place& other) {
    heal(one, other);
    heal(other, one);
}

void Network::disturb_all(Quality quality) {
    qualities_.clear();
    general_ = quality;
}

void Network::calm_all() {
    disturb_all(Quality{});
}

const Quality& Network::quality(const Place& from, const Place& to) const {
    const auto own = qualities_.find({from, to});
    return own == qualities_.end() ? general_ : own->second;
}

base::Duration Network::delay(const Place& from, const Place& to) {
    const Quality& path = quality(from, to);
    return path.latency + random_.between({}, path.jitter);
}

base::Duration Network::delay_of_datagram(const Place& from, const Place& to) {
    constexpr base::Duration most_overtaken = std::chrono::milliseconds(700);  // longer than a phone waits to repeat it
    const double share = quality(from, to).reordering;
    const base::Duration usual = delay(from, to);
    return share > 0 && random_.chance(share) ? usual + random_.between({}, most_overtaken) : usual;
}

bool Network::loses(const Place& from, const Place& to) {
    return random_.chance(quality(from, to).loss);
}

bool Network::duplicates(const Place& from, const Place& to) {
    return random_.chance(quality(from, to).duplication);
}

}  // namespace innkeeper::world
