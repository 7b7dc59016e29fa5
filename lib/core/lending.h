// Records from a third party: a site that holds none of a home's, and cannot ask that home, fetches them page by page
// from another of its backups; a site without its database fetches its own users from one of its backups. A value for
// each home asked for; what is lent to whom is decided in lending.cpp. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/aor.h"
#include "base/ids.h"
#include "base/instant.h"

namespace innkeeper::core {

struct Borrowing {
    base::SiteName from;  // whom a page is asked of; empty: nobody now
    base::SiteName asked_last;
    base::Aor after;  // what is asked for comes after this one
    base::Instant asked;
    std::size_t refused = 0;  // how many have had nothing to lend since somebody was asked anew
    std::uint64_t count = 0;  // records so far

    static constexpr base::Duration patience = std::chrono::seconds(2);  // with a page, and between two rounds
    bool under_way(base::Instant now) const { return !from.text.empty() && now - asked < patience; }
    // Somebody may be asked now: nobody is being waited for, and a round that ended without records is some time ago.
    bool may_ask(base::Instant now, std::size_t lenders) const {
        return !under_way(now) && (refused < lenders || now - asked >= patience);
    }
};

}  // namespace innkeeper::core
