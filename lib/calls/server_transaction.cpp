#include "calls/server_transaction.h"

#include <algorithm>

namespace innkeeper::calls {

bool ServerTransaction::on_repetition() const {
    return state_ == State::proceeding || state_ == State::completed;
}

bool ServerTransaction::on_answer(base::Instant now, std::uint16_t status) {
    const bool early = state_ == State::trying || state_ == State::proceeding;
    if (status < 200) {
        if (early) state_ = State::proceeding;
        return early;
    }
    if (invite_ && status < 300) {
        if (!early && state_ != State::accepted) return false;
        // Branches and repetitions of the 2xx find their way as long as it may be repeated (RFC 6026 section 7.1).
        if (early) ends_ = now + timers_.whole();
        state_ = State::accepted;
        return true;
    }
    if (!early) return false;
    state_ = State::completed;
    if (invite_) {
        ends_ = now + timers_.whole();
        interval_ = timers_.t1;
        if (!reliable_) repeats_ = now + interval_;
    } else {
        ends_ = reliable_ ? now : now + timers_.whole();
    }
    return true;
}

void ServerTransaction::fall_silent(base::Instant now) {
    state_ = State::accepted;
    ends_ = now;
    repeats_ = base::Instant::max();
}

ServerTransaction::Ack ServerTransaction::on_ack(base::Instant now) {
    if (state_ == State::accepted) return Ack::pass_on;
    if (state_ == State::completed) {
        state_ = State::confirmed;
        repeats_ = base::Instant::max();
        ends_ = reliable_ ? now : now + timers_.t4;
    }
    return Ack::absorbed;
}

ServerTransaction::Due ServerTransaction::on_time(base::Instant now) {
    if (ends_ <= now) {
        const bool unacknowledged = invite_ && state_ == State::completed;
        state_ = State::ended;
        ends_ = repeats_ = base::Instant::max();
        return unacknowledged ? Due::unacknowledged : Due::ended;
    }
    if (repeats_ > now) return Due::nothing;
    interval_ = std::min(2 * interval_, timers_.t2);
    repeats_ = now + interval_;
    return Due::answer_again;
}

base::Instant ServerTransaction::next_deadline() const {
    return std::min(ends_, repeats_);
}

}  // namespace innkeeper::calls
