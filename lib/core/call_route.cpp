#include "core/call_route.h"

namespace innkeeper::core {

CallVerdict judge_call(const CallFacts& facts) {
    // Whoever it is: nobody asks for a password first, and no phone of ours can help.
    if (facts.emergency)
        return facts.pbx ? CallVerdict{CallTo::pbx, 0, {}, "emergency"}
                         : CallVerdict{CallTo::nobody, 503, "No PBX For Emergency Calls", "emergency_without_pbx"};
    if (!facts.proved) return {CallTo::challenge, 407, "Proxy Authentication Required", "challenged"};
    if (facts.for_us && facts.registered_here) return {CallTo::bindings, 0, {}, "registered_here"};
    // A call that another site has sent here is never sent to a third: both know the same registrations.
    if (facts.for_us && facts.registered_at && facts.origin != CallOrigin::site)
        return {CallTo::site, 0, {}, "registered_elsewhere"};
    if (facts.for_us && (facts.known_here || facts.registered_at))
        return {CallTo::nobody, 480, "Temporarily Unavailable", "not_registered"};
    // The PBX asks us about users that it does not know itself; back to it would be a loop.
    if (facts.origin == CallOrigin::user && facts.pbx) return {CallTo::pbx, 0, {}, "pbx"};
    if (facts.origin == CallOrigin::user && facts.pbx_away)
        return {CallTo::nobody, 503, "PBX Does Not Answer", "pbx_away"};
    return {CallTo::nobody, 404, "Not Found", "unknown"};
}

}  // namespace innkeeper::core
