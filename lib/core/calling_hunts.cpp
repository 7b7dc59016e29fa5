// Calls: those for hunt groups (IP5). Who of the members can be rung is gathered here, hunt_plan.h says in which order,
// and each is rung where it is registered.
#include <algorithm>

#include "core/calling.h"
#include "core/hunt_group.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

// Between sites only: the call is for a member of this group. What the member has set for calls of its own is not for
// those of a group.
constexpr std::string_view hunt_mark = "X-Innkeeper-Hunt";

}  // namespace

// Of another site, and in service here in its place.
bool Calling::is_group_of_lost_home(const Target& target) const {
    if (target.home == nullptr || target.record->terminal != backup::TerminalKind::group) return false;
    const auto home = house_.peers.find(*target.home);
    return home == house_.peers.end() || serves_groups_of(home->second);
}

// At its home, and here while that is lost; else it is its home's affair.
void Calling::note_group(const Target& target, const base::Aor& caller, TargetFacts& facts) const {
    if (target.home != nullptr && !is_group_of_lost_home(target)) {
        facts.registered_at = *target.home;
        return;
    }
    const auto group = parse_hunt_group(*target.aor, target.record->settings);
    if (!group || !target.record->enabled) return;  // as a user who is not registered
    std::vector<HuntFacts> members;
    for (const HuntMember& member : group->members) members.push_back(member_facts(member.target, caller));
    facts.hunt = plan_hunt(*group, members, hunts_.next(*target.aor), house_.minute_of_day);
}

// Who calls is busy; a group never registers, so that none rings another. A member at another site may be in a call
// that does not pass here: its site answers for it that it is busy.
HuntFacts Calling::member_facts(const HuntTarget& member, const base::Aor& caller) const {
    const Target target = target_of(member_uri(member));
    HuntFacts facts;
    if (!target.aor) return facts;  // of no domain of ours
    if (target.record != nullptr && (!target.record->enabled || features_of(settings_of(*target.aor)).dnd))
        return facts;
    const bool outside =
        member.number && target.record == nullptr && (house_.pbxs.any_there() || !serving_sites().empty());
    facts.reachable = target.registered != nullptr || site_of(*target.aor) != nullptr || outside;
    facts.busy = *target.aor == caller || dialogs_.calls_of(*target.aor) > 0;
    facts.idle_since = hunts_.idle_since(*target.aor);
    return facts;
}

std::string Calling::member_uri(const HuntTarget& target) {
    return calls::uri_of(target.aor.user(), target.aor.domain());
}

// Those of the stage who can still be rung.
std::vector<calls::Group> Calling::forks_to_members(const HuntStage& stage, const Call& call, const Target& group,
                                                    const calls::Hop& from) const {
    std::vector<calls::Group> groups(1);
    calls::Group& ring = groups.front();
    ring.ring_for = stage.ring_for;
    ring.refusals_are_their_own = true;
    for (const HuntTarget& member : stage.members) {
        const HuntFacts facts = member_facts(member, call.caller);
        if (facts.reachable && !facts.busy) add_forks_to_member(member, group, from, ring);
    }
    return groups;
}

// On all phones that it has where it is registered. A number that nobody here knows is the PBX's, which knows them all;
// without one the other sites are asked, all at once: it may be an extension of theirs. Both would ring a phone twice.
void Calling::add_forks_to_member(const HuntTarget& member, const Target& group, const calls::Hop& from,
                                  calls::Group& ring) const {
    const Target target = target_of(member_uri(member));
    const std::string uri = calls::uri_of(target.aor->user(), target.aor->domain());
    const auto add_site = [&](const base::SiteName& site, const base::Aor& callee) {
        ring.forks.push_back(fork_to(uri, calls::SiteHop{site}, from, {}));
        ring.forks.back().callee = callee;
        ring.forks.back().extra.push_back({std::string(hunt_mark), std::string(group.aor->text())});
    };
    if (target.registered != nullptr) {
        for (calls::Group& phones : forks_to_bindings(*target.registered, from, true, base::Duration::max()))
            std::move(phones.forks.begin(), phones.forks.end(), std::back_inserter(ring.forks));
    } else if (const base::SiteName* site = site_of(*target.aor)) {
        add_site(*site, *target.aor);
    } else if (auto pbxs = forks_to_pbxs(uri, from, false); !pbxs.empty()) {
        ring.forks.push_back(std::move(pbxs.front().forks.front()));
    } else {
        for (const base::SiteName& asked : serving_sites()) add_site(asked, {});
    }
}

// Where this user, or whoever has this extension, is registered for calls.
std::optional<base::SiteName> Calling::registered_at(base::Instant now, const base::Aor& dialled) {
    now_ = now;
    const Target target = target_of(calls::uri_of(dialled.user(), dialled.domain()));
    if (!target.aor) return std::nullopt;
    if (target.registered != nullptr) return house_.settings.site;
    const base::SiteName* other = site_of(*target.aor);
    return other != nullptr ? std::optional(*other) : std::nullopt;
}

void Calling::note_idle(const calls::Dialog& ended) {
    if (ended.subscription) return;
    for (const base::Aor& user : {ended.caller.aor, ended.callee.aor})
        if (dialogs_.calls_of(user) == 0 && record_of(user) != nullptr) hunts_.call_ended(now_, user);
}

// Only another site says so; from anybody else it means nothing and goes no further.
bool Calling::take_hunt_mark(calls::Message& request, CallOrigin origin) {
    const bool marked = request.find(hunt_mark) != nullptr;
    if (marked) request.remove(hunt_mark);
    return marked && origin == CallOrigin::site;
}

}  // namespace innkeeper::core
