// Why a REGISTER is not granted: one enum, one table to what the phone is told (design decision 3), one row per reason
// in README.md for operators.
#pragma once

#include <cstdint>
#include <string_view>

namespace innkeeper::core {

enum class Refusal : std::uint8_t {
    // the request
    malformed,              // 400
    unsupported_extension,  // 420 with Unsupported
    interval_too_brief,     // 423 with Min-Expires
    too_many_bindings,      // 503: all or nothing (R15)
    stale_sequence,         // 500: CSeq not higher under the same Call-ID (RFC 3261 section 10.3 step 7)
    domain_not_served,      // 404
    wrong_credentials,      // 401 again
    user_disabled,          // 403
    // gatekeeping
    registered_at_home,  // IP2: the home serves
    home_is_asked,       // the home serves and is asked whether it still hears this phone
    home_not_lost_yet,   // the home is silent, the verdict is not reached
    awaiting_physical,   // IP4: a softphone before the first physical phone
    paced,               // admissions are paced; Retry-After is the phone's turn
    home_is_settling,    // the home is back, new guests go there
    home_is_back,        // failback: this guest is released
    guest_of_backup,     // here is its home, but its backup serves it until the failback is its turn
    no_licence,          // pool empty or ended
    no_room,             // guest-capacity is used up
    draining,            // planned maintenance here
    users_not_loaded,    // no records yet: PostgreSQL away since start
    pbx_lost,            // the PBX of this site does not answer
    just_woken,          // R5: this site did not run for longer than a lease and hears its peers first
};

inline constexpr Refusal every_refusal[] = {
    Refusal::malformed,
    Refusal::unsupported_extension,
    Refusal::interval_too_brief,
    Refusal::too_many_bindings,
    Refusal::stale_sequence,
    Refusal::domain_not_served,
    Refusal::wrong_credentials,
    Refusal::user_disabled,
    Refusal::registered_at_home,
    Refusal::home_is_asked,
    Refusal::home_not_lost_yet,
    Refusal::awaiting_physical,
    Refusal::paced,
    Refusal::home_is_settling,
    Refusal::home_is_back,
    Refusal::guest_of_backup,
    Refusal::no_licence,
    Refusal::no_room,
    Refusal::draining,
    Refusal::users_not_loaded,
    Refusal::pbx_lost,
    Refusal::just_woken,
};

std::string_view to_text(Refusal refusal);      // "registered_at_home": label and log value
std::string_view explanation(Refusal refusal);  // a sentence for operators
std::string_view advice(Refusal refusal);       // what to do, for operators: as in README.md

struct RefusalAnswer {
    std::uint16_t status;
    std::string_view phrase;
};
RefusalAnswer answer_for(Refusal refusal);

}  // namespace innkeeper::core
