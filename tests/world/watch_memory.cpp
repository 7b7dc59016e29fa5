// The rules of the watch about what outlives a crash, and about records that are lent (IP8, R7, R8, R9).
#include <algorithm>

#include "support/print.h"
#include "world/watch.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration lending_takes = 8s;  // a round of those who have nothing, and one that does not answer

std::map<base::SiteName, std::uint64_t> records_of(const Site& site) {
    std::map<base::SiteName, std::uint64_t> records;
    for (const core::HomeStatus& home : site.census().status.homes) records[home.home] = home.records;
    return records;
}

}  // namespace

Watch::Registered Watch::registered_at(Site& site) {
    Registered known;
    site.command(core::ShowRegistrations{{}, false}, [&](const core::Report& report) {
        for (const auto& row : std::get<core::RegistrationsReport>(report).rows)
            if (row.site == site.name()) known.insert({row.aor, row.contact});
    });
    return known;
}

void Watch::note_former_life(Site& site) {
    const Ledger& ledger = ledgers_[site.name()];
    former_[site.name()] = {true, world_.calendar.now(), ledger.served, ledger.licences, records_of(site)};
}

void Watch::memory_lost(Site& site) {
    if (const auto former = former_.find(site.name()); former != former_.end()) former->second.kept = false;
}

// Another site serves it, or did so until it was killed; that site's peers go on believing it.
bool Watch::served_elsewhere(const base::Aor& aor, const base::SiteName& here, Moment since) const {
    const bool now = std::any_of(ledgers_.begin(), ledgers_.end(), [&](const auto& ledger) {
        return ledger.first != here && ledger.second.serves(aor, world_.calendar.now());
    });
    return now || std::any_of(former_.begin(), former_.end(), [&](const auto& former) {
               const auto served = former.second.served.find(aor);
               return former.first != here && served != former.second.served.end() && served->second.changed > since;
           });
}

// R9, and R7 to the letter: before the database is reached, before a peer is heard, before any phone says a word, a
// restarted site has the guests it had and the records it needs to know them.
void Watch::recalled(Site& site) {
    const auto former = former_.find(site.name());
    if (former == former_.end() || !former->second.kept) return;
    const auto records = records_of(site);
    for (const auto& [home, count] : former->second.records)
        if (records.at(home) != count)
            violated("a restarted backup has its records", site.name().text + " has " +
                                                               std::to_string(records.at(home)) + " of " +
                                                               std::to_string(count) + " of " + home.text);
    const auto known = registered_at(site);
    const Moment now = world_.calendar.now();
    Ledger& ledger = ledgers_[site.name()];
    for (const auto& [aor, served] : former->second.served) {
        for (const auto& [contact, until] : served.contacts) {
            const bool there = known.contains({aor, contact});
            if (until <= now + 1s || (served.guest_of.text.empty() && !there)) continue;  // PostgreSQL may have it
            if (!there) violated("a restarted backup serves its guests", site.name().text + " forgot " + contact);
            if (const auto drawn = former->second.licences.find(aor); drawn != former->second.licences.end())
                ledger.licences.insert(*drawn);
            ledger.served[aor].guest_of = served.guest_of;
            ledger.served[aor].changed = now;
            ledger.served[aor].contacts[contact] = until;
        }
    }
}

// R7 to the letter: what was acknowledged in the last instant is in memory if it is not in the database.
void Watch::judge_loaded(Site& site, const Registered& known) {
    const auto former = former_.find(site.name());
    if (former == former_.end() || !former->second.kept) return;
    const Moment now = world_.calendar.now();
    for (const auto& [aor, served] : former->second.served) {
        if (ledgers_[site.name()].let_go.contains(aor) || served_elsewhere(aor, site.name(), served.changed)) continue;
        for (const auto& [contact, until] : served.contacts)
            if (until > now + 1s && !known.contains({aor, contact}))
                violated("a restarted site serves what it had", site.name().text + " forgot " + contact);
    }
}

bool Watch::served_until(const base::Aor& aor, const base::SiteName& here, base::Duration ago) const {
    return std::any_of(former_.begin(), former_.end(), [&](const auto& former) {
        return former.first != here && former.second.served.contains(aor) &&
               world_.calendar.now() - former.second.ended <= ago;
    });
}

bool Watch::lends(const Site& backup, const base::SiteName& home) const {
    const Site& owner = world_.site(home.text);
    const auto& named = owner.settings().backups;
    return std::find(named.begin(), named.end(), backup.name()) != named.end() &&
           records_of(backup).at(home) == owner.store.users.size() && !owner.store.users.empty();
}

// What one backup holds, another one that has lost it, or the home without its database, has soon.
void Watch::judge_lending() {
    const Moment now = world_.calendar.now();
    if (now - lending_judged_ < 1s) return;
    lending_judged_ = now;
    for (const auto& [name, site] : world_.sites()) {
        for (const auto& [home, owner] : world_.sites()) {
            const bool own = home == name;
            const auto& named = owner->settings().backups;
            const bool is_backup = std::find(named.begin(), named.end(), name) != named.end();
            const bool wanting = site->running() && (own ? !ledgers_[name].users_loaded
                                                         : is_backup && owner->process() == Site::Process::off &&
                                                               records_of(*site).at(home) == 0);
            const bool to_be_had =
                wanting && std::any_of(world_.sites().begin(), world_.sites().end(),
                                       [&, &site = site, &home = home](const auto& other) {
                                           return other.first != home && other.first != site->name() &&
                                                  clear(*site, *other.second) && lends(*other.second, home);
                                       });
            if (!to_be_had) {
                without_records_.erase({name, home});
                continue;
            }
            const Moment since = without_records_.try_emplace({name, home}, now).first->second;
            if (now - since > lending_takes)
                violated(own ? "a site without its database is lent its users" : "a backup is lent what it has lost",
                         name.text + " has none of " + home.text);
        }
    }
}

}  // namespace innkeeper::world
