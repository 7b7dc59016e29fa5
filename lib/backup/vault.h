// The backup records that other sites have entrusted to this one: in memory only, wiped when dropped (IP8). Nothing
// here can be written to a disk: there is no row, no file and no text form of it; a user of two homes belongs to the
// first.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "backup/user_record.h"
#include "base/ids.h"

namespace innkeeper::backup {

class Vault {
public:
    struct Held {
        const base::SiteName* home = nullptr;
        const UserRecord* record = nullptr;
    };
    // Empty when no home has entrusted this user.
    Held find(const base::Aor& aor) const;

    // `generation` numbers the full copies of a home's records; `digest` is of the record.
    void put(const base::SiteName& home, UserRecord record, std::uint64_t digest, std::uint32_t generation);
    void drop(const base::SiteName& home, const base::Aor& aor);
    void drop_older(const base::SiteName& home, std::uint32_t generation);

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
        std::uint64_t digest = 0;
    };
    std::map<base::SiteName, Home> homes_;
};

}  // namespace innkeeper::backup
