// The values that the gatekeeper owns, and its steps: one source file for each kind of event (registering, answering,
// peering, keeping, commanding, timing). Included by those files only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "auth/nonce.h"
#include "backup/image.h"
#include "backup/vault.h"
#include "core/admission.h"
#include "core/admission_queue.h"
#include "core/calling.h"
#include "core/directory.h"
#include "core/failover.h"
#include "core/gatekeeper.h"
#include "core/governor.h"
#include "core/history.h"
#include "core/lending.h"
#include "core/licence_ledger.h"
#include "core/limits.h"
#include "core/location.h"
#include "core/pace.h"
#include "core/pbx_watch.h"
#include "core/peer.h"
#include "core/registrar.h"
#include "core/stray.h"
#include "core/upstream.h"

namespace innkeeper::core {

// Many newcomers at once: from the first that was told to wait until nobody waits any more.
struct Storm {
    base::Instant began;
    std::uint64_t told_to_wait = 0;
    base::Duration longest_wait{};
};

class Gatekeeper::State {
public:
    explicit State(Settings settings);

    void step(base::Instant now, Event event, Effects& out);
    base::Instant next_deadline() const;
    Census census(base::Instant now) const;

private:
    // registering.cpp
    struct Caller {  // whose REGISTER this is
        Standing standing = Standing::stranger;
        const backup::UserRecord* record = nullptr;
        Peer* home = nullptr;  // of a guest
    };
    enum class Proof : std::uint8_t { none, wrong, stale, right };
    struct Authentication {
        Proof proof = Proof::none;
        std::uint64_t nonce_identity = 0;
        std::uint32_t nonce_count = 0;
        base::Instant nonce_issued;
    };
    void on(RegisterRequest& request);
    const std::string* served_domain(std::string_view domain, bool is_address) const;
    Caller identify(const base::Aor& aor);
    bool records_missing() const;
    Authentication authenticate(const RegisterRequest& request, const base::Aor& aor, std::string_view realm,
                                const Caller& caller) const;
    void register_known(const RegisterRequest& request, const base::Aor& aor, std::string_view realm,
                        const Caller& caller, const Authentication& authentication);
    AdmissionFacts admission_facts(const Caller& caller, const LocationEntry* entry, const base::Aor& aor,
                                   backup::TerminalKind terminal, const RegistrationPlan& plan);
    backup::TerminalKind terminal_of(const backup::UserRecord& record, std::string_view user_agent) const;
    static backup::TerminalKind licence_kind(const Caller& caller, const LocationEntry* entry,
                                             backup::TerminalKind terminal);
    void admit(const RegisterRequest& request, LocationEntry& entry, RegistrationPlan& plan, const Caller& caller,
               backup::TerminalKind terminal, bool standby);
    bool begins_failover(const Peer& home, backup::TerminalKind terminal) const;
    void welcome_guest(LocationEntry& entry, Peer& home, bool was_guest, backup::TerminalKind terminal);
    void draw_licences(LocationEntry& entry, backup::TerminalKind terminal, std::uint32_t needed);
    void remove_bindings(LocationEntry& entry, std::vector<Binding> kept, RemovalCause cause,
                         const base::SiteName& moved_to);
    void tell(LocationEntry& entry);
    void publish_soon() {
        if (!publish_at_) publish_at_ = now_ + std::chrono::milliseconds(20);  // gathers what comes together
    }
    static BindingsRow row_of(const LocationEntry& entry);

    // storming.cpp
    void on(LoopLagMeasured& measured);
    bool may_enter(const Caller& caller, const LocationEntry* entry) const;
    void enter(const Caller& caller, LocationEntry& entry);
    std::chrono::seconds tell_to_wait(const Caller& caller, LocationEntry& entry);
    void watch_storm();
    AdmissionsReport admissions() const;

    // probing.cpp: whoever asks without registering
    void on(OptionsRequest& request);
    std::optional<Refusal> verdict_on_asker(const OptionsRequest& request);
    bool is_keepalive(const RegisterRequest& request, const RegistrationPlan& plan) const;
    void answer_keepalive(const RegisterRequest& request, const LocationEntry& entry, const Caller& caller,
                          backup::TerminalKind terminal);
    Judgement judge_asker(const Caller& caller, const LocationEntry* entry, const base::Aor& aor,
                          backup::TerminalKind terminal);

