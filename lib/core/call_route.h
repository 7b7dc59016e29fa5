// Where a call goes, and whether it may: facts in, verdict out. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.h"

namespace innkeeper::core {

enum class CallOrigin : std::uint8_t {
    user,  // of this network, by the AOR in its From
    pbx,   // by its address
    site,  // another site, over its link: it has judged the caller
};

struct CallFacts {
    CallOrigin origin = CallOrigin::user;
    bool proved = false;     // the caller is who it says
    bool emergency = false;  // an emergency number was dialled
    bool for_us = true;      // the Request-URI is of a domain or an address of ours
    bool registered_here = false;
    bool known_here = false;                      // an own user, or one whose record was entrusted to us
    std::optional<base::SiteName> registered_at;  // another site says so
    bool pbx = false;                             // one is there to take calls
    bool pbx_away = false;                        // there should be one, and it does not answer
};

enum class CallTo : std::uint8_t { challenge, bindings, site, pbx, nobody };

struct CallVerdict {
    CallTo to = CallTo::nobody;
    std::uint16_t status = 0;  // with nobody
    std::string_view phrase;
    std::string_view rule;  // label of metrics and call records
};

CallVerdict judge_call(const CallFacts& facts);

}  // namespace innkeeper::core
