#include "core/lending.h"

#include <algorithm>

#include "core/fingerprint.h"
#include "core/gatekeeper_state.h"

namespace innkeeper::core {
namespace {

// The embedded PostgreSQL takes a second or two after a crash: what it brings is better than what is borrowed.
constexpr base::Duration patience_with_database = std::chrono::seconds(2);

}  // namespace

bool Gatekeeper::State::wants_to_borrow(const base::SiteName& home) const {
    if (home == settings_.site) return !users_known() && now_ - started_ >= patience_with_database;
    const auto peer = peers_.find(home);
    return peer != peers_.end() && !peer->second.ever_heard && !peer->second.records_whole;
}

void Gatekeeper::State::borrow_what_is_wanted() {
    if (wants_to_borrow(settings_.site)) ask_a_lender(settings_.site);
    for (const auto& [name, peer] : peers_)
        if (wants_to_borrow(name)) ask_a_lender(name);
}

// The peers that can answer, in turn, so that one that never answers holds nothing up for longer than
// Borrowing::patience.
void Gatekeeper::State::ask_a_lender(const base::SiteName& home) {
    std::vector<const Peer*> lenders;
    for (const auto& [name, peer] : peers_)
        if (name != home && peer.link == LinkState::up && peer.ever_heard) lenders.push_back(&peer);
    Borrowing& borrowing = borrowings_[home];
    if (lenders.empty() || !borrowing.may_ask(now_, lenders.size())) return;
    if (borrowing.refused >= lenders.size()) borrowing.refused = 0;
    const auto next = std::find_if(lenders.begin(), lenders.end(),
                                   [&](const Peer* peer) { return borrowing.asked_last < peer->name; });
    ask(borrowing, home, next == lenders.end() ? *lenders.front() : **next);
}

void Gatekeeper::State::ask(Borrowing& borrowing, const base::SiteName& home, const Peer& lender) {
    borrowing.from = borrowing.asked_last = lender.name;
    borrowing.asked = now_;
    out_->push_back(SendToPeer{lender.name, RecordsWanted{home, borrowing.after}});
}

// IP8: to the home itself, and to whom the home has named; whoever else asks learns nothing.
bool Gatekeeper::State::may_be_lent(const base::SiteName& home, const base::SiteName& to) const {
    const auto peer = peers_.find(home);
    if (peer == peers_.end() || !peer->second.records_whole) return false;
    const std::vector<base::SiteName>& named = peer->second.backups;
    return home == to || std::find(named.begin(), named.end(), to) != named.end();
}

void Gatekeeper::State::receive(Peer& peer, RecordsWanted& wanted) {
    RecordsLent page{wanted.home, wanted.after, may_be_lent(wanted.home, peer.name), false, {}, {}};
    if (page.held) {
        page.backups = find_peer(wanted.home)->backups;
        page.complete = vault_.visit_after(wanted.home, wanted.after, Limits::changes_per_page,
                                           [&](const backup::UserRecord& record) {
                                               page.records.push_back({record.aor, record.clone()});
                                           });
        if (page.complete) announce(RecordsGiven{wanted.home, peer.name, vault_.count(wanted.home)});
    }
    out_->push_back(SendToPeer{peer.name, std::move(page)});
}

void Gatekeeper::State::receive(Peer& peer, RecordsLent& page) {
    const auto asked = borrowings_.find(page.home);
    if (asked == borrowings_.end() || asked->second.from != peer.name || asked->second.after != page.after) return;
    Borrowing& borrowing = asked->second;
    borrowing.from = {};
    // The home, or the database, has spoken meanwhile: what it says counts.
    if (!wants_to_borrow(page.home)) return;
    const bool no_end_in_sight = page.records.empty() && !page.complete;
    if (!page.held || no_end_in_sight) {
        ++borrowing.refused;
        return ask_a_lender(page.home);
    }
    borrowing.refused = 0;
    borrowing.count += page.records.size();
    if (!page.records.empty()) borrowing.after = page.records.back().aor;
    Peer* home = find_peer(page.home);
    for (RecordEntry& entry : page.records) {
        if (home == nullptr) {
            directory_.borrow(std::move(*entry.record));
        } else {
            const std::uint64_t digest = fingerprint(*entry.record);
            vault_.put(page.home, std::move(*entry.record), digest, home->records_from.generation());
        }
    }
    if (!page.complete) return ask(borrowing, page.home, peer);
    if (home == nullptr) return serve_borrowed_users(peer.name);
    home->records_whole = true;
    home->backed_up_here = true;  // else nobody would have lent them
    if (!home->ever_heard) home->backups = page.backups;
    keep_home(*home);
    announce(RecordsBorrowed{home->name, peer.name, borrowing.count});
    review(*home);
}

// Design decision 7. The backups are told nothing of this list: it is theirs, and may be older than what they hold.
void Gatekeeper::State::serve_borrowed_users(const base::SiteName& from) {
    directory_.finish_borrowing();
    announce(UsersBorrowed{from, directory_.users()});
    for (auto& [name, peer] : peers_) send_heartbeat(peer);
}

}  // namespace innkeeper::core
