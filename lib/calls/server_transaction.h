// The server side of a request (RFC 3261 sections 17.2.1 and 17.2.2, with `accepted` of RFC 6026): which repetitions of
// the request are answered from memory, which answers may still be sent and when they are repeated. Pure: the owner
// keeps the octets of the last answer and sends them when told to.
#pragma once

#include <cstdint>

#include "calls/transaction_timers.h"

namespace innkeeper::calls {

class ServerTransaction {
public:
    enum class State : std::uint8_t { trying, proceeding, accepted, completed, confirmed, ended };

    // `reliable`: the request came over a stream, which repeats by itself.
    ServerTransaction(bool invite, bool reliable, const TransactionTimers& timers)
        : timers_(timers), invite_(invite), reliable_(reliable) {}

    State state() const { return state_; }
    bool ended() const { return state_ == State::ended; }

    // The same request again: true when the last answer is to be sent again.
    bool on_repetition() const;
    // An answer of the user: true when it may be sent. A second final one may not, except another 2xx to an INVITE.
    bool on_answer(base::Instant now, std::uint16_t status);

    // No answer will come any more: repetitions are absorbed until it has ended, which is at once.
    void fall_silent(base::Instant now);

    enum class Ack : std::uint8_t {
        absorbed,  // of a refusal: the transaction's own affair
        pass_on,   // of a 2xx: goes end to end
    };
    Ack on_ack(base::Instant now);

    enum class Due : std::uint8_t { nothing, answer_again, unacknowledged, ended };
    // To be called at next_deadline(); until it says nothing.
    Due on_time(base::Instant now);
    base::Instant next_deadline() const;  // Instant::max(): none

private:
    TransactionTimers timers_;
    base::Instant ends_ = base::Instant::max();
    base::Instant repeats_ = base::Instant::max();
    base::Duration interval_{};
    State state_ = State::trying;
    bool invite_;
    bool reliable_;
};

}  // namespace innkeeper::calls
