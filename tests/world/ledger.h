// What one site has said and done in its present life, as seen from outside.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/effect.h"
#include "world/calendar.h"

namespace innkeeper::world {

struct Ledger {
    struct Served {
        base::SiteName guest_of;                 // empty: own user
        bool stray = false;                      // a guest although its home serves
        std::map<std::string, Moment> contacts;  // Contact URI: until when
        Moment changed{};
    };
    std::map<base::Aor, Served> served;
    std::set<base::Aor> let_go;                    // served once in this life, or known from the last one, and no more
    std::map<base::SiteName, core::Phase> phases;  // of each home, as announced; absent: normal
    std::map<base::SiteName, Moment> phase_since;
    struct Failback {
        std::uint32_t relapses = 0;
        Moment last_relapse{};
        Moment last_wave{};  // when it last stopped sending phones home, or had sent all
    };
    std::map<base::SiteName, Failback> failbacks;
    std::map<base::SiteName, core::PeerHealth> health;
    std::map<base::Aor, base::SiteName> standbys;                         // and their homes, as last written
    std::map<base::Aor, std::pair<std::string, std::uint32_t>> licences;  // pool and number drawn, by AOR
    std::map<base::SiteName, bool> physical_seen;                         // since its failover was last normal
    std::map<base::Aor, Moment> turns;  // when those who wait may come, as they were told
    bool users_loaded = false;
    bool draining = false;
    bool pbx_lost = false;
    std::map<base::SiteName, core::ForcedVerdict> forced;  // what its operator says of a home
    Moment started{};
    Moment last_ready{};  // running with its users loaded
    Moment thawed{};
    bool heard_since_thaw = true;
    base::Duration frozen_for{};
    Moment timers_counted_from{};
    int timers = 0;

    void let_go_of(const base::Aor& aor) {
        served.erase(aor);
        let_go.insert(aor);
    }
    core::Phase phase(const base::SiteName& home) const {
        const auto known = phases.find(home);
        return known == phases.end() ? core::Phase::normal : known->second;
    }
    bool serves(const base::Aor& aor, Moment now) const {
        const auto known = served.find(aor);
        if (known == served.end()) return false;
        for (const auto& [contact, until] : known->second.contacts)
            if (until > now) return true;
        return false;
    }
};

}  // namespace innkeeper::world
