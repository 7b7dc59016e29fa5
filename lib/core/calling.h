// Calls through this site: who calls, may they, and where does it go. The protocol is calls::Proxy's affair and where a
// call goes is call_plan.h's; this joins both with what the house knows. A value of the gatekeeper; the site's
// registrations and records are read here, never changed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/nonce.h"
#include "backup/vault.h"
#include "calls/dialogs.h"
#include "calls/diversion.h"
#include "calls/proxy.h"
#include "core/call_plan.h"
#include "core/call_records.h"
#include "core/directory.h"
#include "core/effect.h"
#include "core/hunt_memory.h"
#include "core/location.h"
#include "core/operator_command.h"
#include "core/own_requests.h"
#include "core/pace.h"
#include "core/pbx_watch.h"
#include "core/peer.h"
#include "core/settings.h"

namespace innkeeper::core {

class Calling {
public:
    struct House {  // what it sees of the house, which outlives it
        const Settings& settings;
        const Directory& directory;
        const backup::Vault& vault;
        Location& location;
        const std::map<base::SiteName, Peer>& peers;
        const auth::NonceKeyring& keyring;
        const PbxWatch& pbxs;
        OwnRequests& own_requests;
        const std::optional<std::uint16_t>& minute_of_day;  // as the site's clock shows it
    };
    // A user changes a setting by a feature code: says what came of it, or why it cannot be.
    using ChangeSettings = std::function<base::Expected<std::string>(const base::Aor& aor, std::string_view changes)>;
    Calling(House house, ChangeSettings change_settings)
        : house_(house), change_settings_(std::move(change_settings)) {}

    void begin(base::Epoch epoch, std::uint64_t seed);  // `seed` is of this life of the site and of no other
    // From another site it has come over its link.
    void receive(base::Instant now, calls::Message message, const calls::Hop& from, Effects& out);
    void lost(base::Instant now, const calls::Hop& hop, Effects& out);
    void on_time(base::Instant now, Effects& out);
    base::Instant next_deadline() const;
    std::optional<base::SiteName> registered_at(base::Instant now, const base::Aor& dialled);  // for calls

    // call_noting.cpp: what is kept of calls
    void restore(std::vector<CallRecord> of_earlier_lives) { records_.restore(std::move(of_earlier_lives)); }
    CallsReport report(const ShowCalls& command, base::Instant now) const;
    // Of the guests of a home in its failover; forgotten with it (IP6).
    std::vector<CallReport> calls_of_guests(const base::SiteName& home, base::Instant now) const;
    void forget_guests(const base::SiteName& home) { records_.forget_guests(home); }
    std::size_t calls() const { return dialogs_.calls(); }       // answered and not hung up
    std::size_t requests() const { return proxy_.under_way(); }  // in memory
    std::size_t dialogs() const { return dialogs_.size(); }      // remembered, subscriptions too

    // A phone has come: it may be in a call already, which its entry then says, as it does at each change.
    void note_calls(base::Instant now, LocationEntry& entry);
    // It is registered now, after it was elsewhere or nowhere.
    void came(base::Instant now, const LocationEntry& entry, Effects& out);
    void moved(base::Instant now, const base::Aor& aor);  // it has come, or was seen to come at another site
    void site_lost(base::Instant now, const base::SiteName& site);
    void site_reborn(const base::SiteName& site);  // what it was told is gone
    void site_heard(base::Instant now, const base::SiteName& site);
    void summary_unanswered(base::Instant now, const SummaryTold& told, bool link_lost);
    void forget(const base::Aor& user);  // who is no user any more
    void forget_strangers();             // whoever has no record here any more

private:
    void settle(calls::ProxyEffects effects);
    void perform(calls::Transmit& transmit, calls::ProxyEffects& more);
    void perform(calls::Decide& decide, calls::ProxyEffects& more);
    void perform(calls::Exhausted& exhausted, calls::ProxyEffects& more);
    void perform(calls::RelayAck& relay, calls::ProxyEffects& more);
    void perform(calls::Answered& answered, calls::ProxyEffects& more);
    void perform(calls::Concluded& concluded, calls::ProxyEffects& more);

    // call_noting.cpp
    void note_call(calls::ContextId id, std::string_view rule, bool emergency);
    void note_end(const calls::Dialog& dialog);
    std::string name_of(std::string_view uri) const;
    base::SiteName guest_home_of(std::string_view uri) const;
    static CallReport report_of(CallRecord record, base::Instant now);

    // calling_callers.cpp: whose it is.
    bool is_ours(const calls::SipUri& uri) const;
    std::optional<base::Aor> aor_of(std::string_view uri) const;
    base::Aor aor_in(const calls::Message& message, std::string_view header) const;
    const backup::UserRecord* record_of(const base::Aor& aor) const;  // of our users, and of those entrusted to us
    const CallSettings::Pbx* pbx_at(const calls::Hop& hop) const;
    const CallSettings::Pbx* pbx_named(const calls::SipUri& uri) const;
    bool is_voicemail(const calls::Hop& hop) const;
    CallOrigin origin_of(const calls::Hop& from) const;
    base::Aor sender_of(const calls::Message& request, const calls::Hop& from);
    void vouch_for(calls::Message& request, const backup::UserRecord& caller) const;
    std::string_view settings_of(const base::Aor& aor) const;
    std::optional<base::Aor> prove(calls::Message& request, const calls::Hop& from);
    bool may_acknowledge(const calls::Message& ack, const calls::Hop& from) const;
    void challenge(calls::ContextId id, calls::ProxyEffects& more);