    // standing_by.cpp: bindings without service, and when they are served (SR4)
    bool assign_roles(LocationEntry& entry, bool standby, bool stood_by) const;
    void serve_standbys(Peer& home);
    void serve_next_standbys(Peer& home);
    bool begin_with_standby(Peer& home);
    bool knocks(const LocationEntry& entry, const Peer& home) const;
    void serve_stray(const base::Aor& aor);
    void stand_down_at_home(Peer& home);
    bool goes_before(const base::SiteName& other, const Peer& home) const;
    bool better_backup_serves(const base::Aor& aor, const Peer& home) const;
    void choose_backup(LocationEntry& entry, const Peer& other);
    bool stands_down(LocationEntry& entry);
    void end_service(LocationEntry& entry, const Peer& home);

    // answering.cpp
    void answer_with_bindings(const RegisterRequest& request, const LocationEntry& entry, bool outbound);
    std::string_view warning_of(const LocationEntry& entry);
    // `wait`: what it is told instead of the reason's usual Retry-After.
    void refuse(const RegisterRequest& request, Refusal refusal, Standing standing, const base::Aor& aor,
                std::optional<std::chrono::seconds> wait = std::nullopt);
    void challenge(const RegisterRequest& request, const base::Aor& aor, std::string_view realm, bool stale,
                   bool wrong);

    // peering.cpp
    void on(PeerMessageReceived& received);
    void on(PeerLinkChanged& changed);
    void on(NonceKeyMade& made);
    void receive(Peer& peer, Hello& hello);
    void receive(Peer& peer, Heartbeat& heartbeat);
    void receive(Peer& peer, Changes& page);
    void receive(Peer& peer, Position& position);
    void receive(Peer& peer, PhoneQuestion& question);
    void receive(Peer& peer, PhoneVerdict& verdict);
    void apply_registration(Peer& peer, RegistrationEntry entry);
    void apply_record(Peer& peer, RecordEntry entry);
    void note_epoch(Peer& peer, base::Epoch epoch);
    void compare(Peer& peer);
    void raise_epoch(base::Epoch above);
    void send_hello(Peer& peer);
    void send_heartbeat(Peer& peer);
    void send_positions(Peer& peer);
    void pump(Peer& peer);
    static RegistrationEntry told_of(const LocationEntry& entry);
    void pump_registrations(Peer& peer);
    void pump_records(Peer& peer);
    bool is_backup(const Peer& peer) const;
    Peer* find_peer(const base::SiteName& site);

    // lending.cpp: records from a third party
    bool wants_to_borrow(const base::SiteName& home) const;
    void borrow_what_is_wanted();
    void ask_a_lender(const base::SiteName& home);
    void ask(Borrowing& borrowing, const base::SiteName& home, const Peer& lender);
    bool may_be_lent(const base::SiteName& home, const base::SiteName& to) const;
    void receive(Peer& peer, RecordsWanted& wanted);
    void receive(Peer& peer, RecordsLent& page);
    void serve_borrowed_users(const base::SiteName& from);

    // Calls are calling_'s affair.
    void on(SipReceived& received);
    void receive(Peer& peer, SipRelay& relay);

    // pbx_probing.cpp
    void ask_pbxs();
    void settled(const PbxProbe& probe, const calls::Settled& outcome);
    static void settled(const LampTold&, const calls::Settled&) {}
    void settled(const SummaryTold& told, const calls::Settled& outcome);
    void settle_own_requests();
    void on(HopLost& lost);
    void review_pbx();

    // registering_upstream.cpp
    bool registers_upstream() const;
    void follow_registrations();
    void send_upstream(const Upstream::Turn& turn, std::string credentials);
    void settled(const UpstreamRegister& asked, const calls::Settled& outcome);
    std::string credentials_upstream(const base::Aor& aor, const calls::Message& refusal);
    std::string contact_upstream(const base::Aor& aor, const CallSettings::Address& ours) const;

