// The backup records that other sites have entrusted to this one: in memory only, wiped when dropped (IP8). Nothing
// here can be written to a disk: there is no row, no file and no text form of it; a user of two homes belongs to the
// first. Beside a record stand the settings that its user changed here as a guest (IP6): in effect until the failover
// ends, never told to the home.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "backup/user_record.h"
#include "base/ids.h"

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

    // `generation` numbers the full copies of a home's records; `digest` is of the record.
    void put(const base::SiteName& home, UserRecord record, std::uint64_t digest, std::uint32_t generation);
    void drop(const base::SiteName& home, const base::Aor& aor);
    void drop_older(const base::SiteName& home, std::uint32_t generation);

    void overlay(const base::SiteName& home, const base::Aor& aor, std::string settings);
    void end_overlays(const base::SiteName& home);

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
        std::unordered_map<base::Aor, std::string> overlays;  // of records held
        std::uint64_t digest = 0;
    };
    std::map<base::SiteName, Home> homes_;
};

}  // namespace innkeeper::backup
