// Gauges of how the core stands.
#pragma once

#include <array>
#include <map>
#include <string>

#include "core/census.h"
#include "core/settings.h"
#include "metrics/series.h"

namespace innkeeper::metrics {

class CensusSeries {
public:
    CensusSeries(prometheus::Registry& registry, const core::Settings& settings);
    void observe(const core::Census& census);

private:
    struct Site {
        Gauge& serving;
        Gauge& users_borrowed;
        Gauge& draining;
        Gauge& database_available;
        Gauge& users;
        Gauge& registrations;
        Gauge& bindings;
        Gauge& replica_registrations;
        Gauge& admission_rate;
        Gauge& admissions_waiting;
        Gauge& all_in;
    };
    struct Home {
        std::array<Gauge*, std::size(core::every_phase)> phase;
        Gauge* in_phase;
        Gauge* stability;
        Gauge* in_call;
        Gauge* guests;
        Gauge* strays;
        std::array<Gauge*, 2> forced;  // lost, serving
        Gauge* standbys;
        Gauge* records;
    };
    struct Peer {
        std::array<Gauge*, std::size(core::every_peer_health)> health;
        Gauge* link_up;
        Gauge* silence;
        Gauge* registrations_behind;
        Gauge* records_behind;
        Gauge* mismatches;
    };
    struct Pair {
        Gauge* ready;
        Gauge* blocks;
        Gauge* warns;
    };
    struct Pool {
        Gauge* used;
        Gauge* free;
        Gauge* left;
    };

    static Site make_site(prometheus::Registry& registry);
    void add_homes(prometheus::Registry& registry, const core::Settings& settings);
    void add_peers(prometheus::Registry& registry, const core::Settings& settings);
    void add_pairs(prometheus::Registry& registry, const core::Settings& settings);
    void observe_pairs(const core::Census& census);
    void add_pools(prometheus::Registry& registry);
    void observe_licences(const core::Census& census);

    Site site_;
    std::map<base::SiteName, Home> homes_;
    std::map<base::SiteName, Peer> peers_;
    std::map<std::string, Gauge*> pbxs_;                               // by their names in the configuration
    std::array<Gauge*, 3> upstream_;                                   // registered, failed, waiting
    std::map<std::pair<base::SiteName, base::SiteName>, Pair> pairs_;  // home and backup
    std::map<std::string, Pool, std::less<>> pools_;
};

}  // namespace innkeeper::metrics
