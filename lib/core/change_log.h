// The order in which the entries of a dataset changed, so that a reader who is at some sequence is sent what came
// after.
//
// Each live entry stands in the log once, at its latest change; a removal stands there as the bare AOR. Nothing is lost
// by forgetting old removals: a reader from before the oldest remembered one is sent everything anew. Slots that a
// later change made void are cleared out when they outnumber the others, so the log is bounded by twice the live
// entries and the removals remembered, and a change costs the logarithm of that.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>

#include "base/aor.h"
#include "base/assert.h"
#include "base/ids.h"
#include "core/limits.h"

namespace innkeeper::core {

// Entry: a type with a member `base::Sequence sequence`, zero while it is not in the log, and a stable address.
template <class Entry>
class ChangeLog {
public:
    // `entry` is new or has changed.
    void touch(Entry& entry) {
        vacate(entry);
        append(&entry, nullptr);
        entry.sequence = latest_;
        ++live_;
        clear_out();
    }

    // `entry` is about to be destroyed; its absence is the change.
    void remove(Entry& entry, const base::Aor& aor) {
        if (entry.sequence.value == 0) return;
        vacate(entry);
        append(nullptr, std::make_unique<base::Aor>(aor));
        ++removals_;
        clear_out();
    }

    base::Sequence latest() const { return latest_; }
    // A reader at a position below this has missed removals that are forgotten.
    base::Sequence resumable_from() const { return resumable_from_; }

    // Calls visit(const Entry*, const Aor*) for at most `most` changes after `after`, in order: the entry, or the AOR
    // of one that is gone. Returns the position reached.
    template <class Visit>
    base::Sequence visit_after(base::Sequence after, std::size_t most, Visit visit) const {
        auto slot = std::upper_bound(slots_.begin(), slots_.end(), after,
                                     [](base::Sequence position, const Slot& at) { return position < at.sequence; });
        for (std::size_t seen = 0; slot != slots_.end(); ++slot) {
            if (slot->is_void()) continue;
            if (seen++ == most) return after;
            visit(static_cast<const Entry*>(slot->entry), static_cast<const base::Aor*>(slot->removed.get()));
            after = slot->sequence;
        }
        return latest_;
    }

    // A new epoch: the same entries under fresh sequences, no removals.
    void renumber() {
        std::deque<Slot> old;
        old.swap(slots_);
        latest_ = resumable_from_ = {};
        removals_ = 0;
        for (const Slot& slot : old) {
            if (slot.entry == nullptr) continue;
            append(slot.entry, nullptr);
            slot.entry->sequence = latest_;
        }
    }

private:
    struct Slot {
        base::Sequence sequence;
        Entry* entry;                        // changed; or
        std::unique_ptr<base::Aor> removed;  // gone; or neither: a later slot tells

        bool is_void() const { return entry == nullptr && removed == nullptr; }
    };
    static constexpr std::size_t slack = 1024;  // so that small logs are not cleared out all the time

    void append(Entry* entry, std::unique_ptr<base::Aor> removed) {
        ++latest_.value;
        slots_.push_back(Slot{latest_, entry, std::move(removed)});
    }

    void vacate(Entry& entry) {
        if (entry.sequence.value == 0) return;
        const auto slot =
            std::lower_bound(slots_.begin(), slots_.end(), entry.sequence,
                             [](const Slot& at, base::Sequence position) { return at.sequence < position; });
        INNKEEPER_ASSERT(slot != slots_.end() && slot->entry == &entry);
        slot->entry = nullptr;
        --live_;
    }

    void clear_out() {
        const bool too_many_void = slots_.size() > 2 * (live_ + removals_) + slack;
        if (!too_many_void && removals_ <= Limits::removals_remembered + slack) return;
        for (Slot& slot : slots_) {
            if (removals_ <= Limits::removals_remembered) break;
            if (slot.removed == nullptr) continue;
            slot.removed.reset();
            --removals_;
            resumable_from_ = slot.sequence;
        }
        std::erase_if(slots_, [](const Slot& slot) { return slot.is_void(); });
    }

    std::deque<Slot> slots_;  // in the order of their sequence
    base::Sequence latest_;
    std::size_t live_ = 0;
    std::size_t removals_ = 0;
    base::Sequence resumable_from_;
};

}  // namespace innkeeper::core
