#include "sim/town.h"

#include <algorithm>
#include <map>
#include <span>

#include "core/limits.h"
#include "support/settings.h"
#include "world/group_text.h"
#include "world/phone_models.h"
#include "world/settings_text.h"

namespace innkeeper::sim {
namespace {

using namespace std::chrono_literals;
constexpr std::uint64_t groups_of_their_own = 0x6009;  // a stream that shifts no other draw

// The first `count` sites but this one.
std::vector<base::SiteName> others_than(std::string_view site, std::size_t count) {
    std::vector<base::SiteName> others;
    for (std::size_t i = 0; i < count; ++i)
        if (site_names[i] != site) others.push_back({site_names[i]});
    return others;
}

// One or more of the others, in an order drawn.
std::vector<base::SiteName> backups_drawn(std::vector<base::SiteName> others, world::Random& random) {
    for (std::size_t i = others.size(); i > 1; --i) std::swap(others[i - 1], others[random.below(i)]);
    if (others.size() > 1) others.resize(1 + random.below(2));
    return others;
}

world::PhoneOrders orders_drawn(const base::SiteName& home, const std::vector<base::SiteName>& backups,
                                std::size_t number, const TownPlan& plan, world::Random& random) {
    world::PhoneOrders orders;
    const std::string user = home.text.substr(0, 1) + std::to_string(100 + number);
    orders.aor = base::Aor::from_parts(user, support::domain).value();
    orders.home = home;
    orders.servers = {home};
    orders.servers.insert(orders.servers.end(), backups.begin(), backups.end());
    orders.place = home.text + "-phones";
    const auto models = world::phone_models(plan.concurrent, plan.patient);
    models[random.below(models.size())]->equip(orders);
    if (plan.softphones && number != 0 && random.chance(0.3)) {
        orders.terminal = backup::TerminalKind::soft;
        if (orders.habit == world::Habit::concurrent) {
            orders.user_agent = "Yealink UME";  // a softphone may stand by, and yet begins no failover
        } else {
            orders.user_agent = "baresip";
            orders.habit = world::Habit::sticky_list;
        }
    }
    // Of a profile that blocks it. Two backups that both take it in would hand it to and fro with each of its
    // refreshes.
    if (orders.habit == world::Habit::concurrent && number % 2 == 1) {
        orders.user_agent = "Panasonic KX-HDV230";
        orders.servers.resize(2);
    }
    if (random.chance(0.4)) orders.algorithm = auth::Algorithm::sha256;
    orders.expires = 20 + static_cast<std::uint32_t>(random.below(plan.expires_at_most - 20 + 1));
    orders.refresh_at_most = plan.refresh_at_most;
    return orders;
}

// Two or three phones of a site may be accounts of one telephone, which logs them in one after the other (MU2).
void join_accounts(world::World& world, const std::vector<world::Phone*>& phones) {
    std::vector<world::Phone*> accounts;
    for (world::Phone* phone : phones)
        if (phone->orders().habit != world::Habit::concurrent && accounts.size() < 3) accounts.push_back(phone);
    if (accounts.size() > 1 && world.random.chance(0.4)) world.add_login_queue(accounts);
}

// One or two of each site, with two or three of its own phones and sometimes one of another site. Where a phone of the
// house is left over it may have to take what the group does not.
void add_groups(world::World& world, const std::vector<base::SiteName>& sites, world::Random random) {
    std::map<base::SiteName, std::vector<std::string>> users;
    for (const auto& phone : world.phones()) users[phone->orders().home].emplace_back(phone->orders().aor.user());
    static constexpr core::HuntStrategy strategies[] = {core::HuntStrategy::ring_all, core::HuntStrategy::sequential,
                                                        core::HuntStrategy::rotary, core::HuntStrategy::longest_idle};
    for (const base::SiteName& site : sites) {
        const std::uint64_t groups = 1 + random.below(2);
        for (std::uint64_t number = 0; number < groups; ++number) {
            std::vector<std::string> own = users[site];
            for (std::size_t i = own.size(); i > 1; --i) std::swap(own[i - 1], own[random.below(i)]);
            const std::uint64_t members = 2 + random.below(2);
            std::string list;
            for (std::uint64_t i = 0; i < members; ++i) list += (i == 0 ? "" : ",") + own[i];
            const std::vector<std::string>& others = users[sites[random.below(sites.size())]];
            const std::string& from_elsewhere = others[random.below(others.size())];
            const bool elsewhere = random.chance(0.5) && from_elsewhere[0] != own[0][0];
            if (elsewhere) list += ',' + from_elsewhere;
            std::vector<std::string> words{"group",
                                           site.text.substr(0, 1) + std::to_string(600 + number),
                                           "of",
                                           site.text,
                                           std::string(to_text(strategies[random.below(std::size(strategies))])),
                                           list,
                                           "each",
                                           std::to_string(4 + random.below(6)) + "s"};
            const bool overflows = random.chance(0.4);
            if (overflows && own.size() > members) words.insert(words.end(), {"overflow", own[members]});
            std::vector<backup::UserRecord> records;
            records.push_back(world::group_in(words));
            world.site(site.text).change_users(std::move(records), {});
        }
    }
}

bool everybody_is_home(const world::World& world) {
    return std::all_of(world.phones().begin(), world.phones().end(), [&](const auto& phone) {
        return !phone->on() || (phone->working() == phone->orders().home && world.watch.in_service(*phone));
    });
}

bool somebody_talks(const world::World& world) {
    return std::any_of(world.phones().begin(), world.phones().end(),
                       [](const auto& phone) { return phone->calls().busy(); });
}

// An end that did not pass where the call had: a phone that is believed to talk stays where it is (IP7).
bool somebody_is_believed_to_talk(const world::World& world) {
    return std::any_of(world.sites().begin(), world.sites().end(),
                       [](const auto& site) { return site.second->census().dialogs > 0; });
}

}  // namespace

core::Settings brisk_settings(std::string_view site, std::size_t sites) {
    core::Settings settings = support::settings_of(site, {}, {});
    settings.peers = others_than(site, sites);
    std::sort(settings.peers.begin(), settings.peers.end());  // as a scenario makes them
    settings.failover.failback_after = 10s;
    settings.failover.homeless_grace = 15s;
    settings.failover.guest_lease = 20s;
    settings.expiry.min_expires = 10s;
    return settings;
}

void build_town(world::World& world, const TownPlan& plan) {
    const std::size_t sites = plan.least_sites + world.random.below(plan.most_sites - plan.least_sites + 1);
    const world::Quality disturbed{2ms, 3ms, plan.loss, plan.loss, plan.loss};
    for (const char* name : std::span(site_names).first(sites)) {
        core::Settings settings = brisk_settings(name, sites);
        if (plan.product_times) settings.failover = {};
        if (plan.pbxs) world::set(settings, "pbx", "main");
        settings.backups = backups_drawn(settings.peers, world.random);
        const std::vector<base::SiteName> backups = settings.backups;
        world::Site& site = world.add_site(std::move(settings));
        if (plan.licences) {
            core::LicencePool pool{"desk", plan.phones_per_site / 2, {}};
            const base::Duration end = world.random.between(5s, 120s);
            if (plan.licences_end) pool.ends = base::Instant(end);
            world.add_licences(site.name(), std::move(pool));
        }
        std::vector<world::Phone*> phones;
        for (std::size_t number = 0; number < plan.phones_per_site; ++number)
            phones.push_back(&world.add_phone(orders_drawn(site.name(), backups, number, plan, world.random)));
        if (plan.several_accounts) join_accounts(world, phones);
        for (const char* other : std::span(site_names).first(sites)) {
            world.disturb(std::string(name) + "-phones", other, disturbed);
            world.disturb(other, std::string(name) + "-phones", disturbed);
        }
    }
    std::vector<base::SiteName> names;
    for (const char* name : std::span(site_names).first(sites)) names.push_back({name});
    add_groups(world, names, world::Random(world.seed() ^ groups_of_their_own));
    world.start_sites();
    world.run_for(2s);
    world.switch_on_phones();
    world.run_until([&] { return everybody_is_home(world); }, 20s);
}

void heal_and_judge(world::World& world) {
    world.heal_all();
    for (const auto& [name, site] : world.sites()) {
        site->set_store_available(true);
        if (!site->settings().calls.pbxs.empty()) site->set_pbx(world::PbxState::there);
        site->start();
        site->thaw();
        if (world.watch.ledger(*site).draining) site->command(core::Resume{}, [](const core::Report&) {});
    }
    const auto settled = [&] {
        for (const auto& [name, site] : world.sites())
            for (const auto& [home, phase] : world.watch.ledger(*site).phases)
                if (phase != core::Phase::normal && world.site(home.text).store.pools.empty()) return false;
        return true;
    };
    const core::Settings& settings = world.sites().begin()->second->settings();
    const base::Duration once = settings.failover.failback_after * 16 + settings.failover.homeless_grace +
                                settings.failover.guest_lease * 2 + settings.health.lost_after + 10s;
    const base::Duration longest = once * 2;  // a canary whose datagram was lost on its way home stops a failback once
    world.run_for(4s);                        // whoever has just started finds out where it stands
    world.run_until(settled, longest);
    world.chatter.end();
    world.run_until([&] { return !somebody_talks(world); }, 60s);
    if (somebody_is_believed_to_talk(world)) world.run_until(settled, core::Limits::longest_call + longest);
    world.run_until([&] { return everybody_is_home(world); }, 75s);  // a Retry-After may be that long
    world.run_for(8s);                                               // the last changes reach everybody
    world.run_until([&] { return everybody_is_home(world); }, 75s);
    world.run_until([&] { return !world.watch.replica_that_differs(); }, 2s);  // a change may be under way
    world.watch.all_is_well();
}

}  // namespace innkeeper::sim
