#include "core/phone_profile.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/assert.h"
#include "core/phone_profile_text.h"

namespace innkeeper::core {
const PhoneProfile& PhoneProfiles::of(std::string_view user_agent) const {
    const PhoneProfile* best = &profiles_.back();
    std::size_t longest = 0;
    for (const PhoneProfile& profile : profiles_) {
        for (const std::string& prefix : profile.user_agents) {
            if (prefix.size() <= longest || !base::starts_ignoring_case(user_agent, prefix)) continue;
            best = &profile;
            longest = prefix.size();
        }
    }
    return *best;
}

const PhoneProfiles& standard_phone_profiles() {
    static const PhoneProfiles profiles = [] {
        PhoneProfileText read = read_phone_profiles(embedded_phone_profiles());
        INNKEEPER_ASSERT(read.faults.empty());
        return std::move(read.profiles);
    }();
    return profiles;
}

PhoneAnswer answer_for(const PhoneProfile& profile, Refusal refusal, std::uint32_t usual_wait, std::uint64_t salt) {
    const RefusalAnswer usual = answer_for(refusal);
    PhoneAnswer answer{usual.status, usual.phrase, std::nullopt, {}};
    if (usual.status == 503) answer.retry_after = usual_wait;
    if (!is_gatekeeping(refusal)) return answer;
    if (const auto style = profile.refusals.find(refusal); style != profile.refusals.end()) {
        if (style->second.status != 0) {
            answer.status = style->second.status;
            answer.phrase = style->second.phrase;
        }
        if (const auto& wait = style->second.retry_after)
            answer.retry_after = wait->least + static_cast<std::uint32_t>(salt % (wait->most - wait->least + 1));
        answer.headers = style->second.headers;
    }
    if (profile.longest_retry_after == 0u)
        answer.retry_after.reset();
    else if (profile.longest_retry_after && refusal != Refusal::paced)
        answer.retry_after = std::min(*answer.retry_after, *profile.longest_retry_after);
    return answer;
}

bool is_gatekeeping(Refusal refusal) {
    switch (refusal) {
        case Refusal::malformed:
        case Refusal::unsupported_extension:
        case Refusal::interval_too_brief:
        case Refusal::too_many_bindings:
        case Refusal::stale_sequence:
        case Refusal::domain_not_served:
        case Refusal::wrong_credentials:
        case Refusal::user_disabled:
            return false;
        default:
            return true;
    }
}

std::string_view to_text(Concurrent concurrent) {
    return concurrent == Concurrent::standby ? "standby" : "block";
}

std::string_view to_text(Keepalive keepalive) {
    switch (keepalive) {
        case Keepalive::none:
            return "none";
        case Keepalive::marked:
            return "marked";
        case Keepalive::unregistered:
            return "unregistered";
    }
    return "none";
}

}  // namespace innkeeper::core
