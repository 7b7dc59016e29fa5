#include "daemon/readiness.h"

namespace innkeeper::daemon {

web::Readiness readiness(const core::Census& census) {
    web::Readiness result;
    if (!census.status.serving) result.reasons.push_back(census.status.why_not_serving);
    if (census.status.draining) result.reasons.push_back("draining: " + census.status.drain_reason);
    result.ready = result.reasons.empty();
    for (const core::PairReadiness& pair : census.pairs) {
        web::Readiness::Pair shown{pair.home.text, pair.backup.text, pair.ready(), {}};
        for (const core::Finding& finding : pair.findings)
            shown.findings.push_back(std::string(to_text(finding.severity)) + ": " + finding.text + "; " +
                                     std::string(finding.advice));
        result.failovers.push_back(std::move(shown));
    }
    return result;
}

}  // namespace innkeeper::daemon
