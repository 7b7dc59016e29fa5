// What a model of phone understands: the answer to each refusal, whether it registers with several servers at once, and
// which of its REGISTERs are no registrations at all. One table (etc/phone-profiles.conf), matched by User-Agent; the
// facts behind each row stand in that file. Values; nothing here knows a phone that is registered.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/refusal.h"

namespace innkeeper::core {

// SR4: a phone that registers with home and backup at once is refused for ever, or given a standby binding.
enum class Concurrent : std::uint8_t { block, standby };

// Which REGISTERs with Expires 0 ask whether this server would take the phone, and are no log-outs.
enum class Keepalive : std::uint8_t {
    none,          // every one is a log-out
    marked,        // those whose Contact says cisco-keep-alive
    unregistered,  // these, and those that name no Contact which is registered here
};

struct WaitRange {  // seconds, both ends included
    std::uint32_t least = 0;
    std::uint32_t most = 0;
    bool operator==(const WaitRange&) const = default;
};

// What replaces the usual answer for one reason.
struct RefusalStyle {
    std::uint16_t status = 0;  // 0: the usual one, with its phrase
    std::string phrase;
    std::optional<WaitRange> retry_after;
    std::string headers;  // whole lines, each with CRLF
    bool operator==(const RefusalStyle&) const = default;
};

struct PhoneProfile {
    std::string name;
    std::vector<std::string> user_agents;  // prefixes, without regard to case; none: the profile of all other phones
    Concurrent concurrent = Concurrent::block;
    Keepalive keepalive = Keepalive::marked;
    bool md5_only = false;                             // gives up when a challenge offers SHA-256 as well (RFC 8760)
    std::optional<std::uint32_t> longest_retry_after;  // seconds; 0: the phone is sent none
    std::map<Refusal, RefusalStyle> refusals;
    bool operator==(const PhoneProfile&) const = default;
};

// The longest prefix that fits decides. `profiles` ends with the one for all other phones.
class PhoneProfiles {
public:
    PhoneProfiles() = default;
    explicit PhoneProfiles(std::vector<PhoneProfile> profiles) : profiles_(std::move(profiles)) {}

    const PhoneProfile& of(std::string_view user_agent) const;
    const std::vector<PhoneProfile>& all() const { return profiles_; }
    bool operator==(const PhoneProfiles&) const = default;

private:
    std::vector<PhoneProfile> profiles_ = {PhoneProfile{"default", {}, {}, Keepalive::marked, false, {}, {}}};
};

// The table that the daemon brings along: etc/phone-profiles.conf as it was built.
const PhoneProfiles& standard_phone_profiles();

// What this phone is told. Views into the profile.
struct PhoneAnswer {
    std::uint16_t status = 503;
    std::string_view phrase;
    std::optional<std::uint32_t> retry_after;  // seconds
    std::string_view headers;
};
// `usual_wait`: what any phone would be told to wait. A wait that is a promise (`paced`) stays as it is.
PhoneAnswer answer_for(const PhoneProfile& profile, Refusal refusal, std::uint32_t usual_wait, std::uint64_t salt);

// Reasons whose answer a profile may change: those of gatekeeping, where a retry can help. What the protocol demands
// (400, 401, 404, 420, 423, 500) and a disabled user are the same for every phone.
bool is_gatekeeping(Refusal refusal);

std::string_view to_text(Concurrent concurrent);
std::string_view to_text(Keepalive keepalive);

}  // namespace innkeeper::core
