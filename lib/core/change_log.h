// The order in which the entries of a dataset changed, so that a reader who is at some sequence is sent what came
// after.
//
// Each live entry stands in the log once, at its latest change; a removal stands there as the bare AOR. Nothing is lost
// by forgetting old removals: a reader from before the oldest remembered one is sent everything anew. So the log is
// bounded by twice the live entries plus Limits::removals_remembered.
#pragma once

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
        slots_.push_back(Slot{&entry, nullptr});
        entry.sequence = latest();
        ++live_;
        shrink();
    }

    // `entry` is about to be destroyed; its absence is the change.
    void remove(Entry& entry, const base::Aor& aor) {
        if (entry.sequence.value == 0) return;
        vacate(entry);
        slots_.push_back(Slot{nullptr, std::make_unique<base::Aor>(aor)});
        ++removals_;
        shrink();
    }

    base::Sequence latest() const { return {base_ + slots_.size()}; }
    // A reader at a position below this has missed removals that are forgotten.
    base::Sequence resumable_from() const { return resumable_from_; }

    // Calls visit(const Entry*, const Aor*) for at most `most` changes after `after`, in order: the entry, or the AOR
    // of one that is gone. Returns the position reached.
    template <class Visit>
    base::Sequence visit_after(base::Sequence after, std::size_t most, Visit visit) const {
        std::size_t index = after.value > base_ ? static_cast<std::size_t>(after.value - base_) : 0;
        for (std::size_t seen = 0; index < slots_.size() && seen < most; ++index) {
            const Slot& slot = slots_[index];
            if (slot.entry == nullptr && slot.removed == nullptr) continue;
            visit(static_cast<const Entry*>(slot.entry), static_cast<const base::Aor*>(slot.removed.get()));
            ++seen;
        }
        return {base_ + index};
    }

    // A new epoch: the same entries under fresh sequences, no removals.
    void renumber() {
        std::deque<Slot> old;
        old.swap(slots_);
        base_ = 0;
        live_ = 0;
        removals_ = 0;
        resumable_from_ = {};
        for (Slot& slot : old) {
            if (slot.entry == nullptr) continue;
            slots_.push_back(Slot{slot.entry, nullptr});
            slot.entry->sequence = latest();
            ++live_;
        }
    }

private:
    struct Slot {
        Entry* entry;                        // changed; or
        std::unique_ptr<base::Aor> removed;  // gone; or neither: a later slot tells
    };

    void vacate(Entry& entry) {
        if (entry.sequence.value == 0) return;
        INNKEEPER_ASSERT(entry.sequence.value > base_);
        slots_[static_cast<std::size_t>(entry.sequence.value - base_ - 1)].entry = nullptr;
        --live_;
    }

    void shrink() {
        while (slots_.size() > 2 * live_ + removals_ + 1024 || removals_ > Limits::removals_remembered) pop_oldest();
    }

    void pop_oldest() {
        Slot slot = std::move(slots_.front());
        slots_.pop_front();
        ++base_;
        if (slot.removed) {
            --removals_;
            resumable_from_ = {base_};
        } else if (slot.entry != nullptr) {
            --live_;
            slot.entry->sequence = {};
            slots_.push_back(Slot{slot.entry, nullptr});
            slot.entry->sequence = latest();
            ++live_;
        }
    }

    std::deque<Slot> slots_;
    std::uint64_t base_ = 0;  // sequence before the first slot
    std::size_t live_ = 0;
    std::size_t removals_ = 0;
    base::Sequence resumable_from_;
};

}  // namespace innkeeper::core
