#include "core/peer_health.h"

#include <algorithm>

namespace innkeeper::core {

HealthJudgement judge_health(const HealthSettings& settings, const HealthEvidence& evidence) {
    if (evidence.forced == ForcedVerdict::lost) return {PeerHealth::lost, "lost by the operator's verdict (--force)"};
    if (evidence.forced == ForcedVerdict::serving)
        return {PeerHealth::alive, "serving by the operator's verdict (--force)"};
    if (evidence.leaving) return {PeerHealth::lost, "it said that it is leaving", true};
    const bool silent = evidence.silence >= settings.suspect_after;
    if (evidence.ever_heard && !silent) {
        if (evidence.not_serving >= settings.lost_after_witnessed)
            return {PeerHealth::lost, "it says that it cannot serve", true};
        return {PeerHealth::alive, "heard"};
    }
    if (silent && evidence.third_peer_hears) return {PeerHealth::suspect, "silent here, but a third peer hears it"};
    // What a third peer saw counts like what we saw: with the witness gone, the wait begins there and not where our own
    // link broke (R3).
    const base::Duration unseen = std::min(evidence.silence, evidence.testimony_age);
    if (unseen >= settings.lost_after) return {PeerHealth::lost, "silent for lost-after"};
    if (unseen >= settings.lost_after_witnessed) {
        if (evidence.port_refuses) return {PeerHealth::lost, "silent, and its port refuses"};
        if (evidence.knocking_phones >= settings.witness_phones)
            return {PeerHealth::lost, evidence.knocking_phones > 1 ? "silent, and several of its phones knock here"
                                                                   : "silent, and one of its phones knocks here"};
        if (evidence.third_peer_misses) return {PeerHealth::lost, "silent, and a third peer misses it too"};
    }
    if (!evidence.ever_heard) return {PeerHealth::unknown, "not heard since this site started"};
    return {PeerHealth::suspect, "silent for suspect-after"};
}

std::optional<base::Duration> next_threshold(const HealthSettings& settings, base::Duration silence) {
    for (const base::Duration threshold : {settings.suspect_after, settings.lost_after_witnessed, settings.lost_after})
        if (silence < threshold) return threshold;
    return std::nullopt;
}

}  // namespace innkeeper::core
