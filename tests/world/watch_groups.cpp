// The rules about hunt groups (IP5): a call to a group is offered to every member who is free, or was taken by another
// one before; it says why it failed; and it is answered once, whoever it was for.
#include <algorithm>

#include "world/group_text.h"
#include "world/watch_calls.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
// Two phones may pick up at once: the caller says BYE to the second, and again each time that its 2xx is repeated,
// after 0.5, 1.5, 3.5 and 7.5 s; with datagrams lost on the way that takes some of these.
constexpr base::Duration longest_double_answer = 20s;
// A member is rung for some seconds only, in which a datagram is sent four times: three lost copies are no fault of the
// site. Over a path that loses every tenth that happens once in ten thousand calls.
constexpr double loss_that_matters = 0.02;

bool hands_groups_over(core::Phase phase) {
    return phase == core::Phase::allowed || phase == core::Phase::active || phase == core::Phase::settling;
}

}  // namespace

// Whose phones may ring for a call to this number: the user's, or those of a hunt group's members and of whom it hands
// its calls on to.
std::set<std::string> CallWatch::behind(const std::string& number) const {
    std::set<std::string> numbers{number};
    std::vector<std::string> unread{number};
    const auto add = [&](const core::HuntTarget& target) {
        if (std::string name(target.aor.user()); !target.voicemail && numbers.insert(name).second)
            unread.push_back(std::move(name));
    };
    while (!unread.empty()) {
        const std::string name = unread.back();
        unread.pop_back();
        for (const auto& [site, one] : world_.sites())
            for (const backup::UserRecord& record : one->store.users) {
                if (record.terminal != backup::TerminalKind::group || record.aor.user() != name) continue;
                const core::HuntGroup group = definition_of(record);
                for (const core::HuntMember& member : group.members) add(member.target);
                if (group.overflow) add(*group.overflow);
                if (!group.night.empty()) add(group.night_target);
            }
    }
    return numbers;
}

// A group's members are phones of this town or numbers outside.
std::optional<CallWatch::Hunt> CallWatch::hunt_for(const std::string& number) const {
    for (const auto& [site, one] : world_.sites())
        for (const backup::UserRecord& record : one->store.users) {
            if (record.terminal != backup::TerminalKind::group || record.aor.user() != number) continue;
            Hunt hunt;
            hunt.home = site;
            for (const core::HuntMember& member : definition_of(record).members) {
                hunt.rings_for += member.ring_for;
                if (const Phone* phone = world_.phone_of(member.target.aor)) hunt.members.insert(phone);
            }
            hunt.free = hunt.members;
            return hunt;
        }
    return std::nullopt;
}

// ---- what is in its way

void CallWatch::note_hunt(Attempt& attempt) const {
    if (!attempt.hunt || !attempt.hunt->in_service) return;
    if (!group_in_service(attempt)) {
        attempt.hunt->in_service = false;
        attempt.hunt->free.clear();
    }
    std::erase_if(attempt.hunt->free, [&](const Phone* member) { return !is_free(attempt, *member); });
}

bool CallWatch::sees(const base::SiteName& one, const base::SiteName& other) const {
    return one == other || world_.watch.clear_for(one, other) > settled;
}

// At its home while every backup takes that for alive; at the backups as soon as all of them take it for lost. What a
// site does in between, while others think otherwise, is not judged.
bool CallWatch::group_in_service(const Attempt& attempt) const {
    const auto caller = served_.find(attempt.caller->orders().aor);
    const Moment now = world_.calendar.now();
    if (!attempt.with_credentials || caller == served_.end() || caller->second.at != attempt.by ||
        now - caller->second.since < settled)
        return false;
    const Site& home = world_.site(attempt.hunt->home.text);
    const bool lost = home.process() == Site::Process::off;
    if (!lost) {
        const Ledger& ledger = world_.watch.ledger(home);
        if (!home.running() || !ledger.users_loaded || ledger.draining || ledger.pbx_lost) return false;
        if (!sees(attempt.by, home.name())) return false;
    }
    bool reached = !lost;
    for (const base::SiteName& name : home.settings().backups) {
        const Site& backup = world_.site(name.text);
        if (!backup.running()) continue;
        const Ledger& ledger = world_.watch.ledger(backup);
        const core::Phase phase = ledger.phase(home.name());
        if (lost ? !hands_groups_over(phase) || now - ledger.phase_since.at(home.name()) < settled
                 : phase != core::Phase::normal || !sees(home.name(), name))
            return false;
        if (sees(attempt.by, name)) reached = true;
    }
    return reached;
}

