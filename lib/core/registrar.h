// The registrar's rules (RFC 3261 section 10.3 steps 6 to 8, RFC 5626 section 6, RFC 3327): what a REGISTER does to the
// bindings of its AOR, planned as a set of changes that are applied all or not at all.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "core/binding.h"
#include "core/refusal.h"
#include "core/register_request.h"
#include "core/settings.h"

namespace innkeeper::core {

struct KeepBinding {  // as it was, with a new CSeq and expiry
    std::size_t index = 0;
    std::uint32_t cseq = 0;
    base::Instant expires;
};
struct ReplaceBinding {
    std::size_t index = 0;
    Binding binding;
};
struct AddBinding {
    Binding binding;
};
struct RemoveBinding {
    std::size_t index = 0;
};
using BindingChange = std::variant<KeepBinding, ReplaceBinding, AddBinding, RemoveBinding>;

struct RegistrationPlan {
    std::vector<BindingChange> changes;  // at most one per existing binding
    bool retransmitted = false;          // seen before: answer again, change nothing
    bool removes_only = false;           // nothing is registered by it: a log-out, or a fetch
    bool outbound = false;               // an outbound registration was accepted (RFC 5626 section 6)
};

// Bounds on what is granted: an own user's are the operator's, a guest's end with the lease.
struct GrantBounds {
    std::chrono::seconds min;
    std::chrono::seconds max;
    std::chrono::seconds fallback;  // where the phone names none
};

std::variant<RegistrationPlan, Refusal> plan_registration(base::Instant now, const RegisterRequest& request,
                                                          const std::vector<Binding>& existing,
                                                          const GrantBounds& bounds, backup::TerminalKind terminal);

// What the plan leaves. `changes` are moved from.
void apply_plan(base::Instant now, RegistrationPlan& plan, std::vector<Binding>& bindings);

// How many bindings there will be, and how many terminals they are: one for each instance-id, or each Contact without.
std::size_t terminals_after(const RegistrationPlan& plan, const std::vector<Binding>& existing);

}  // namespace innkeeper::core