    // remembering.cpp: memory that outlives the process
    void on(MemoryFound& found);
    void recover(std::string_view image);
    void recover_record(backup::FrameReader& frame);
    void recover_home(backup::FrameReader& frame);
    void recover_failover(const FailoverRow& row);
    void reconcile_recovered(std::vector<BindingsRow>& loaded);
    void remember(std::size_t first_effect);
    void begin_new_image();
    void write_home(const Peer& peer);
    void keep_home(const Peer& peer);
    void note_what_is_written();

    // standing.cpp: health and failover
    void review(Peer& peer);
    HealthEvidence evidence_of(const Peer& peer) const;
    std::string why_not_serving() const;
    void on_phase(Peer& peer, Phase from);
    void note_loss(Peer& peer, bool first);
    FailoverRow failover_row(const Peer& peer) const;
    void write_failover(const Peer& peer, bool ended);

    // returning.cpp: failback
    void on(WallClock& clock);
    FailoverFacts failover_facts(const Peer& peer) const;
    void release_guests(Peer& peer);
    void send_home(Peer& peer, std::size_t most);
    bool window_open() const;
    bool sent_home(const Peer& home, const LocationEntry& guest) const;
    void follow_up(Peer& peer);
    void told_to_go_home(Peer& home, LocationEntry& guest);
    void came_home(Peer& home, LocationEntry& guest, base::Instant registered_there);
    void came_back(Peer& home, LocationEntry& guest);
    void went_silent(LocationEntry& guest);
    void take_back(LocationEntry& guest);
    void end_journeys(Peer& home);
    bool hearing_backups() const;
    bool brings_phone_of(const RegistrationPlan& plan, const std::vector<Binding>& there) const;
    bool served_by_backup(const base::Aor& aor, const RegistrationPlan& plan) const;
    bool served_by_another_backup(const Peer& home, const base::Aor& aor, const RegistrationPlan& plan) const;
    void count_arrival(Peer& home, LocationEntry& guest);
    void count_refusal(Peer& home, LocationEntry& guest) const;
    void note_gap(Peer& home, base::Instant since) const;

    // straying.cpp: phones that their living home does not reach
    void note_knock(Peer& home, const LocationEntry& entry, const RegisterRequest& request);
    bool can_be_asked(const Peer& home) const;
    void on(PhoneProbed& probed);
    static bool must_prove_way_back(const LocationEntry& entry, const Authentication& authentication);
    void begin_search(const LocationEntry& entry, const PhoneQuestion& question, const Peer& asker);
    void note_way_back(const RegisterRequest& request, const base::Aor& aor, const Authentication& authentication);
    void let_go(const Searches::Search& search);
    void answer_askers(const Searches::Search& search, PhoneFinding finding);
    void send_verdict(const base::SiteName& asker, const base::Aor& aor, PhoneFinding finding);
    void adopt_strays(Peer& home);

    // keeping.cpp: what the store brings
    void on(StateLoaded& loaded);
    bool registered_later_elsewhere(const BindingsRow& row) const;
    void on(UsersLoaded& loaded);
    void on(UsersChanged& changed);
    void on(LicencesLoaded& loaded);
    void on(StoreAvailability& availability);
    void restore(const FailoverRow& row);
    static void take(const FailoverRow& row, Failover& failover);
    void restore(BindingsRow& row);
    void forget_user(const base::Aor& aor);

    // commanding.cpp
    void on(OperatorCommand& command);
    Report carry_out(const ShowStatus&);
    Report carry_out(const ShowPeers&);
    Report carry_out(const ShowRegistrations& command);
    Report carry_out(const ShowLicences&);
    Report carry_out(const Explain& command);
    Report carry_out(const Drain& command);
    Report carry_out(const Resume&);
    Report carry_out(const ShowHistory& command);
    Report carry_out(const ShowCalls& command);
    Report carry_out(const Failback& command);
    Report carry_out(const Force& command);
    void end_drain(bool by_itself);
    std::string_view user_agent_of(const LocationEntry* entry, const base::Aor& aor) const;
    base::Expected<base::Aor> aor_as_typed(std::string_view typed) const;
    StatusReport status() const;
    PeerReport report_on(const Peer& peer) const;

    // setting_users.cpp
    base::Expected<std::string> change_settings(const base::Aor& aor, std::string_view changes);
    Report carry_out(const SetUser& command);
    Report carry_out(const ShowFailoverChanges& command);

