#include "core/registrar.h"

#include <algorithm>
#include <optional>

#include "core/contact_uri.h"
#include "core/limits.h"

namespace innkeeper::core {
namespace {

bool is_outbound(const ContactRequest& contact) {
    return contact.reg_id != 0 && !contact.instance.empty();
}

// RFC 5626 section 6: an outbound registration is known by instance-id and reg-id, any other by its Contact URI.
bool is_for(const Binding& binding, const ContactRequest& contact) {
    if (is_outbound(contact)) return binding.reg_id == contact.reg_id && binding.instance == contact.instance;
    return same_contact(binding.contact, contact.uri);
}

bool within_limits(const RegisterRequest& request) {
    if (request.call_id.empty() || request.call_id.size() > Limits::call_id_octets) return false;
    if (request.path.size() > Limits::path_octets) return false;
    return std::all_of(request.contacts.begin(), request.contacts.end(), [](const ContactRequest& contact) {
        return !contact.uri.empty() && contact.uri.size() <= Limits::contact_octets &&
               contact.instance.size() <= Limits::instance_octets && contact.q <= 1000;
    });
}

enum class Order { newer, same, older };
Order order_of(const Binding& binding, const RegisterRequest& request) {
    if (binding.call_id != request.call_id) return Order::newer;
    if (request.cseq > binding.cseq) return Order::newer;
    return request.cseq == binding.cseq ? Order::same : Order::older;
}

bool unchanged(const Binding& binding, const RegisterRequest& request, const ContactRequest& contact,
               backup::TerminalKind terminal) {
    return binding.contact == contact.uri && binding.call_id == request.call_id &&
           binding.instance == contact.instance && binding.reg_id == contact.reg_id && binding.q == contact.q &&
           binding.path == request.path && binding.flow == request.source && binding.terminal == terminal &&
           std::string_view(binding.user_agent) == request.user_agent.substr(0, Limits::user_agent_octets);
}

Binding make_binding(base::Instant now, const RegisterRequest& request, const ContactRequest& contact,
                     base::Instant expires, backup::TerminalKind terminal) {
    Binding binding;
    binding.contact = contact.uri;
    binding.call_id = request.call_id;
    binding.instance = contact.instance;
    binding.path = request.path;
    binding.user_agent = request.user_agent.substr(0, Limits::user_agent_octets);
    binding.cseq = request.cseq;
    binding.reg_id = contact.reg_id;
    binding.q = contact.q;
    binding.flow = request.source;
    binding.terminal = terminal;
    binding.registered = now;
    binding.expires = expires;
    return binding;
}

std::variant<RegistrationPlan, Refusal> plan_removal_of_all(const RegisterRequest& request,
                                                            const std::vector<Binding>& existing) {
    if (!request.contacts.empty() || request.expires != 0u) return Refusal::malformed;
    RegistrationPlan plan;
    plan.removes_only = true;
    for (std::size_t i = 0; i < existing.size(); ++i) {
        if (order_of(existing[i], request) != Order::newer) return Refusal::stale_sequence;
        plan.changes.emplace_back(RemoveBinding{i});
    }
    return plan;
}

// Seconds granted, or nothing when the phone asks for too little.
std::optional<std::chrono::seconds> granted(const RegisterRequest& request, const ContactRequest& contact,
                                            const GrantBounds& bounds) {
    const std::optional<std::uint32_t> asked = contact.expires ? contact.expires : request.expires;
    const auto wish = asked ? std::chrono::seconds(*asked) : bounds.fallback;
    if (wish.count() != 0 && wish < bounds.min && wish < std::chrono::hours(1)) return std::nullopt;
    return std::min(wish, bounds.max);
}

// A Contact that one request names twice counts once, as first named; so does a binding that two of them fit.
bool is_planned(const RegistrationPlan& plan, const ContactRequest& contact, std::size_t index) {
    return std::any_of(plan.changes.begin(), plan.changes.end(), [&](const BindingChange& change) {
        if (const auto* add = std::get_if<AddBinding>(&change)) return is_for(add->binding, contact);
        if (const auto* keep = std::get_if<KeepBinding>(&change)) return keep->index == index;
        if (const auto* replace = std::get_if<ReplaceBinding>(&change)) return replace->index == index;
        return std::get<RemoveBinding>(change).index == index;
    });
}

}  // namespace

std::variant<RegistrationPlan, Refusal> plan_registration(base::Instant now, const RegisterRequest& request,
                                                          const std::vector<Binding>& existing,
                                                          const GrantBounds& bounds, backup::TerminalKind terminal) {
    if (!within_limits(request)) return Refusal::malformed;
    if (request.star) return plan_removal_of_all(request, existing);

    RegistrationPlan plan;
    plan.removes_only = true;
    std::size_t count = existing.size();
    for (const ContactRequest& contact : request.contacts) {
        const auto seconds = granted(request, contact, bounds);
        if (!seconds) return Refusal::interval_too_brief;
        const bool remove = seconds->count() == 0;
        if (!remove) plan.removes_only = false;

        if (is_outbound(contact) && request.supports_outbound && !remove) plan.outbound = true;

        const auto found = std::find_if(existing.begin(), existing.end(),
                                        [&](const Binding& binding) { return is_for(binding, contact); });
        const auto index = static_cast<std::size_t>(found - existing.begin());
        if (is_planned(plan, contact, index)) continue;
        if (found == existing.end()) {
            if (remove) continue;
            ++count;
            plan.changes.emplace_back(AddBinding{make_binding(now, request, contact, now + *seconds, terminal)});
        } else {
            const Order order = order_of(*found, request);
            if (order == Order::older) return Refusal::stale_sequence;
            if (order == Order::same) {
                // The same CSeq again is the same request again, or a lie; either way nothing changes by it.
                plan.retransmitted = true;
                continue;
            }
            if (remove) {
                --count;
                plan.changes.emplace_back(RemoveBinding{index});
            } else if (unchanged(*found, request, contact, terminal)) {
                plan.changes.emplace_back(KeepBinding{index, request.cseq, now + *seconds});
            } else {
                plan.changes.emplace_back(
                    ReplaceBinding{index, make_binding(now, request, contact, now + *seconds, terminal)});
            }
        }
    }
    if (count > Limits::bindings_per_aor) return Refusal::too_many_bindings;
    return plan;
}

void apply_plan(base::Instant now, RegistrationPlan& plan, std::vector<Binding>& bindings) {
    std::vector<std::size_t> removed;
    for (BindingChange& change : plan.changes) {
        if (auto* keep = std::get_if<KeepBinding>(&change)) {
            Binding& binding = bindings[keep->index];
            binding.cseq = keep->cseq;
            binding.expires = keep->expires;
            binding.registered = now;
        } else if (auto* replace = std::get_if<ReplaceBinding>(&change)) {
            bindings[replace->index] = std::move(replace->binding);
        } else if (auto* add = std::get_if<AddBinding>(&change)) {
            bindings.push_back(std::move(add->binding));
        } else {
            removed.push_back(std::get<RemoveBinding>(change).index);
        }
    }
    std::sort(removed.rbegin(), removed.rend());
    for (const std::size_t index : removed) bindings.erase(bindings.begin() + static_cast<std::ptrdiff_t>(index));
}

std::size_t terminals_after(const RegistrationPlan& plan, const std::vector<Binding>& existing) {
    const auto keeps = [](const BindingChange& change) { return std::holds_alternative<KeepBinding>(change); };
    if (existing.size() <= 1 && std::all_of(plan.changes.begin(), plan.changes.end(), keeps)) return existing.size();
    std::vector<std::string_view> names;
    const auto name_of = [](const Binding& binding) -> std::string_view {
        return binding.instance.empty() ? binding.contact : binding.instance;
    };
    std::vector<bool> gone(existing.size(), false);
    for (const BindingChange& change : plan.changes) {
        if (const auto* replace = std::get_if<ReplaceBinding>(&change)) {
            gone[replace->index] = true;
            names.push_back(name_of(replace->binding));
        } else if (const auto* add = std::get_if<AddBinding>(&change)) {
            names.push_back(name_of(add->binding));
        } else if (const auto* remove = std::get_if<RemoveBinding>(&change)) {
            gone[remove->index] = true;
        }
    }
    for (std::size_t i = 0; i < existing.size(); ++i)
        if (!gone[i]) names.push_back(name_of(existing[i]));
    std::sort(names.begin(), names.end());
    return static_cast<std::size_t>(std::unique(names.begin(), names.end()) - names.begin());
}

}  // namespace innkeeper::core
