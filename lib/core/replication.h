// Both ends of one dataset between a writer and a reader, without its contents: who is how far, what may be sent next.
// See peer_message.h for the conversation. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "core/limits.h"
#include "core/peer_message.h"

namespace innkeeper::core {

// The writer's view of one reader.
class Outbox {
public:
    // Our connection to the reader is new: nothing is sent until it says where it is.
    void reset() { *this = Outbox{}; }

    // The reader said how far it is: the start of the conversation, or an acknowledgement.
    void on_position(const Position& position, base::Epoch own_epoch, base::Sequence resumable_from);

    // What the next page starts after, if one may be sent now.
    struct Next {
        base::Sequence after;
        bool restart = false;
    };
    std::optional<Next> next(base::Sequence latest) const;
    void on_sent(base::Sequence upto);
    bool has(base::Sequence sequence) const { return started_ && !restart_pending_ && acknowledged_ >= sequence; }

    base::Sequence acknowledged() const { return acknowledged_; }

private:
    bool started_ = false;
    bool restart_pending_ = false;         // the next page opens a full copy
    bool restart_unacknowledged_ = false;  // positions that are not of our epoch are older than the full copy under way
    base::Sequence sent_;
    base::Sequence acknowledged_;
    std::size_t in_flight_ = 0;  // pages
};

// The reader's view of one writer.
class Subscription {
public:
    enum class Outcome : std::uint8_t {
        apply,  // put the page's entries in place with generation()
        stale,  // of an older life of the writer: ignore
        gap,    // something is missing: forget() and ask again
    };
    Outcome on_page(const Changes& page);
    // The page was applied: true when a full copy is complete and entries of older generations are to be dropped.
    bool finish(const Changes& page);
    void forget();  // ask for everything anew
    // Goes on where a former life of this reader had a full copy, if it had.
    void resume(base::Epoch epoch, base::Sequence sequence);

    Position position(Dataset dataset) const { return {dataset, epoch_, sequence_}; }
    std::uint32_t generation() const { return generation_; }
    base::Sequence sequence() const { return sequence_; }
    bool complete() const { return complete_; }  // a full copy was made; later changes may be under way
    // At the writer's own position, with a full copy: digests must be equal.
    bool comparable(base::Epoch epoch, base::Sequence sequence) const {
        return complete_ && epoch == epoch_ && sequence == sequence_;
    }

private:
    base::Epoch epoch_;
    base::Sequence sequence_;
    std::uint32_t generation_ = 0;
    bool complete_ = false;
};

}  // namespace innkeeper::core
