// The rules of the watch that speak of what a site keeps: tables within their limits, replicas that catch up, licences
// within their pools. Looked at twice a second.
#include <algorithm>

#include "core/limits.h"
#include "world/watch.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration catching_up = 2s;    // R7: after any partition has healed
constexpr base::Duration hearing_of_it = 1s;  // two heartbeats: a redial, and a position that is told in the next one

}  // namespace

void Watch::judge_tables() {
    for (const auto& [name, site] : world_.sites()) {
        if (!site->running()) continue;
        const core::Census census = site->census();
        judge_sizes(*site, census);
        calls.judge_tables(*site, census);
        for (const core::PeerReport& peer : census.peers)
            judge_catching_up(*site, peer.site, std::max(peer.registrations_behind, peer.records_behind));
    }
}

// R15: nothing grows beyond what the users of the network can fill.
void Watch::judge_sizes(const Site& site, const core::Census& census) {
    const std::uint64_t users = world_.phones().size();
    const auto at_most = [&](const char* what, std::uint64_t count, std::uint64_t limit) {
        if (count > limit)
            violated("tables stay within their limits", site.name().text + ": " + std::to_string(count) + ' ' + what);
    };
    at_most("bindings", census.bindings, users * core::Limits::bindings_per_aor);
    at_most("registrations and guests", census.status.registrations + census.status.guests, users);
    at_most("registrations elsewhere", census.replica_registrations, users * (world_.sites().size() - 1));
    for (const core::LicenceReport& pool : census.licences)
        if (pool.used > pool.capacity)
            violated("licences in use never exceed the pool",
                     site.name().text + " counts " + std::to_string(pool.used) + " of " + pool.pool);
}

void Watch::judge_catching_up(const Site& reader, const base::SiteName& writer, std::uint64_t behind) {
    const std::pair key(reader.name(), writer);
    if (behind == 0 || clear_for(reader.name(), writer) == base::Duration{}) {
        behind_since_.erase(key);
        return;
    }
    const Moment since = behind_since_.try_emplace(key, world_.calendar.now()).first->second;
    if (world_.calendar.now() - since > catching_up + hearing_of_it)
        violated("replicas catch up within 2 s",
                 reader.name().text + " is " + std::to_string(behind) + " changes behind " + writer.text);
}

}  // namespace innkeeper::world
