// What outlives a crash without a disk (IP8, R7, R9): an image in memory that a supervisor keeps. It holds the records
// entrusted to this site, the bindings of its guests, its failovers and its epoch; and of its own users' bindings those
// that PostgreSQL may not have yet.
#include <algorithm>

#include "backup/record_image.h"
#include "core/fingerprint.h"
#include "core/gatekeeper_state.h"
#include "core/row_image.h"

namespace innkeeper::core {
namespace {

// A new image is begun when what was appended outweighs the old one by this; so no site has more than twice what it
// needs and this, and the cost of a new image is spread over as many octets.
constexpr std::size_t slack_octets = 4 * 1024 * 1024;
// Rows are written within milliseconds while the database answers; after it was away they come in a rush.
constexpr base::Duration surely_written = std::chrono::seconds(30);
// Two clocks, of the database's rows and of the image, and the database's precision.
constexpr base::Duration same_moment = std::chrono::seconds(2);

}  // namespace

void Gatekeeper::State::on(MemoryFound& found) {
    memory_kept_ = true;
    const base::WipedBytes* latest = nullptr;
    for (const base::WipedBytes& image : found.images) {
        const auto reader = backup::ImageReader::open(image);
        if (!reader) {
            announce(MemoryIgnored{reader.error().text});
        } else if (latest == nullptr || reader->number() > image_number_) {
            image_number_ = reader->number();
            latest = &image;
        }
    }
    if (latest != nullptr) recover(*latest);
    vault_.write_changes_to(&memory_);
    image_due_ = true;
}

void Gatekeeper::State::recover(std::string_view image) {
    auto frames = *backup::ImageReader::open(image);
    std::map<base::Aor, BindingsRow> bindings;
    std::map<base::SiteName, FailoverRow> failovers;  // the latest of each home
    while (auto frame = frames.next()) {
        auto row = read_row(*frame);
        if (!row)
            recover_record(*frame);
        else if (auto* one = std::get_if<BindingsRow>(&*row))
            bindings.insert_or_assign(one->aor, std::move(*one));
        else if (const auto* failover = std::get_if<FailoverRow>(&*row)) {
            FailoverRow& latest = failovers[failover->home];
            if (failover->number >= latest.number) latest = *failover;
        } else if (auto* settings = std::get_if<SettingsRow>(&*row))
            unwritten_settings_.insert_or_assign(settings->aor, std::move(*settings));
        else
            epoch_ = std::max(epoch_, base::Epoch{std::get<EpochRow>(*row).epoch.value + 1});
    }
    for (const auto& [home, row] : failovers) recover_failover(row);
    for (const auto& [aor, row] : unwritten_settings_) out_->push_back(WriteRow{row});
    std::uint64_t records = 0;
    for (const auto& [name, peer] : peers_) records += vault_.count(name);
    const std::size_t recovered = bindings.size();
    for (auto& [aor, row] : bindings) {
        recovered_[aor] = row.guest_of;
        // Not every refresh is told: what was promised is what the phone may have been granted since.
        for (Binding& binding : row.bindings) binding.expires = binding.promised;
        restore(row);
    }
    announce(MemoryRecovered{records, recovered, frames.torn()});
}

void Gatekeeper::State::recover_record(backup::FrameReader& frame) {
    switch (frame.kind()) {
        case backup::FrameKind::record:
            if (auto kept = backup::read_record(frame); kept && find_peer(kept->home) != nullptr)
                vault_.put(kept->home, std::move(kept->record), kept->digest, 0);
            return;
        case backup::FrameKind::record_gone: {
            const base::SiteName home{std::string(frame.text())};
            return vault_.drop(home, backup::read_aor(frame));
        }
        case backup::FrameKind::home_gone: {
            Peer* home = find_peer({std::string(frame.text())});
            if (home == nullptr) return;
            vault_.drop_all(home->name);
            home->backed_up_here = home->records_whole = false;
            home->records_from = {};
            return;
        }
        case backup::FrameKind::overlay: {
            const base::SiteName home{std::string(frame.text())};
            const base::Aor aor = backup::read_aor(frame);
            return vault_.overlay(home, aor, std::string(frame.text()));
        }
        case backup::FrameKind::overlays_end:
            return vault_.end_overlays({std::string(frame.text())});
        case backup::FrameKind::home:
            return recover_home(frame);
        case backup::FrameKind::bindings:
        case backup::FrameKind::failover:
        case backup::FrameKind::epoch:
        case backup::FrameKind::settings:
            return;
    }
}

void Gatekeeper::State::recover_home(backup::FrameReader& frame) {
    auto kept = backup::read_home(frame);
    Peer* home = kept ? find_peer(kept->home) : nullptr;
    if (home == nullptr) return;
    home->backed_up_here = true;
    home->backups = std::move(kept->backups);
    home->voicemail = VoicemailServer::from(kept->voicemail);
    home->voicemail_backup = VoicemailServer::from(kept->voicemail_backup);
    home->records_whole = kept->whole;
    home->records_from.resume(kept->epoch, kept->sequence);
    home->epoch = std::max(home->epoch, kept->epoch);
}

void Gatekeeper::State::recover_failover(const FailoverRow& row) {
    Peer* home = find_peer(row.home);
    if (home == nullptr) return;
    home->failover_recovered = true;
    history_.put(row);
    out_->push_back(WriteRow{row});  // the database may not have its last word
    if (!row.ended) return take(row, home->failover);
    home->failover.number = row.number;
    home->failover.last_end = row.ended;
}

// What the image says of an AOR is at least as new as what the database has: nothing acknowledged is lost (R7), and
// nothing that has ended comes back.
void Gatekeeper::State::reconcile_recovered(std::vector<BindingsRow>& loaded) {
    std::set<base::Aor> written;
    for (const BindingsRow& row : loaded) {
        const LocationEntry* entry = location_.find(row.aor);
        if (!recovered_.contains(row.aor) || entry == nullptr || entry->guest_of != row.guest_of) continue;
        const bool same = fingerprint(row.aor, row.guest_of, row.bindings) ==
                              fingerprint(row.aor, entry->guest_of, entry->bindings) &&
                          std::equal(row.bindings.begin(), row.bindings.end(), entry->bindings.begin(),
                                     entry->bindings.end(), [](const Binding& there, const Binding& here) {
                                         return there.promised >= here.promised - same_moment;
                                     });
        if (same) written.insert(row.aor);
    }
    std::erase_if(loaded, [this](const BindingsRow& row) { return recovered_.contains(row.aor); });
    for (const auto& [aor, guest_of] : recovered_) {
        if (written.contains(aor)) continue;
        const LocationEntry* entry = location_.find(aor);
        const bool here = entry != nullptr && !entry->bindings.empty();
        out_->push_back(WriteRow{here ? row_of(*entry) : BindingsRow{aor, guest_of, {}, {}, 0}});
    }
    recovered_.clear();
}

// The end of every step: what it wants written, and what it changed of the records, goes into the image, and there
// before anything else leaves: a process may die between any two effects, and the answer is what acknowledges (R7).
void Gatekeeper::State::remember(std::size_t first_effect) {
    for (std::size_t i = first_effect; i < out_->size(); ++i)
        if (const auto* write = std::get_if<WriteRow>(&(*out_)[i])) write_row(memory_, write->row);
    if (memory_.empty() && !image_due_) return;
    appended_ += memory_.size();
    const bool anew = std::exchange(image_due_, false) || appended_ > image_octets_ + slack_octets;
    if (anew) begin_new_image();
    out_->push_back(KeepInMemory{std::exchange(memory_, {}), anew});
    std::rotate(out_->begin() + static_cast<std::ptrdiff_t>(first_effect), out_->end() - 1, out_->end());
}

void Gatekeeper::State::begin_new_image() {
    memory_.clear();
    memory_.reserve(image_octets_ + image_octets_ / 4);
    backup::begin_image(memory_, ++image_number_);
    write_row(memory_, EpochRow{epoch_});
    for (const auto& [name, peer] : peers_) {
        if (peer.failover.number > 0) {
            FailoverRow row = failover_row(peer);
            if (peer.failover.phase == Phase::normal) row.ended = peer.failover.last_end.value_or(now_);
            write_row(memory_, row);
        }
        if (peer.backed_up_here) write_home(peer);
    }
    vault_.write_all(memory_);
    location_.changes().visit_after({}, ~std::size_t{0}, [&](const LocationEntry* entry, const base::Aor*) {
        const bool guest = !entry->guest_of.text.empty() && !entry->bindings.empty();
        if (guest || entry->sequence > written_upto_) write_row(memory_, row_of(*entry));
    });
    for (const auto& [aor, row] : unwritten_settings_) write_row(memory_, row);
    image_octets_ = memory_.size();
    appended_ = 0;
}

void Gatekeeper::State::write_home(const Peer& peer) {
    const Position position = peer.records_from.position(Dataset::records);
    const bool known = peer.records_from.complete();
    backup::write_home(memory_,
                       {peer.name, known ? position.epoch : base::Epoch{}, known ? position.sequence : base::Sequence{},
                        peer.records_whole, peer.backups, uri_of(peer.voicemail), uri_of(peer.voicemail_backup)});
}

// How the copy of its records stands has changed.
void Gatekeeper::State::keep_home(const Peer& peer) {
    if (memory_kept_ && peer.backed_up_here) write_home(peer);
}

// Where the log of changes stood when the database has surely written all of it.
void Gatekeeper::State::note_what_is_written() {
    if (!store_available_) written_marks_.clear();
    if (!store_available_ || !state_loaded_) return;
    if (written_marks_.empty() || now_ - written_marks_.back().first >= std::chrono::seconds(1))
        written_marks_.emplace_back(now_, location_.changes().latest());
    while (!written_marks_.empty() && now_ - written_marks_.front().first >= surely_written) {
        written_upto_ = written_marks_.front().second;
        std::erase_if(unwritten_settings_,
                      [&](const auto& one) { return one.second.changed < written_marks_.front().first; });
        written_marks_.pop_front();
    }
}

}  // namespace innkeeper::core
