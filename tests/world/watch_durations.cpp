// The rules of the watch that speak of time: R3, R4, R6 and service without gaps.
#include <algorithm>

#include "support/print.h"
#include "world/watch.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration witness_needs = 4s;         // a view is a heartbeat old, and health takes its own time
constexpr base::Duration double_service_ends = 10s;  // R4
constexpr base::Duration settled_link = 5s;          // a home behind it can be asked
constexpr base::Duration standbys_wait = 1s;

bool calm(const Quality& path) {
    return path.loss < 0.02 && path.latency + path.jitter < 100ms;
}

}  // namespace

void Watch::tick() {
    for (const auto& [name, site] : world_.sites()) {
        Ledger& ledger = ledgers_[name];
        if (site->running() && ledger.users_loaded) ledger.last_ready = world_.calendar.now();
    }
    note_clear_paths();
    judge_double_service();
    judge_service();
    if (++ticks_ % 5 == 0) judge_tables();
    judge_moves();
    judge_lending();
    judge_waiting_standbys();
    calls.tick();
}

bool Watch::clear(Site& one, Site& other) const {
    const Network& network = world_.network;
    const Place& here = one.name().text;
    const Place& there = other.name().text;
    return one.running() && other.running() && one.wire_to(other.name()).up() && other.wire_to(one.name()).up() &&
           network.open(here, there) && network.open(there, here) && calm(network.quality(here, there)) &&
           calm(network.quality(there, here));
}

void Watch::note_clear_paths() {
    for (const auto& [one, site] : world_.sites()) {
        for (const auto& [other, peer] : world_.sites()) {
            const bool ready = ledgers_[one].users_loaded && !ledgers_[one].draining;
            if (one != other && ready && clear(*site, *peer))
                clear_since_.try_emplace({one, other}, world_.calendar.now());
            else
                clear_since_.erase({one, other});
        }
    }
}

base::Duration Watch::clear_for(const base::SiteName& one, const base::SiteName& other) const {
    const auto there = clear_since_.find({one, other});
    const auto back = clear_since_.find({other, one});
    if (there == clear_since_.end() || back == clear_since_.end()) return {};
    return world_.calendar.now() - std::max(there->second, back->second);
}

bool Watch::witnessed(const base::SiteName& home, const base::SiteName& backup) const {
    for (const auto& [third, site] : world_.sites()) {
        if (third == home || third == backup) continue;
        if (clear_for(third, home) > witness_needs && clear_for(third, backup) > witness_needs) return true;
    }
    return false;
}

void Watch::judge_double_service() {
    const Moment now = world_.calendar.now();
    for (const auto& phone : world_.phones()) {
        const PhoneOrders& orders = phone->orders();
        for (const base::SiteName& other : orders.servers) {
            if (other == orders.home) continue;
            const std::pair key(orders.aor, other);
            const bool both = world_.site(orders.home.text).running() && world_.site(other.text).running() &&
                              ledgers_[orders.home].serves(orders.aor, now) && ledgers_[other].serves(orders.aor, now);
            if (!both) {
                double_since_.erase(key);
                continue;
            }
            const Double& twice =
                double_since_.try_emplace(key, Double{now, witnessed(orders.home, other)}).first->second;
            const base::Duration lasted = now - twice.since;
            const std::string told = std::string(orders.aor.text()) + " at " + orders.home.text + " and " + other.text;
            if (std::min(lasted, clear_for(orders.home, other)) > double_service_ends)
                violated("double service ends after healing", told);
            const core::FailoverSettings& bounds = world_.site(other.text).settings().failover;
            const base::Duration longest = bounds.failback_after * 16 + bounds.homeless_grace + bounds.guest_lease;
            if (lasted > longest + double_service_ends && twice.began_witnessed && witnessed(orders.home, other))
                violated("one phone, one server while a third peer sees the home", told);
        }
    }
}

// SR4: at failover nobody has to ask.
void Watch::judge_waiting_standbys() {
    const Moment now = world_.calendar.now();
    for (const auto& [name, site] : world_.sites()) {
        const Ledger& ledger = ledgers_[name];
        if (!site->running() || now - ledger.thawed < standbys_wait) continue;
        for (const auto& [aor, home] : ledger.standbys) {
            if (served_elsewhere(aor, name, now)) continue;  // by another backup
            // One that has just died is missed only when it is silent for long enough.
            if (served_until(aor, name, site->settings().health.lost_after + standbys_wait)) continue;
            const auto since = ledger.phase_since.find(home);
            if (ledger.phase(home) == core::Phase::active && now - since->second > standbys_wait)
                violated("standbys are served as soon as the failover is on",
                         name.text + ": " + std::string(aor.text()));
        }
    }
}

// ---- service

bool Watch::in_service(const Phone& phone) const {
    const Moment now = world_.calendar.now();
    const PhoneOrders& orders = phone.orders();
    for (const base::SiteName& server : orders.servers) {
        const auto ledger = ledgers_.find(server);
        if (ledger == ledgers_.end() || !world_.site(server.text).running()) continue;
        const auto served = ledger->second.served.find(orders.aor);
        if (served == ledger->second.served.end()) continue;
        const auto contact = served->second.contacts.find(phone.contact());
        const bool reached =
            world_.network.open(server.text, orders.place) && world_.network.open(orders.place, server.text);
        if (contact != served->second.contacts.end() && contact->second > now && reached) return true;
    }
    return false;
}

