#include "calls/client_transaction.h"

#include <algorithm>

namespace innkeeper::calls {

ClientTransaction::ClientTransaction(base::Instant now, bool invite, bool reliable, const TransactionTimers& timers)
    : timers_(timers), ends_(now + timers.whole()), interval_(timers.t1), invite_(invite), reliable_(reliable) {
    if (!reliable_) repeats_ = now + interval_;
}

ClientTransaction::OnAnswer ClientTransaction::on_answer(base::Instant now, std::uint16_t status) {
    const bool waiting = state_ == State::calling || state_ == State::proceeding;
    if (status >= 200) return on_final(now, status);
    if (!waiting) return {};
    if (invite_) {
        // An INVITE that is being worked on may ring for as long as its user's timer C allows.
        ends_ = repeats_ = base::Instant::max();
    } else if (!reliable_ && state_ == State::calling) {
        interval_ = timers_.t2;
        repeats_ = now + interval_;
    }
    state_ = State::proceeding;
    return {true, false};
}

ClientTransaction::OnAnswer ClientTransaction::on_final(base::Instant now, std::uint16_t status) {
    const bool first = state_ == State::calling || state_ == State::proceeding;
    if (!invite_) {
        if (!first) return {};
        state_ = State::completed;
        repeats_ = base::Instant::max();
        ends_ = reliable_ ? now : now + timers_.t4;
        return {true, false};
    }
    if (status < 300) {
        if (!first && state_ != State::accepted) return {};
        if (first) ends_ = now + timers_.whole();
        repeats_ = base::Instant::max();
        state_ = State::accepted;
        return {true, false};
    }
    if (!first) return {false, state_ == State::completed};
    state_ = State::completed;
    repeats_ = base::Instant::max();
    ends_ = reliable_ ? now : now + timers_.d;
    return {true, true};
}

void ClientTransaction::abandon() {
    state_ = State::ended;
    ends_ = repeats_ = base::Instant::max();
}

ClientTransaction::Due ClientTransaction::on_time(base::Instant now) {
    if (ends_ <= now) {
        const bool unanswered = state_ == State::calling || (!invite_ && state_ == State::proceeding);
        abandon();
        return unanswered ? Due::timed_out : Due::ended;
    }
    if (repeats_ > now) return Due::nothing;
    interval_ = invite_ ? 2 * interval_ : std::min(2 * interval_, timers_.t2);
    repeats_ = now + interval_;
    return Due::repeat;
}

base::Instant ClientTransaction::next_deadline() const {
    return std::min(ends_, repeats_);
}

}  // namespace innkeeper::calls
