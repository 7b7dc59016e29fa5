#include "core/standby.h"

#include <algorithm>

namespace innkeeper::core {

bool is_served(const std::vector<Binding>& bindings) {
    return std::any_of(bindings.begin(), bindings.end(),
                       [](const Binding& binding) { return binding.role != Role::standby; });
}

base::Instant newest_registration(const std::vector<Binding>& bindings) {
    base::Instant newest = base::Instant::min();  // zero is when the machine booted: bindings may be older
    for (const Binding& binding : bindings)
        if (binding.role != Role::standby) newest = std::max(newest, binding.registered);
    return newest;
}

bool stands_in(const std::vector<Binding>& bindings) {
    return is_served(bindings) && std::none_of(bindings.begin(), bindings.end(),
                                               [](const Binding& binding) { return binding.role == Role::service; });
}

bool may_stand_by(const AdmissionFacts& facts, Refusal refusal) {
    if (facts.concurrent != Concurrent::standby || !facts.registered_at_home) return false;
    switch (refusal) {
        case Refusal::registered_at_home:
        case Refusal::home_is_asked:  // served at once if its home turns out not to reach it
        case Refusal::awaiting_physical:
        case Refusal::home_is_settling:
        case Refusal::home_is_back:
            return true;
        case Refusal::home_not_lost_yet:
            return facts.standby_here;  // a newcomer is a witness, and asks again within seconds
        default:
            return false;
    }
}

bool put_in_service(base::Instant now, std::vector<Binding>& bindings) {
    bool changed = false;
    for (Binding& binding : bindings) {
        if (binding.role != Role::standby) continue;
        binding.role = Role::stand_in;
        binding.registered = now;
        changed = true;
    }
    return changed;
}

bool home_is_back(Phase phase) {
    return phase != Phase::allowed && phase != Phase::active;
}

bool stand_down(std::vector<Binding>& bindings) {
    bool changed = false;
    for (Binding& binding : bindings) {
        if (binding.role != Role::stand_in) continue;
        binding.role = Role::standby;
        changed = true;
    }
    return changed;
}

std::string_view standby_warning() {
    return "standby: no service here while your home serves";
}

std::string_view stray_warning() {
    return "stray guest: its home serves but does not reach it";
}

std::string_view guest_warning(Phase phase) {
    return phase == Phase::allowed || phase == Phase::active ? "guest: your home is out of service"
                                                             : "guest: your home is coming back";
}

}  // namespace innkeeper::core