// From wherever it may be in service.
bool CallWatch::group_reaches(const Hunt& hunt, const base::SiteName& site) const {
    const Site& home = world_.site(hunt.home.text);
    if (home.running()) return sees(hunt.home, site);
    const auto& backups = home.settings().backups;
    return std::all_of(backups.begin(), backups.end(), [&](const base::SiteName& backup) {
        return !world_.site(backup.text).running() || sees(backup, site);
    });
}

// In service at one site for a while, and neither in a call nor believed to be in one: an end that did not pass where
// the call had leaves a member busy for a site (IP7).
bool CallWatch::is_free(const Attempt& attempt, const Phone& member) const {
    const base::Aor& aor = member.orders().aor;
    const auto served = served_.find(aor);
    if (&member == attempt.caller || served == served_.end() || world_.calendar.now() - served->second.since < settled)
        return false;
    if (with_settings_.contains(std::string(aor.user())) || !group_reaches(*attempt.hunt, served->second.at))
        return false;
    if (world_.network.quality(served->second.at.text, member.orders().place).loss > loss_that_matters) return false;
    if (attempt.rung_by.contains(&member)) return true;
    return !member.calls().busy() && std::none_of(attempts_.begin(), attempts_.end(), [&](const auto& one) {
        const Attempt& other = one.second;
        const bool its_call = other.caller == &member || (other.answered && other.callee == &member);
        return its_call && &other != &attempt && (!other.over || other.left_hanging);
    });
}

// The records of a lost home may have been lost with the memory of its backup.
bool CallWatch::group_known(const Hunt& hunt) const {
    const Site& home = world_.site(hunt.home.text);
    if (home.running()) return true;
    return std::all_of(home.settings().backups.begin(), home.settings().backups.end(), [&](const base::SiteName& name) {
        const Site& backup = world_.site(name.text);
        if (!backup.running()) return true;
        const core::Census census = backup.census();
        return std::any_of(census.status.homes.begin(), census.status.homes.end(), [&](const auto& known) {
            return known.home == home.name() && known.records == home.store.users.size();
        });
    });
}

// ---- the rules

void CallWatch::judge_hunt(Attempt& attempt, const std::string& told) const {
    note_hunt(attempt);
    for (const Phone* member : attempt.hunt->free)
        if (!attempt.rung_by.contains(member) && known_to_its_server(attempt) && group_known(*attempt.hunt))
            world_.watch.violated("a call to a group is offered to every free member",
                                  told + ", and " + std::string(member->orders().aor.user()) + " was not rung");
}

void CallWatch::judge_refusal(Attempt& attempt, const Call& call) const {
    if (!attempt.hunt) return;
    const std::string told =
        call.id + " to " + attempt.number + " got " + std::to_string(call.status) + ' ' + call.phrase;
    judge_hunt(attempt, told);
    // The caller's own phone, to which the group hands its calls on, finds its own call there (482).
    const bool comes_back =
        call.status == 482 && attempt.may_ring.contains(std::string(attempt.caller->orders().aor.user()));
    const bool says_why = call.status == 480 || call.status == 486 || call.status >= 600 || comes_back;
    if (attempt.hunt->in_service && !says_why && known_to_its_server(attempt) && group_known(*attempt.hunt))
        world_.watch.violated("a call to a group says why it failed", told);
}

// Who has picked up and is never thanked for it, since the site that rang has died, gives up by himself.
void CallWatch::judge_talkers(const std::string& call_id, const Attempt& attempt) const {
    const Moment now = world_.calendar.now();
    const auto talk_too_long = std::count_if(attempt.picked_up.begin(), attempt.picked_up.end(), [&](const auto& one) {
        return now - one.second > longest_double_answer && one.first->calls().is_thanked(call_id);
    });
    if (talk_too_long > 1) world_.watch.violated("a call is answered once", "that to " + attempt.number);
    if (attempt.hung_up && talk_too_long > 0 && now - attempt.ended > longest_double_answer)
        world_.watch.violated("a call ends for everybody", "that to " + attempt.number);
}

}  // namespace innkeeper::world
