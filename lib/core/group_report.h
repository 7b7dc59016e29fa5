// What --groups tells of each hunt group. Values; lib/control renders them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/aor.h"
#include "base/ids.h"
#include "base/instant.h"

namespace innkeeper::core {

struct GroupMemberReport {
    std::string target;                // as in the definition
    std::optional<base::SiteName> at;  // where it is registered now; empty: nowhere, or a number outside
};

struct GroupReport {
    base::Aor aor;
    std::string display_name;
    std::string extension;
    bool enabled = true;
    base::SiteName home;
    base::SiteName in_service_at;  // this site, or the home
    base::Duration since{};        // for so long
    std::string trouble;           // what is wrong with the definition; then nothing below is meaningful
    std::string_view strategy;
    std::vector<GroupMemberReport> members;
    std::string overflow;  // empty: none
    std::vector<std::string> night;
    std::string night_target;  // empty: none
    bool night_now = false;
};

struct GroupsReport {
    std::vector<GroupReport> rows;  // by AOR
    std::optional<base::Aor> next;  // ask again with it; empty: this was the last page
};

}  // namespace innkeeper::core
