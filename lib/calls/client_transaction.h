// The client side of a request (RFC 3261 sections 17.1.1 and 17.1.2, with `accepted` of RFC 6026): when the request is
// repeated, when its time is over, and which answers go up. Pure: the owner keeps the octets of the request and of the
// ACK and sends them when told to.
#pragma once

#include <cstdint>

#include "calls/transaction_timers.h"

namespace innkeeper::calls {

class ClientTransaction {
public:
    enum class State : std::uint8_t { calling, proceeding, accepted, completed, ended };

    // The request is sent at `now`. `reliable`: over a stream, which repeats by itself.
    ClientTransaction(base::Instant now, bool invite, bool reliable, const TransactionTimers& timers);

    State state() const { return state_; }
    bool ended() const { return state_ == State::ended; }
    bool answered() const { return state_ != State::calling; }

    struct OnAnswer {
        bool pass_up = false;
        bool acknowledge = false;  // the ACK of a refused INVITE: make it, or send it again
    };
    OnAnswer on_answer(base::Instant now, std::uint16_t status);

    // Its owner has given the branch up: nothing is repeated, no answer goes up any more.
    void abandon();

    enum class Due : std::uint8_t { nothing, repeat, timed_out, ended };
    // To be called at next_deadline(); until it says nothing.
    Due on_time(base::Instant now);
    base::Instant next_deadline() const;  // Instant::max(): none

private:
    OnAnswer on_final(base::Instant now, std::uint16_t status);

    TransactionTimers timers_;
    base::Instant ends_;
    base::Instant repeats_ = base::Instant::max();
    base::Duration interval_{};
    State state_ = State::calling;
    bool invite_;
    bool reliable_;
};

}  // namespace innkeeper::calls
