// Looks over the shoulder of every site after every step and knows the whole truth: which process runs, which path is
// open, what every phone was told. What must never happen, or not for longer than a bound, ends the run with a
// Violation that names the rule.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "core/effect.h"
#include "world/ledger.h"
#include "world/site.h"
#include "world/watch_calls.h"

namespace innkeeper::world {

class Phone;

struct Violation : std::runtime_error {
    Violation(std::string rule_broken, const std::string& what)
        : std::runtime_error("broken: " + rule_broken + ": " + what), rule(std::move(rule_broken)) {}
    std::string rule;
};

class Watch {
public:
    explicit Watch(World& world) : calls(world), world_(world) {}

    CallWatch calls;

    // What a run adds to the rules.
    enum class Forbidden : std::uint8_t { nothing, guests, phases, failovers };  // failovers: strays may come
    void forbid(Forbidden what);  // R2: nothing that happens may let a guest in, or even doubt a home
    base::Duration service_slack = std::chrono::seconds(20);

    void started(Site& site);
    void ended(Site& site);
    void thawed(Site& site);
    void state_loaded(Site& site);
    void recalled(Site& site);
    void memory_lost(Site& site);
    void users_loaded(Site& site);
    void sent(Site& site, const core::SendToPeer& send, const std::string& bytes);
    void printed(const Site& site, const std::string& text);  // a row, a notice or a report, as it would be shown
    void stepped(Site& site, const Occasion& occasion, const core::Effects& effects);
    void tick();                   // every 100 ms: rules about durations
    void judge_queue(Site& site);  // of newcomers who wait there

    // R6: how often a phone changed the site that alone serves it.
    std::uint32_t moves_of(const base::Aor& aor) const;
    std::uint32_t most_moves() const;
    void allow_moves(std::uint32_t most);  // from now on, of each phone
    // After healing and a time for settling: everybody is home, every replica equals its writer.
    void all_is_well();
    std::optional<std::string> replica_that_differs();
    [[noreturn]] void violated(const std::string& rule, const std::string& what);

    const Ledger& ledger(const Site& site) const { return ledgers_.at(site.name()); }
    base::Duration clear_for(const base::SiteName& one, const base::SiteName& other) const;  // both ways
    // Truth: unexpired at a running site, reachable both ways.
    bool in_service(const Phone& phone) const;

private:
    Forbidden forbidden_ = Forbidden::nothing;
    void judge_answers(Site& site, const Occasion& occasion, const core::Effects& effects);
    void judge_response(Site& site, const Occasion& occasion, const core::Response& response);
    void judge_admission(Site& site, const support::OwnedRegister& request, bool new_here, core::Phase before);
    void judge_stray(Site& site, const base::Aor& aor);
    void judge_notice(Site& site, const core::Notice& notice);
    void judge_release(Site& site, const base::SiteName& home, const base::Aor& guest);
    void judge_hold_down(Site& site, const core::FailoverPhaseChanged& phase);
    void judge_homecoming(const Site& home, const base::Aor& aor);
    bool keeps_its_guest(const Site& backup, const Site& home, const base::Aor& aor) const;
    void judge_row(Site& site, const core::Row& row);
    void judge_standbys(Site& site, const core::BindingsRow& row);
    void judge_waiting_standbys();
    void judge_licences(Site& site);
    void judge_deadline(Site& site, bool timer);
    void judge_turn(Site& site, const core::Effects& effects);
    void judge_wakening(Site& site, const Occasion& occasion, const core::Response& response);

    void judge_tables();
    void judge_sizes(const Site& site, const core::Census& census);
    void judge_catching_up(const Site& reader, const base::SiteName& writer, std::uint64_t behind);

    bool served_elsewhere(const base::Aor& aor, const base::SiteName& here, Moment since) const;
    // Another site that was killed so short a time ago served it.
    bool served_until(const base::Aor& aor, const base::SiteName& here, base::Duration ago) const;
    void note_clear_paths();
    void judge_double_service();
    void judge_service();
    void judge_moves();
    using Registered = std::set<std::pair<base::Aor, std::string>>;  // and Contact
    static Registered registered_at(Site& site);
    void note_former_life(Site& site);
    void judge_loaded(Site& site, const Registered& known);
    void judge_lending();
    bool lends(const Site& backup, const base::SiteName& home) const;
    void judge_phone(const Phone& phone);
    bool home_could_serve(const Phone& phone) const;
    bool backup_could_serve(const Phone& phone) const;
    bool home_does_not_reach(const Phone& phone) const;  // although it serves
    base::Duration longest_outage(const Phone& phone) const;
    bool clear(Site& one, Site& other) const;
    // A third peer that has seen both well for a while, as `backup` should know of `home`.
    bool witnessed(const base::SiteName& home, const base::SiteName& backup) const;

    World& world_;
    std::map<base::SiteName, Ledger> ledgers_;
    std::map<std::pair<base::SiteName, base::SiteName>, Moment> clear_since_;
    struct Double {
        Moment since{};
        bool began_witnessed = false;
    };
    std::map<std::pair<base::Aor, base::SiteName>, Double> double_since_;
    struct Outage {
        Moment since{};
        bool by_home = false;
    };
    std::map<base::Aor, Outage> outages_;
    std::map<std::pair<base::SiteName, base::SiteName>, Moment> behind_since_;  // reader and writer
    int ticks_ = 0;
    struct Travels {
        base::SiteName at;
        std::uint32_t moves = 0;
    };
    std::map<base::Aor, Travels> travels_;
    std::optional<std::uint32_t> moves_allowed_;
    struct Former {        // what a life that was killed had
        bool kept = true;  // in memory that outlives it
        Moment ended{};
        std::map<base::Aor, Ledger::Served> served;
        std::map<base::Aor, std::pair<std::string, std::uint32_t>> licences;
        std::map<base::SiteName, std::uint64_t> records;
    };
    std::map<base::SiteName, Former> former_;
    std::map<std::pair<base::SiteName, base::SiteName>, Moment> without_records_;  // this site, of that home
    Moment lending_judged_{};
    std::uint16_t last_status_ = 0;  // of the answer in the step being judged
};

}  // namespace innkeeper::world
