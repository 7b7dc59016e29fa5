// One site of the virtual world: the real core, its store, its clock, its process that can be killed, frozen and
// started again, and what the runtime does in the real daemon: feed events, perform effects, keep one timer.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/gatekeeper.h"
#include "support/owned_register.h"
#include "world/store.h"
#include "world/wire.h"

namespace innkeeper::world {

class World;

// What a phone has received, in words of its own.
struct SeenResponse {
    std::uint16_t status = 0;
    std::string phrase;
    std::vector<std::pair<std::string, std::uint32_t>> contacts;  // URI, seconds left
    std::string realm;
    std::string nonce;  // empty: no challenge
    std::optional<std::uint32_t> retry_after;
    std::optional<std::uint32_t> min_expires;
    std::string warning;
};

enum class PbxState : std::uint8_t { there, silent, unreachable, overloaded };
std::optional<PbxState> pbx_state_from(std::string_view text);  // as a scenario says it

// What a step was about, for the watch and the transcript.
struct Occasion {
    std::string_view what;                            // "REGISTER", "message", "link", ...
    const support::OwnedRegister* request = nullptr;  // with REGISTER
    bool timer = false;
};

class Site {
public:
    enum class Process : std::uint8_t { off, running, frozen };

    Site(World& world, core::Settings settings);

    const base::SiteName& name() const { return settings_.site; }
    const core::Settings& settings() const { return settings_; }
    Process process() const { return process_; }
    bool running() const { return process_ == Process::running; }
    bool powered() const { return powered_; }
    base::Duration frozen_for() const;  // the last time
    base::Duration store_available_for() const;
    std::uint64_t life() const { return life_; }

    void configure(core::Settings settings) { settings_ = std::move(settings); }  // before the first start
    void start();
    void start_with(core::Settings settings);  // the operator edited the file and started again
    void kill();                               // kill -9: the kernel closes its connections
    void lose_power();                         // nobody is told; its clock begins anew
    void freeze();                             // SIGSTOP: its connections stay, nothing is answered
    void thaw();
    void stop_as_planned();  // SIGTERM: drains, then ends
    void set_store_available(bool available);
    void show_time(std::uint16_t minute_of_day);
    void change_users(std::vector<backup::UserRecord> changed, std::vector<base::Aor> removed);

    // What the site is told of itself, for readiness.
    base::Duration certificate_ends_in = std::chrono::hours(24 * 365);
    void observe_self();
    void measure_lag(base::Duration lag);  // once, as its loop does ten times a second

    // Inputs. Held back while frozen; refused while off.
    void receive(std::shared_ptr<support::OwnedRegister> request, std::function<void(SeenResponse)> back);
    void probe(base::Flow source, std::string user, std::function<void(SeenResponse)> back);  // user: in From, or none
    void set_pbx(PbxState state);
    bool has_pbx() const { return !settings_.calls.pbxs.empty() && pbx_ == PbxState::there; }
    void receive_sip(const base::Flow& from, const std::string& octets);  // any message but a REGISTER
    void lose_hop(const calls::Hop& hop);
    void command(core::Command command, std::function<void(const core::Report&)> back);
    void message(const base::SiteName& from, const std::string& bytes);
    void link_changed(const base::SiteName& peer, core::LinkState state, std::string detail);

    Store store;
    Wire& wire_to(const base::SiteName& peer);
    void connect(Site& peer);
    void path_changed();

    base::Instant local(Moment moment) const;
    Moment world_moment(base::Instant instant) const;
    void set_clock_error(std::int64_t parts_per_million);  // from now on
    void set_wall_error(std::chrono::seconds error);       // what a start reads of it
    core::Census census() const;
    base::Instant next_deadline() const;
    std::size_t unanswered() const { return requests_.size(); }

    // Planted faults, to prove that the watch bites: may change what a step wants done, or swallow an event.
    std::function<void(core::Effects&)> tamper;
    std::function<bool(const core::Event&)> swallow;
    std::function<void(core::Census&)> miscount;

private:
    static constexpr std::size_t socket_buffer = 200;  // datagrams that wait for a frozen process
    void when_awake(std::function<void()> what);
    void step(core::Event event, const Occasion& occasion);
    void perform(const core::Effect& effect);
    void answer(const core::Response& response);
    void ask_phone(const core::ProbePhone& probe);
    void send_sip(const core::SendSip& message);
    void send_datagram(const base::Endpoint& to, const std::string& octets);
    bool is_pbx(const calls::AddressHop& address) const;
    void send_to_pbx(const calls::AddressHop& to, const std::string& octets);
    void write(core::Row row);
    void arm();
    void wake(std::uint64_t alarm);
    void end_process();
    void load_from_store();
    void load_pages_of_users();
    void recall();
    void tear_memory();
    template <class Change>
    void convert(core::Row& row, Change change) const;
    core::StateLoaded state_kept() const;

    World& world_;
    core::Settings settings_;
    std::optional<core::Gatekeeper> gatekeeper_;
    Process process_ = Process::off;
    bool powered_ = true;
    bool loaded_ = false;
    std::uint64_t life_ = 0;
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, std::function<void(SeenResponse)>> requests_;
    std::map<std::uint64_t, std::function<void(const core::Report&)>> commands_;
    std::deque<std::function<void()>> held_back_;
    std::map<base::SiteName, std::unique_ptr<Wire>> wires_;
    core::Effects effects_;
    base::Duration boot_;  // what the local clock shows when the world's shows zero
    std::int64_t clock_error_ = 0;
    base::Duration wall_error_{};
    Moment frozen_since_{};
    Moment store_since_{};
    base::Instant armed_for_ = base::Instant::max();
    std::uint64_t alarm_ = 0;
    bool flush_planned_ = false;
    PbxState pbx_ = PbxState::there;
    std::string memory_;  // what a supervisor keeps for the next life; gone with the power, or a planned stop
};

}  // namespace innkeeper::world
