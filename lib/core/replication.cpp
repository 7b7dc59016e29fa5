#include "core/replication.h"

namespace innkeeper::core {

void Outbox::on_position(const Position& position, base::Epoch own_epoch, base::Sequence resumable_from) {
    const bool ours = position.epoch == own_epoch;
    if (started_ && ours) {
        restart_unacknowledged_ = false;
        if (in_flight_ > 0) --in_flight_;
        if (position.sequence > acknowledged_) acknowledged_ = position.sequence;
        if (acknowledged_ >= sent_) in_flight_ = 0;
        return;
    }
    if (started_ && restart_unacknowledged_) return;
    started_ = true;
    in_flight_ = 0;
    const bool resumable = ours && position.sequence >= resumable_from;
    restart_pending_ = !resumable;
    restart_unacknowledged_ = !resumable;
    sent_ = acknowledged_ = resumable ? position.sequence : base::Sequence{};
}

std::optional<Outbox::Next> Outbox::next(base::Sequence latest) const {
    if (!started_ || in_flight_ >= Limits::pages_in_flight) return std::nullopt;
    if (!restart_pending_ && sent_ >= latest) return std::nullopt;
    return Next{sent_, restart_pending_};
}

void Outbox::on_sent(base::Sequence upto) {
    sent_ = upto;
    restart_pending_ = false;
    ++in_flight_;
}

Subscription::Outcome Subscription::on_page(const Changes& page) {
    if (page.epoch < epoch_) return Outcome::stale;
    if (page.restart) {
        epoch_ = page.epoch;
        sequence_ = {};
        complete_ = false;
        ++generation_;
        return Outcome::apply;
    }
    if (page.epoch != epoch_ || page.after > sequence_) return Outcome::gap;
    return Outcome::apply;
}

bool Subscription::finish(const Changes& page) {
    if (page.upto > sequence_) sequence_ = page.upto;
    const bool first_completion = page.complete && !complete_;
    if (page.complete) complete_ = true;
    return first_completion;
}

void Subscription::forget() {
    epoch_ = {};
    sequence_ = {};
    complete_ = false;
}

void Subscription::resume(base::Epoch epoch, base::Sequence sequence) {
    epoch_ = epoch;
    sequence_ = sequence;
    complete_ = epoch != base::Epoch{};
}

}  // namespace innkeeper::core