bool Watch::home_could_serve(const Phone& phone) const {
    const PhoneOrders& orders = phone.orders();
    const Site& home = world_.site(orders.home.text);
    const Ledger& ledger = ledgers_.at(orders.home);
    const bool listed = std::find(orders.servers.begin(), orders.servers.end(), orders.home) != orders.servers.end();
    const auto pool_of_kind = [&](const core::LicencePool& pool) {
        return pool.name == backup::to_text(orders.terminal);
    };
    const bool licensed = std::any_of(home.store.pools.begin(), home.store.pools.end(), pool_of_kind);
    return listed && !licensed && home.running() && ledger.users_loaded && !ledger.draining && !ledger.pbx_lost &&
           world_.network.open(orders.place, orders.home.text) && world_.network.open(orders.home.text, orders.place);
}

bool Watch::backup_could_serve(const Phone& phone) const {
    const PhoneOrders& orders = phone.orders();
    const Site& home = world_.site(orders.home.text);
    const bool strays = home_does_not_reach(phone);
    if (home.process() != Site::Process::off && !strays) return false;  // else its silence may be the network's
    for (const base::SiteName& name : home.settings().backups) {
        const Site& backup = world_.site(name.text);
        const bool listed = std::find(orders.servers.begin(), orders.servers.end(), name) != orders.servers.end();
        const bool reached =
            world_.network.open(orders.place, name.text) && world_.network.open(name.text, orders.place);
        if (!listed || !reached || !backup.running() || ledgers_.at(name).draining) continue;
        const core::Phase phase = ledgers_.at(name).phase(orders.home);
        const bool begun = phase != core::Phase::normal && phase != core::Phase::allowed;
        if (strays && clear_for(orders.home, name) < settled_link) continue;  // the home must be asked
        if (!strays && !begun && orders.terminal == backup::TerminalKind::soft) continue;
        const core::Census census = backup.census();
        for (const core::HomeStatus& status : census.status.homes)
            if (status.home == orders.home && status.records == home.store.users.size()) return true;
    }
    return false;
}

bool Watch::home_does_not_reach(const Phone& phone) const {
    const PhoneOrders& orders = phone.orders();
    const Ledger& ledger = ledgers_.at(orders.home);
    const bool cut_off =
        !world_.network.open(orders.place, orders.home.text) || !world_.network.open(orders.home.text, orders.place);
    return cut_off && world_.site(orders.home.text).running() && ledger.users_loaded && !ledger.draining &&
           !ledger.pbx_lost;
}

base::Duration Watch::longest_outage(const Phone& phone) const {
    const PhoneOrders& orders = phone.orders();
    const core::Settings& settings = world_.site(orders.home.text).settings();
    const base::Duration lease =
        std::max(base::Duration(std::chrono::seconds(orders.expires)), settings.failover.guest_lease);
    const base::Duration probes = orders.habit == Habit::successive ? orders.probe_home_every : base::Duration{};
    return lease + settings.health.lost_after + phone.longest_pause() * 2 + probes + service_slack;
}

void Watch::judge_service() {
    for (const auto& phone : world_.phones()) judge_phone(*phone);
}

void Watch::judge_phone(const Phone& phone) {
    const base::Aor& aor = phone.orders().aor;
    if (!phone.on() || phone.waits_for_its_turn() || in_service(phone)) {
        outages_.erase(aor);
        return;
    }
    const bool by_home = home_could_serve(phone);
    if (!by_home && !backup_could_serve(phone)) {
        outages_.erase(aor);
        return;
    }
    Outage& outage = outages_.try_emplace(aor, Outage{world_.calendar.now(), by_home}).first->second;
    if (outage.by_home != by_home) outage = {world_.calendar.now(), by_home};
    if (world_.calendar.now() - outage.since > longest_outage(phone))
        violated("no phone is left without service",
                 std::string(aor.text()) + " for " + support::print(world_.calendar.now() - outage.since) +
                     (by_home ? ", its home could serve it" : ", a backup could serve it"));
}

// ---- the end of a run

void Watch::all_is_well() {
    const Act act(world_.inputs, [] { return "all is well"; });
    for (const auto& [name, site] : world_.sites())
        for (const auto& [other, peer] : world_.sites())
            // A home without licences for its phones takes them not, and they stay where they are served.
            if (ledgers_[name].phase(other) != core::Phase::normal && peer->store.pools.empty())
                violated("everybody goes home in the end", name.text + " has " + other.text + " in phase " +
                                                               std::string(to_text(ledgers_[name].phase(other))));
    for (const auto& phone : world_.phones())
        if (phone->on() && !phone->waits_for_its_turn() && !in_service(*phone) && home_could_serve(*phone))
            violated("everybody is served in the end", std::string(phone->orders().aor.text()));
    if (const auto differs = replica_that_differs()) violated("replicas equal their writer", *differs);
}

std::optional<std::string> Watch::replica_that_differs() {
    const Act act(world_.inputs, [] { return "replicas are compared"; });
    using Row = std::pair<std::string, std::string>;  // AOR at site
    std::map<base::SiteName, std::set<Row>> seen;
    for (const auto& [name, site] : world_.sites()) {
        const core::Census census = site->census();
        for (const core::HomeStatus& home : census.status.homes)
            if (home.backed_up_here && home.records != world_.site(home.home.text).store.users.size())
                return name.text + " holds " + std::to_string(home.records) + " records of " + home.home.text;
        auto* rows = &seen[name];
        site->command(core::ShowRegistrations{{}, false}, [rows](const core::Report& report) {
            for (const auto& row : std::get<core::RegistrationsReport>(report).rows)
                rows->insert({std::string(row.aor.text()), row.site.text});
        });
    }
    for (const auto& [name, rows] : seen)
        if (rows != seen.begin()->second)
            return name.text + " and " + seen.begin()->first.text +
                   " do not see the same registrations: " + std::to_string(rows.size()) + " and " +
                   std::to_string(seen.begin()->second.size());
    return std::nullopt;
}

}  // namespace innkeeper::world