    // grouping.cpp
    GroupReport report_on_group(const backup::UserRecord& record, const Peer* home);
    Report carry_out(const ShowGroups& command);

    // rehearsing.cpp
    void on(SelfObserved& observed);
    void look_for_physical_phones();
    Report carry_out(const Drill& command);
    Report carry_out(const ShowReadiness&);
    std::optional<std::uint64_t> room_for_guests() const;
    Condition condition() const;
    PairFacts pair_facts(const Peer& peer, bool at_home) const;
    std::vector<PairReadiness> readiness() const;

    // timing.cpp
    void on(Started& started);
    void on(TimePassed&);
    void forgive_own_stall();
    bool just_woken() const;
    void expire_bindings();
    void beat();

    void announce(Notice notice) { out_->push_back(Announce{std::move(notice)}); }
    bool users_known() const { return directory_.loaded() || directory_.borrowed(); }
    bool serving() const { return users_known() && !pbx_.lost(); }
    std::uint64_t salt() { return ++answers_ * 0x9e3779b97f4a7c15u >> 32; }

    Settings settings_;
    base::Epoch epoch_;
    Directory directory_;
    backup::Vault vault_;
    Location location_;
    LicenceLedger licences_;
    PbxWatch pbx_{settings_.calls.pbxs};
    OwnRequests own_requests_{settings_};
    Upstream upstream_;
    base::Sequence upstream_seen_;  // of the registrations' changes
    Inquiries inquiries_;
    Searches searches_;
    auth::NonceKeyring keyring_;
    std::map<base::SiteName, Peer> peers_;
    std::map<base::SiteName, Borrowing> borrowings_;  // by home, this site too
    Governor governor_;
    AdmissionQueue queue_;
    std::optional<Storm> storm_;  // while anybody waits
    Calling calling_{{settings_, directory_, vault_, location_, peers_, keyring_, pbx_, own_requests_, minute_of_day_},
                     [this](const base::Aor& aor, std::string_view changes) { return change_settings(aor, changes); }};
    std::optional<std::uint16_t> minute_of_day_;  // as the site's clock shows it
    History history_;
    struct Maintenance {
        std::string reason;
        std::optional<base::Instant> ends;  // by itself
    };
    std::optional<Maintenance> draining_;
    SelfObserved self_;
    base::Instant self_at_;
    bool own_physical_phone_ = false;
    bool store_available_ = false;
    bool state_loaded_ = false;
    bool lived_before_ = false;
    // The image in memory that outlives the process (remembering.cpp).
    bool memory_kept_ = false;
    bool image_due_ = false;   // a new one, at the end of this step
    base::WipedBytes memory_;  // frames of this step
    std::uint64_t image_number_ = 0;
    std::size_t image_octets_ = 0;  // of the image when it was begun
    std::size_t appended_ = 0;      // to it since
    std::map<base::Aor, base::SiteName>
        recovered_;  // of whose bindings, and whose guest it was, the image has told; until the database is reached
    std::map<base::Aor, SettingsRow> unwritten_settings_;
    base::Sequence written_upto_;  // bindings changed until then are surely in the database
    std::deque<std::pair<base::Instant, base::Sequence>> written_marks_;

    base::Instant started_;
    base::Instant heartbeat_at_;
    std::optional<base::Instant> woke_at_;             // after a sleep longer than a guest's lease (R5)
    base::Instant ran_at_;                             // the step before this one
    base::Instant stalled_at_ = base::Instant::min();  // when we last found that we had not run
    std::optional<base::Instant> publish_at_;
    std::uint64_t answers_ = 0;  // salt of Retry-After

    // Of the step under way.
    base::Instant now_;
    Effects* out_ = nullptr;
};

// Ages are exact to the latency of a link; closer registrations of one phone at two sites count as simultaneous.
inline constexpr base::Duration simultaneous = std::chrono::seconds(1);
bool same_phone(const Binding& one, const Binding& other);
bool has_physical(const std::vector<Binding>& bindings);
std::string link_in_words(const Peer& peer);  // of a link that is down
std::string leaving_in_words(const Peer& peer, base::Instant now);

}  // namespace innkeeper::core
