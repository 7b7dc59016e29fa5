// What the operator decided, as far as the core needs it: a value made once from the options, with their defaults.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/ids.h"
#include "base/instant.h"
#include "core/daily_window.h"
#include "core/feature_codes.h"
#include "core/phone_profile.h"
#include "core/voicemail_server.h"

namespace innkeeper::core {

using namespace std::chrono_literals;

struct HealthSettings {
    base::Duration heartbeat_interval = 500ms;
    base::Duration suspect_after = 1500ms;     // silence until a home is doubted
    base::Duration lost_after = 15s;           // silence alone until it is lost (IP13)
    base::Duration lost_after_witnessed = 3s;  // the same when a witness agrees
    std::uint32_t witness_phones = 1;          // how many of its phones must knock here to be a witness
    base::Duration pbx_lost_after = 10s;       // our own PBX does not answer for so long: this site does not serve
};

enum class FailoverTrigger : std::uint8_t { physical, any };
enum class FailbackMode : std::uint8_t { automatic, manual };

struct FailoverSettings {
    FailoverTrigger trigger = FailoverTrigger::physical;  // IP4
    FailbackMode failback_mode = FailbackMode::automatic;
    base::Duration failback_after = 60s;         // home proved stable (IP13)
    std::uint32_t failback_rate = 50;            // guests released per second
    std::uint32_t failback_canaries = 3;         // released before all others; zero: none
    std::optional<DailyWindow> failback_window;  // automatic failback inside of it only; none: at any time
    base::Duration homeless_grace = 5min;        // IP13
    base::Duration guest_lease = 60s;            // expiry granted to guests
    std::uint32_t admission_rate = 1000;         // new guests per second
    std::uint32_t guest_capacity = 0;            // guests of all homes together; 0: no limit
};

struct ExpirySettings {
    std::chrono::seconds min_expires{60};
    std::chrono::seconds max_expires{3600};
    std::chrono::seconds default_expires{300};
};

// What must be equal at home and backup (IP12); travels in Hello.
struct MatchingSettings {
    std::string root_ca;               // SHA-256 fingerprint of the CA certificate, lower-case hex; empty: no TLS
    std::vector<std::string> domains;  // in order
    bool ipv6 = false;                 // a `listen` with an IPv6 address
    bool operator==(const MatchingSettings&) const = default;
};

// What calls need to know of this site.
struct CallSettings {
    struct Address {  // of one listener, as others reach it
        base::Transport transport = base::Transport::udp;
        std::string host;  // IPv6 in brackets
        std::uint16_t port = 0;
        std::string name = {};  // that stands for it in Record-Route; empty: none
    };
    std::vector<Address> listeners;  // in the order that Flow::listener counts
    struct Pbx {
        std::string name;
        base::Transport transport = base::Transport::udp;
        base::Endpoint endpoint;
    };
    std::vector<Pbx> pbxs;           // tried in order
    bool register_upstream = false;  // our phones' AORs, with the first of them
    FeatureCodes feature_codes = standard_feature_codes();
    std::string voicemail_code = "*97";               // for one's own messages; empty: none
    std::string international_prefix = "00";          // of numbers for the PBX; empty: none but those that begin with +
    std::optional<VoicemailServer> voicemail;         // of our users
    std::optional<VoicemailServer> voicemail_backup;  // the same, where that one is not reached
    std::vector<std::string> emergency_numbers = {"112", "911", "999"};
};

struct Settings {
    base::SiteName site;
    std::vector<base::Transport> transports;  // that phones may use here, as `listen` says; empty: any
    std::vector<base::SiteName> peers;        // every other site, in configured order
    std::vector<base::SiteName> backups;      // those of the peers that hold our users' records, in order
    MatchingSettings matching;  // matching.domains is what we serve; the first is the realm of address-only phones
    HealthSettings health;
    FailoverSettings failover;
    ExpirySettings expiry;
    CallSettings calls;
    base::Duration nonce_lifetime = 1h;
    // User-Agents of physical phones, matched as prefixes without case, where the record does not know the terminal.
    std::vector<std::string> physical_user_agents = {"Yealink", "Avaya",  "Aastra",   "Mitel", "snom",
                                                     "Gigaset", "Cisco",  "Polycom",  "Poly ", "Grandstream",
                                                     "OBIHAI",  "Fanvil", "Panasonic"};
    PhoneProfiles phone_profiles = standard_phone_profiles();
};

}  // namespace innkeeper::core
