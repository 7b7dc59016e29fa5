#include "core/readiness.h"

#include <algorithm>

#include "base/duration.h"

namespace innkeeper::core {
namespace {

constexpr base::Duration certificate_warning = std::chrono::hours(24 * 30);  // R21: the first of three
constexpr base::Duration clock_tolerance = std::chrono::seconds(10);  // beyond what a link and a step of NTP make

class Findings {
public:
    void blocks(std::string_view name, std::string text, std::string_view advice) {
        found_.push_back({Severity::blocks, name, std::move(text), advice});
    }
    void warns(std::string_view name, std::string text, std::string_view advice) {
        found_.push_back({Severity::warns, name, std::move(text), advice});
    }
    std::vector<Finding> in_order() && {
        std::stable_sort(found_.begin(), found_.end(),
                         [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
        return std::move(found_);
    }

private:
    std::vector<Finding> found_;
};

// The failover is on already: then the home is silent because it is lost, which proves nothing against the pair.
bool under_way(const PairFacts& facts) {
    return facts.phase != Phase::normal;
}

void judge_link(const PairFacts& facts, const std::string& other, Findings& found) {
    if (under_way(facts)) {
        found.warns("failover_under_way",
                    "the failover of " + facts.home.text + " is under way: " + std::string(to_text(facts.phase)),
                    "see --status");
    } else if (!facts.link_up) {
        found.blocks("link_down", "no link to " + other + (facts.link_detail.empty() ? "" : ": " + facts.link_detail),
                     "see --peers; check peer-listen and the certificates there, and the network between the sites");
    } else if (facts.health != PeerHealth::alive && !(facts.theirs && facts.theirs->draining)) {
        found.blocks("not_heard",
                     other + " is " + std::string(to_text(facts.health)) + ": " + std::string(facts.health_reason),
                     "see --status and the log at both sites");
    }
}

void judge_certificate(const std::string& site, const Condition& condition, Findings& found) {
    if (!condition.certificate_ends_in) return;
    const base::Duration left = *condition.certificate_ends_in;
    constexpr std::string_view advice = "put the new certificate in place, then send SIGHUP to the daemon there";
    if (left <= base::Duration::zero())
        found.blocks("certificate_ended", "the certificate of " + site + " ended " + base::in_words(-left) + " ago",
                     advice);
    else if (left < certificate_warning)
        found.warns("certificate_ends", "the certificate of " + site + " ends in " + base::in_words(left), advice);
}

void judge_settings(const SiteFacts& ours, const SiteFacts& theirs, const std::string& other, Findings& found) {
    if (ours.matching.root_ca != theirs.matching.root_ca)
        found.blocks("root_ca_differs", "the root CA at " + other + " is another one",
                     "the same tls-ca at both sites; the fingerprints stand in --peers");
    if (ours.matching.domains != theirs.matching.domains)
        found.blocks("domains_differ", "the domains at " + other + " are others, or in another order",
                     "the same `domain` lines at both sites; both lists stand in --peers");
    if (ours.matching.ipv6 != theirs.matching.ipv6)
        found.warns("ipv6_differs",
                    ours.matching.ipv6 ? other + " does not listen on IPv6, this site does"
                                       : other + " listens on IPv6, this site does not",
                    "a `listen` with an IPv6 address at both sites, if phones use IPv6");
    if (ours.protocol != theirs.protocol)
        found.warns("protocol_differs", other + " speaks another version of the peer protocol",
                    "update the older site");
    if (ours.condition.version != theirs.condition.version && !theirs.condition.version.empty())
        found.warns("version_differs",
                    other + " runs version " + theirs.condition.version + ", this site " + ours.condition.version,
                    "update the older site; until then the two speak what both know");
}

void judge_clock(const PairFacts& facts, const std::string& other, Findings& found) {
    if (!facts.clock_lead || std::chrono::abs(*facts.clock_lead) < clock_tolerance) return;
    const bool ahead = *facts.clock_lead > base::Duration::zero();
    found.warns("clock_differs",
                "the clock of " + other + " is " + base::in_words(std::chrono::abs(*facts.clock_lead)) +
                    (ahead ? " ahead of" : " behind") + " ours",
                "set both by NTP: a wrong clock makes certificates look ended and logs hard to compare");
}

// What the backup holds, and whether it may and can use it.
void judge_backup(const PairFacts& facts, Findings& found) {
    const std::string& backup = facts.backup.text;
    const std::string& home = facts.home.text;
    if (!facts.users_loaded)
        found.blocks("users_not_loaded", "the users of this site are not loaded",
                     "see --status: PostgreSQL has been away since the start");
    else if (!facts.records_complete)
        found.blocks("records_incomplete", backup + " does not have all records of " + home,
                     "wait until they are sent; if the link is up and it stays so, see the log of both");
    else if (facts.records == 0)
        found.blocks("no_users", home + " has no users", "--import-users at the home");
    else if (facts.records_behind > 0)
        found.warns("records_behind", backup + " misses the last " + std::to_string(facts.records_behind) + " changes",
                    "nothing if it is 0 again within seconds");
    if (facts.phones > 0 && !facts.physical_phone && facts.trigger == FailoverTrigger::physical)
        found.blocks("nobody_physical", "no desk phone is registered at " + home + ": a failover would never begin",
                     "register a desk phone there, or set `failover-trigger = any` at the backup");
    if (facts.room && facts.phones > *facts.room)
        found.blocks("no_room",
                     backup + " has room for " + std::to_string(*facts.room) + " more guests, " + home + " has " +
                         std::to_string(facts.phones) + " phones",
                     "raise guest-capacity at the backup, or name a second backup");
}

}  // namespace

std::string_view to_text(Severity severity) {
    return severity == Severity::blocks ? "blocks" : "warns";
}

std::vector<Finding> judge_pair(const PairFacts& facts) {
    Findings found;
    if (facts.backup.text.empty()) {
        found.blocks("no_backup", "this site names no backup: nobody would serve its phones",
                     "write `backup` with the name of a peer into the configuration");
        return std::move(found).in_order();
    }
    const std::string& other = facts.asked_at_home ? facts.backup.text : facts.home.text;
    judge_link(facts, other, found);
    judge_certificate("this site", facts.ours.condition, found);
    if (facts.theirs) {
        judge_certificate(other, facts.theirs->condition, found);
        judge_settings(facts.ours, *facts.theirs, other, found);
    }
    judge_clock(facts, other, found);
    judge_backup(facts, found);
    if (facts.forced == "serving")
        found.blocks("forced_serving",
                     "an operator has decided that " + facts.home.text + " serves: no failover of it begins",
                     "--force HOME=auto when the reason is gone");
    if (facts.forced == "lost")
        found.warns("forced_lost", "an operator has decided that " + facts.home.text + " is lost",
                    "--force HOME=auto when the reason is gone");
    const SiteFacts* backup = facts.asked_at_home ? (facts.theirs ? &*facts.theirs : nullptr) : &facts.ours;
    if (backup != nullptr && backup->draining)
        found.blocks("backup_draining", facts.backup.text + " is in maintenance and takes no guests",
                     "--resume there when it is over");
    if (backup != nullptr && !backup->condition.version.empty() && !backup->condition.memory_locked)
        found.warns("memory_not_locked", "records at " + facts.backup.text + " could reach its swap",
                    "LimitMEMLOCK=infinity in its unit, as shipped");
    return std::move(found).in_order();
}

bool PairReadiness::ready() const {
    return std::none_of(findings.begin(), findings.end(),
                        [](const Finding& finding) { return finding.severity == Severity::blocks; });
}

bool ReadinessReport::ready() const {
    return std::all_of(pairs.begin(), pairs.end(), [](const PairReadiness& pair) { return pair.ready(); });
}

}  // namespace innkeeper::core
