// What a telephone is told before it is switched on: its user, its servers, and how its model behaves towards them.
// Times and counts are those of the models' own settings (SR6).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/digest.h"
#include "backup/user_record.h"
#include "base/address.h"
#include "base/aor.h"
#include "base/ids.h"
#include "base/instant.h"
#include "world/network.h"

namespace innkeeper::world {

enum class Habit : std::uint8_t {
    sticky_list,    // goes down its list when a server fails, stays where it was let in
    successive,     // SR5: home first, the next after a failure; while away it probes home
    primary_first,  // SR3: every registration, a refresh too, tries the primary before the server that works
    concurrent,     // SR4: registers with all of its servers at once
};
inline constexpr Habit every_habit[] = {Habit::sticky_list, Habit::successive, Habit::primary_first, Habit::concurrent};
std::string_view to_text(Habit habit);  // "sticky", "successive", "primary-first", "concurrent"

struct PhoneOrders {
    base::Aor aor;
    base::SiteName home;
    std::vector<base::SiteName> servers;  // home first
    Place place;
    Habit habit = Habit::successive;
    backup::TerminalKind terminal = backup::TerminalKind::desk;
    backup::Priority priority = backup::Priority::normal;
    std::string user_agent = "snomD785/10.1.54.13";
    auth::Algorithm algorithm = auth::Algorithm::md5;
    base::Transport transport = base::Transport::udp;        // over a stream a connection that fails is a failure (SR1)
    std::uint32_t expires = 60;                              // seconds asked for
    base::Duration refresh_at_most = std::chrono::hours(1);  // it refreshes at half of its expiry or after this
    base::Duration retry = std::chrono::seconds(1);
    base::Duration probe_home_every = std::chrono::seconds(10);
    bool probes_by_options = false;                          // home is asked by OPTIONS whether it is back
    base::Duration give_up_after = std::chrono::seconds(3);  // no answer; of the last server alone if retry_counts
    std::optional<std::uint32_t> retry_counts;               // SR2: datagrams repeated to any server but the last
    bool honours_retry_after = false;                        // asks the same server again at that moment, not before
    std::optional<base::Duration> blacklists_for;            // the same, and after a refusal that names no time
};

// Until a server that answers nothing has failed.
base::Duration silence_until_failed(const PhoneOrders& orders, bool last_server);

}  // namespace innkeeper::world
