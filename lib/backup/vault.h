// The backup records that other sites have entrusted to this one: in memory only, wiped when dropped (IP8). Nothing
// here can be written to a disk: there is no row and no text form of it, and the frames that it makes of its changes
// are for memory that outlives the process (core/remembering.cpp). A user of two homes belongs to the first. Beside a
// record stand the settings that its user changed here as a guest (IP6): in effect until the failover ends, never told
// to the home.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "backup/extension_index.h"
#include "backup/user_record.h"
#include "base/ids.h"
#include "base/wiped_bytes.h"

namespace innkeeper::backup {

class Vault {
public:
    struct Held {
        const base::SiteName* home = nullptr;
        const UserRecord* record = nullptr;
        const std::string* settings = nullptr;  // in effect: changed here, else the record's
    };
    // Empty when no home has entrusted this user.
    Held find(const base::Aor& aor) const;
    const base::Aor* find_extension(const base::Aor& dialled) const;  // null: nobody's

    // `generation` numbers the full copies of a home's records; `digest` is of the record.
    void put(const base::SiteName& home, UserRecord record, std::uint64_t digest, std::uint32_t generation);
    void drop(const base::SiteName& home, const base::Aor& aor);
    void drop_older(const base::SiteName& home, std::uint32_t generation);
    void drop_all(const base::SiteName& home);

    // From now on every change is also appended to `journal` as a frame (record_image.h).
    void write_changes_to(base::WipedBytes* journal) { journal_ = journal; }
    // All there is, as frames: records and what was changed of them here.
    void write_all(base::WipedBytes& to) const;

    void overlay(const base::SiteName& home, const base::Aor& aor, std::string settings);
    void end_overlays(const base::SiteName& home);

    // Calls visit(const UserRecord&) for at most `most` records of `home` after `after`, in the order of their AORs.
    // True: there are no more.
    template <class Visit>
    bool visit_after(const base::SiteName& home, const base::Aor& after, std::size_t most, Visit visit) {
        const std::vector<const UserRecord*>& order = in_order(home);
        auto next = std::upper_bound(order.begin(), order.end(), after,
                                     [](const base::Aor& aor, const UserRecord* record) { return aor < record->aor; });
        for (; next != order.end() && most > 0; ++next, --most) visit(**next);
        return next == order.end();
    }

    // Calls visit(const UserRecord&, const std::string& settings) for what was changed here of a home's users, in the
    // order of their AORs.
    template <class Visit>
    void each_overlay(const base::SiteName& home, Visit visit) const {
        const auto of = homes_.find(home);
        if (of == homes_.end()) return;
        for (const auto& [aor, settings] : of->second.overlays) visit(of->second.records.at(aor).record, settings);
    }

    // Calls visit(const UserRecord&) for each record of `home`, in no order.
    template <class Visit>
    void each(const base::SiteName& home, Visit visit) const {
        const auto of = homes_.find(home);
        if (of == homes_.end()) return;
        for (const auto& [aor, kept] : of->second.records) visit(kept.record);
    }

    std::uint64_t count(const base::SiteName& home) const;
    std::uint64_t digest(const base::SiteName& home) const;

private:
    struct Kept {
        UserRecord record;
        std::uint64_t digest = 0;
        std::uint32_t generation = 0;
    };
    struct Home {
        std::unordered_map<base::Aor, Kept> records;
        std::map<base::Aor, std::string> overlays;  // of records held
        ExtensionIndex extensions;
        std::uint64_t digest = 0;
        std::vector<const UserRecord*> order;  // by AOR; empty: to be made when it is asked for
    };
    const std::vector<const UserRecord*>& in_order(const base::SiteName& home);

    std::map<base::SiteName, Home> homes_;
    base::WipedBytes* journal_ = nullptr;
};

}  // namespace innkeeper::backup
