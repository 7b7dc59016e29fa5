#include "daemon/readiness.h"

namespace innkeeper::daemon {

web::Readiness readiness(const core::StatusReport& status) {
    web::Readiness result;
    if (!status.serving) result.reasons.push_back(status.why_not_serving);
    if (status.draining) result.reasons.push_back("draining: " + status.drain_reason);
    result.ready = result.reasons.empty();
    return result;
}

}  // namespace innkeeper::daemon