    // calling_forks.cpp: the copies that are sent.
    std::vector<std::string> recorded(const calls::Hop& from, const calls::Hop& to) const;
    calls::Fork fork_to(std::string uri, calls::Hop hop, const calls::Hop& from, std::string_view path) const;
    std::vector<calls::Group> forks_to_bindings(const LocationEntry& entry, const calls::Hop& from,
                                                std::optional<bool> at_once, base::Duration each) const;
    std::vector<calls::Group> forks_to_pbxs(const std::string& uri, const calls::Hop& from, bool emergency) const;

    // calling_routes.cpp: where it goes.
    struct Target {
        std::optional<base::Aor> aor;                    // of this network, if only by its domain
        const backup::UserRecord* record = nullptr;      // of our users, and of those entrusted to us
        const base::SiteName* home = nullptr;            // of one entrusted
        const LocationEntry* registered = nullptr;       // in service here
        std::vector<const VoicemailServer*> voicemails;  // in the order in which they are tried
    };
    struct Call {  // a request outside of a dialog, under way
        CallPlan plan;
        base::Aor caller;                       // empty: no user of this network
        bool hunted = false;                    // a hunt group at another site rings its member here
        std::string uri;                        // its target's
        std::vector<calls::Diverted> diverted;  // the earliest first
        bool noted = false;                     // it has a record
    };
    void route(calls::ContextId id, calls::ProxyEffects& more);
    bool carry_out_code(calls::ContextId id, const base::Aor& caller, calls::ProxyEffects& more);
    void go_on(calls::ContextId id, Outcome outcome, calls::ProxyEffects& more);
    Target target_of(const std::string& uri) const;
    TargetFacts facts_of(const Target& target, const calls::Message& request, const calls::Hop& from, const Call& call,
                         Outcome outcome) const;
    std::vector<base::SiteName> serving_sites() const;
    bool is_emergency(const calls::Message& request) const;
    bool counts_here(const Target& target) const;
    std::vector<const VoicemailServer*> voicemails_of(const Target& target) const;
    void divert(Call& call, const Target& target, const Divert& divert) const;
    static calls::Diverted diverted_from(const Target& target, Diversion reason);
    std::vector<calls::Group> groups_for(const CallStep& step, const Call& call, const Target& target,
                                         const calls::Hop& from) const;
    std::vector<calls::Header> headers_for(const CallStep& step, const Call& call, const Target& target,
                                           const calls::Message& request) const;

    // calling_dialogs.cpp
    void note_dialog(const calls::Message& request, const calls::Hop& origin, const calls::Answered& answered);
    void note_conclusion(const calls::Message& request, std::uint16_t status);
    void note_who_is_in_a_call();
    bool is_by_its_own(const calls::Message& request, const calls::Hop& from) const;
    // calling_hunts.cpp: hunt groups.
    bool is_group_of_lost_home(const Target& target) const;
    void note_group(const Target& target, const base::Aor& caller, TargetFacts& facts) const;
    HuntFacts member_facts(const HuntTarget& member, const base::Aor& caller) const;
    static std::string member_uri(const HuntTarget& target);
    std::vector<calls::Group> forks_to_members(const HuntStage& stage, const Call& call, const Target& group,
                                               const calls::Hop& from) const;
    void add_forks_to_member(const HuntTarget& member, const Target& group, const calls::Hop& from,
                             calls::Group& ring) const;
    void note_idle(const calls::Dialog& ended);
    static bool take_hunt_mark(calls::Message& request, CallOrigin origin);

    void route_inside_dialog(calls::ContextId id, calls::ProxyEffects& more);
    void send_inside_dialog(calls::ContextId id, calls::Fork fork, calls::ProxyEffects& more);
    bool go_round(calls::ContextId id, std::uint16_t status, calls::ProxyEffects& more);
    std::optional<base::SiteName> site_in_route(const calls::Message& request) const;
    bool is_reached(const base::SiteName& site) const;
    const base::SiteName* site_of(const base::Aor& aor) const;
    std::optional<calls::Fork> next_inside_dialog(calls::Message& request, const calls::Hop& from);
    std::optional<calls::Fork> find_other_side(const calls::Message& request, const calls::Hop& from);
    std::optional<calls::Fork> find_by_contact(const calls::Message& request, const calls::Hop& from);
    static const Binding* phone_of(const std::vector<Binding>& bindings, std::string_view contact);

    // calling_subscriptions.cpp
    struct Summary {  // of a mailbox, as it was last told
        std::string type;
        std::string body;
    };
    void end_subscriptions();
    void end_subscription(const calls::Dialog& dialog);
    void note_summary(const calls::Message& request, const calls::Hop& origin);
    void tell_backup(const base::SiteName& backup, const base::Aor& aor);
    void tell_untold();
    bool tell_summary(const base::Aor& aor, const calls::Fork& fork, Purpose purpose);
    bool send_own(calls::Message request, const calls::Fork& fork, Purpose purpose);

    House house_;
    ChangeSettings change_settings_;
    calls::Proxy proxy_{calls::ProxySettings{}};
    calls::Dialogs dialogs_;
    CallRecords records_;
    std::map<calls::ContextId, Call> calls_;
    std::deque<calls::Dialog> ending_;  // subscriptions, the next one first
    base::Instant end_next_at_ = base::Instant::max();
    std::unordered_map<base::Aor, Summary> summaries_;
    std::map<base::SiteName, std::set<base::Aor>> untold_;  // summaries that these backups have not heard
    base::Instant tell_next_at_ = base::Instant::max();
    Pace searches_{5};  // by Contact, among all phones: some milliseconds each where there are 100,000
    HuntMemory hunts_;

    // Of the step under way.
    base::Instant now_;
    Effects* out_ = nullptr;
};

}  // namespace innkeeper::core
