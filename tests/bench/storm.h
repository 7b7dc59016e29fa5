// Phones whose server has died and who turn to the next one, all of them: each does what it is told, comes back when
// Retry-After says so, and gives up only at the end. What each went through is counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "bench/phones.h"

namespace innkeeper::bench {

struct StormPlan {
    double spread = 1;      // seconds within which all phones turn to the server
    double patience = 600;  // seconds until the run is over, whoever is not in
};

struct StormOutcome {
    std::vector<float> entered;         // seconds, of the phones that got in, in that order
    std::vector<float> latencies;       // milliseconds from a request to its answer
    std::uint64_t refused = 0;          // told to wait for its turn
    std::uint64_t refused_at_most = 0;  // of one phone
    std::uint64_t broken = 0;           // refused although it came in its turn
    std::uint64_t not_yet = 0;          // other refusals with Retry-After: its home is not lost yet
    std::uint64_t repeated = 0;         // datagrams sent again
    std::uint64_t wrong = 0;            // any other answer
};

class Storm {
public:
    // `socket` is connected to the server, does not block, and is the caller's.
    Storm(int socket, Phones& phones, const StormPlan& plan);
    StormOutcome run();

private:
    using Clock = std::chrono::steady_clock;
    using Time = Clock::time_point;
    struct Visitor {
        TransactionId id;
        Time first_sent;
        Time told;  // when it may come; zero: it was told nothing
        std::uint32_t refused = 0;
        std::uint32_t sent = 0;  // copies of the request under way
        bool open = false;
        std::string request;
    };
    using Due = std::pair<Time, std::pair<unsigned, std::uint32_t>>;  // moment, phone, generation (0: a new request)

    void come(unsigned phone, Time now);
    void send_again(unsigned phone, Time now);
    void send_waiting();
    bool receive();
    void take(std::string_view answer, Time now);
    void refuse(unsigned phone, std::string_view answer, Time now);

    int socket_;
    Phones& phones_;
    StormPlan plan_;
    StormOutcome outcome_;
    std::vector<Visitor> visitors_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> agenda_;
    std::vector<unsigned> waiting_;  // to be sent
    Time start_;
};

}  // namespace innkeeper::bench
