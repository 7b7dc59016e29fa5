// One measured stretch of load: so many transactions, either always the same number of them under way (how much work is
// each?) or begun at a steady rate whatever the server does (how long does each wait?). Every answer is matched to its
// request and checked.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/phones.h"

namespace innkeeper::bench {

struct Stretch {
    enum class Kind {
        challenge,  // REGISTER, 401, REGISTER, 200
        reuse,      // REGISTER with the nonce of the phone's last challenge, 200
        echo,       // whatever comes back will do
    };
    Kind kind = Kind::reuse;
    std::uint64_t count = 0;  // transactions; of `challenge`: pairs of them
    unsigned window = 64;     // under way at once, without a rate
    double rate = 0;          // begun per second; 0: as fast as the window allows
};

struct Outcome {
    std::uint64_t good = 0;
    std::uint64_t wrong = 0;     // another status, or not this phone's Contact
    std::uint64_t missing = 0;   // given up
    std::uint64_t repeated = 0;  // datagrams sent again
    std::uint64_t challenges = 0;
    double seconds = 0;
    std::vector<float> latencies;  // microseconds, of the good ones; with a rate: from the time it was due
};

class Load {
public:
    // `socket` is connected to the server, does not block, and is the caller's.
    Load(int socket, Phones& phones, const Stretch& stretch);
    Outcome run();

private:
    using Clock = std::chrono::steady_clock;
    using Time = Clock::time_point;
    struct Transaction {
        bool open = false;
        bool answered_challenge = false;
        unsigned phone = 0;
        TransactionId id;
        Time began;
        Time last_sent;
        std::string request;
    };

    void begin_due(Time now);
    void begin(std::uint32_t slot, Time due);
    void send_waiting();
    bool receive();
    void take(std::string_view answer, Time now);
    void take_final(Transaction& of, std::string_view answer, Time now);
    void finish(Transaction& of);
    void repeat_unanswered(Time now);
    Time due(std::uint64_t transaction) const;

    int socket_;
    Phones& phones_;
    Stretch stretch_;
    Outcome outcome_;
    std::vector<Transaction> transactions_;
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> waiting_;  // to be sent, or sent again
    std::uint64_t begun_ = 0;
    std::uint64_t done_ = 0;
    Time start_;
    Time next_repeat_;
};

}  // namespace innkeeper::bench
