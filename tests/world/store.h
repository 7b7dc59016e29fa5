// The PostgreSQL of one site and the queue in front of it, as the core sees them: rows by key, each replacing the
// earlier one; what is pending dies with the daemon, what is written survives. Moments are kept on the world's clock,
// as a timestamp in a database is.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/event.h"
#include "world/calendar.h"

namespace innkeeper::world {

class Store {
public:
    struct Kept {
        std::map<base::Aor, core::BindingsRow>
            bindings;  // `registered`, `expires`, `promised` as Instants of the world
        std::map<std::pair<base::SiteName, std::uint64_t>, core::FailoverRow> failovers;
        base::Epoch epoch;
    };

    // Takes a row whose instants are already the world's.
    void take(core::Row row);
    // Makes everything pending durable; nothing while away.
    void flush();
    void forget_pending() { pending_.clear(); }
    bool idle() const { return pending_.empty(); }

    bool available() const { return available_; }
    void set_available(bool available) { available_ = available; }
    const Kept& kept() const { return kept_; }

    std::vector<backup::UserRecord> users;  // of this site
    std::vector<core::LicencePool> pools;

private:
    std::vector<core::Row> pending_;
    Kept kept_;
    bool available_ = true;
};

}  // namespace innkeeper::world
