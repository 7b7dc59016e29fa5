// What is tried for a call, one thing after the other, until somebody answers (IP5, IP10): the target's phones, another
// site, the PBX, voicemail, or another target because the first one's user wants it so. A value kept for each call; it
// is asked for the first step and again whenever a step has failed, each time with what is known of the target then.
// The proxy does what a step says. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "core/call_features.h"
#include "core/hunt_plan.h"

namespace innkeeper::core {

enum class CallOrigin : std::uint8_t {
    user,  // of this network, by the AOR in its From
    pbx,   // by its address
    site,  // another site, over its link: it has judged the caller
};

// Why a call goes elsewhere than to whom it was for: the reasons of RFC 5806.
enum class Diversion : std::uint8_t { unconditional, do_not_disturb, busy, no_answer, unavailable, time_of_day };
std::string_view to_text(Diversion reason);

// What is known of a target at the moment when it is tried.
struct TargetFacts {
    std::string name;         // the AOR where it is a user's, else what was dialled: the same target has the same name
    bool for_us = true;       // of a domain or an address of ours
    bool known_here = false;  // its record is here and counts here: an own user, or one whose home is out of service
    CallFeatures features;    // with known_here; also of guests and strays
    bool registered_here = false;
    std::optional<base::SiteName> registered_at;  // another site that is reached
    std::vector<base::SiteName> askable;          // sites that may know it, in order
    bool pbx = false;                             // one is there to take calls
    bool pbx_away = false;                        // there are some, and none answers
    std::size_t voicemails = 0;                   // servers that take its messages, in order
    bool international = false;                   // as a number of the PBX
    std::optional<HuntPlan> hunt;                 // it is a hunt group that is in service here
    // A hunt group at another site rings this user as its member: what the user has set is not for the group's calls.
    bool hunted = false;
    bool in_call = false;
};

// How the last step ended.
enum class Outcome : std::uint8_t {
    begun,  // there was none: a call begins, or its target is another one
    busy,
    no_answer,
    unavailable,
    unknown,  // whoever it was sent to knows no such target
    lost,     // whoever it was sent to is not there, or in no state to answer
    refused,  // for another reason
};
// `timed_out`: its time to ring was over.
Outcome outcome_of(std::uint16_t status, bool timed_out);

struct RingPhones {  // that are registered here
    base::Duration each = base::Duration::max();
};
struct RingMembers {  // of a hunt group; when they have not taken the call, the next step is asked for
    HuntStage stage;
    std::optional<std::size_t> next;  // HuntPlan::next, with the first of a call
};
struct PassToSite {
    base::SiteName site;
};
struct PassToPbx {};
struct PassToVoicemail {
    std::size_t server = 0;           // of TargetFacts::voicemails
    std::optional<Diversion> reason;  // none: its owner calls
};
// The call is for somebody else now: the next step is asked for with the facts of that target.
struct Divert {
    std::string to;  // as in the settings
    Diversion reason = Diversion::unconditional;
};
struct GiveUp {
    std::uint16_t status = 0;  // 0: the best of the refusals
    std::string_view phrase;
};
using CallStep = std::variant<RingPhones, RingMembers, PassToSite, PassToPbx, PassToVoicemail, Divert, GiveUp>;

class CallPlan {
public:
    static constexpr std::size_t most_diversions = 5;  // of one call, at all sites together

    struct Beginning {
        CallOrigin origin = CallOrigin::user;
        bool emergency = false;                // an emergency number was dialled
        Right right = Right::all;              // of the caller
        bool own_mailbox = false;              // the caller wants to hear the messages: the target is the caller
        std::vector<std::string> before = {};  // targets that diverted the call before it came here, by name
    };
    explicit CallPlan(Beginning beginning);

    CallStep next(const TargetFacts& target, Outcome outcome);
    // The rule by which the call went where it went: label of metrics and call records.
    std::string_view rule() const { return rule_; }
    bool is_emergency() const { return emergency_; }

private:
    enum class Tried : std::uint8_t { nothing, phones, members, site, asked, pbx, voicemail };
    CallStep begin(const TargetFacts& target);
    CallStep call_user(const TargetFacts& target);
    CallStep ring_member(const TargetFacts& target);
    CallStep hunt(const TargetFacts& target);
    CallStep hunt_on(const TargetFacts& target, Outcome outcome);
    CallStep nobody_took_it(const TargetFacts& target, Diversion reason);
    CallStep not_reached(const TargetFacts& target, Diversion reason);
    CallStep ask_next(const TargetFacts& target);
    CallStep outside(const TargetFacts& target);
    CallStep emergency(const TargetFacts& target);
    CallStep leave_message(const TargetFacts& target, std::size_t server);
    CallStep divert(const TargetFacts& target, const std::string& to, Diversion reason);
    CallStep give_up();
    bool from_site_undiverted() const { return origin_ == CallOrigin::site && !diverted_here_; }

    CallOrigin origin_;
    bool emergency_;
    bool own_mailbox_;
    Right right_;                    // of the caller, then of whoever diverted the call
    std::vector<std::string> seen_;  // names of targets
    bool diverted_here_ = false;
    Tried tried_ = Tried::nothing;
    std::size_t count_ = 0;             // sites asked, or voicemail servers tried
    std::optional<Diversion> because_;  // why the last user was not reached
    HuntPlan hunt_;                     // of the group whose members are rung
    std::size_t rung_ = 0;              // of its stages
    Outcome heard_ = Outcome::refused;  // what tells most of what came of them
    std::string_view rule_ = "unknown";
};

}  // namespace innkeeper::core
