// Calls: the copies that are sent.
#include <algorithm>

#include "calls/address_fields.h"
#include "core/call_listeners.h"
#include "core/calling.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

// A PBX that is there says so at once, if only by 100 Trying; the last one in the row may be slow.
constexpr base::Duration pbx_answers_within = std::chrono::seconds(4);
constexpr base::Duration pbx_answers_emergencies_within = std::chrono::seconds(2);

}  // namespace

// One entry for each side that is no site; two when they differ (RFC 5658). The site's name lets another site know
// whose it was when this one is gone; between two sites, for a group or a forwarded call, it is all that counts:
// without it the call would end without us, and who is in it would be busy here for hours.
std::vector<std::string> Calling::recorded(const calls::Hop& from, const calls::Hop& to) const {
    std::vector<std::string> entries;
    const auto& listeners = house_.settings.calls.listeners;
    const bool between_sites = std::holds_alternative<calls::SiteHop>(from) &&
                               std::holds_alternative<calls::SiteHop>(to) && !listeners.empty();
    for (const calls::Hop* hop : {&to, &from}) {
        const CallSettings::Address* ours = between_sites ? &listeners.front() : listener_for(house_.settings, *hop);
        if (ours == nullptr) continue;
        std::string entry = "<" + route_to(*ours) + ";lr;site=" + house_.settings.site.text + ">";
        if (entries.empty() || entries.back() != entry) entries.push_back(std::move(entry));
    }
    return entries;
}

calls::Fork Calling::fork_to(std::string uri, calls::Hop hop, const calls::Hop& from, std::string_view path) const {
    calls::Fork fork;
    fork.uri = std::move(uri);
    fork.sent_by = sent_by(house_.settings, hop);
    for (const std::string_view entry : calls::split_list(path)) fork.routes.emplace_back(entry);
    fork.recorded = recorded(from, hop);
    fork.hop = std::move(hop);
    return fork;
}

// All at once or each in turn, as the user wants it; else one group after the other by their q (RFC 3261 section 16.6).
std::vector<calls::Group> Calling::forks_to_bindings(const LocationEntry& entry, const calls::Hop& from,
                                                     std::optional<bool> at_once, base::Duration each) const {
    std::vector<const Binding*> bindings;
    for (const Binding& binding : entry.bindings)
        if (binding.role != Role::standby) bindings.push_back(&binding);
    std::stable_sort(bindings.begin(), bindings.end(),
                     [](const Binding* one, const Binding* other) { return one->q > other->q; });
    std::vector<calls::Group> groups;
    std::uint16_t q = 0;
    for (const Binding* binding : bindings) {
        if (groups.empty() || at_once == false || (!at_once && binding->q != q)) {
            groups.emplace_back();
            groups.back().ring_for = each;
        }
        q = binding->q;
        groups.back().forks.push_back(
            fork_to(std::string(std::string_view(binding->contact)), binding->flow, from, binding->path));
        groups.back().forks.back().callee = *entry.aor;
    }
    return groups;
}

// In their order: the next one when the one before does not answer. None that is known to be away: a caller would wait
// for it in vain; but where all are, an emergency call tries them all the same.
std::vector<calls::Group> Calling::forks_to_pbxs(const std::string& uri, const calls::Hop& from, bool emergency) const {
    const auto& pbxs = house_.settings.calls.pbxs;
    std::vector<calls::Group> groups;
    for (std::size_t i = 0; i < pbxs.size(); ++i) {
        if (house_.pbxs.is_away(i) && !(emergency && !house_.pbxs.any_there())) continue;
        const CallSettings::Pbx& pbx = pbxs[i];
        groups.emplace_back();
        groups.back().forks.push_back(fork_to(uri, calls::AddressHop{pbx.transport, pbx.endpoint}, from, {}));
        groups.back().answer_within = emergency ? pbx_answers_emergencies_within : pbx_answers_within;
    }
    if (!emergency && !groups.empty()) groups.back().answer_within = base::Duration::max();
    return groups;
}

}  // namespace innkeeper::core
