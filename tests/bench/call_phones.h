// Callers at several addresses, phones that answer at another: what they send, and whether each call went as it should.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace innkeeper::bench {

struct CallStretch {
    std::uint64_t count = 0;
    unsigned window = 64;  // under way at once, without a rate
    double rate = 0;       // begun per second; 0: as fast as the window allows
    double loss = 0;       // share of datagrams that is dropped, each way
};

struct CallOutcome {
    std::uint64_t good = 0;
    std::uint64_t wrong = 0;    // another final answer
    std::uint64_t missing = 0;  // given up
    std::uint64_t repeated = 0;
    double seconds = 0;
    std::vector<float> latencies;  // microseconds, from the INVITE (or when it was due) until its 200
};

class CallPhones {
public:
    // All sockets are connected to the server and this object's.
    CallPhones(std::vector<int> callers, int callees, std::string domain, unsigned users);
    ~CallPhones();
    CallPhones(const CallPhones&) = delete;
    CallPhones& operator=(const CallPhones&) = delete;

    CallOutcome register_all();
    CallOutcome call(const CallStretch& stretch);

private:
    using Clock = std::chrono::steady_clock;
    using Time = Clock::time_point;
    enum class State { free, registering, inviting, hanging_up };
    struct Dialog {
        State state = State::free;
        std::uint32_t generation = 0;
        std::uint32_t round = 0;  // of requests within it: each has its own branch
        std::uint32_t cseq = 0;
        unsigned caller = 0;
        unsigned callee = 0;
        bool proved = false;
        Time began;
        Time last_sent;
        int repeats = 0;
        std::string request;  // to be sent again
        std::string to;       // with its tag
        std::string contact;  // of the callee
        std::string routes;   // header lines
        std::string ack;      // of the 200
    };

    CallOutcome run(const CallStretch& stretch, bool registering);
    void begin(std::uint32_t slot, Time due);
    void write_request(Dialog& of, std::uint32_t slot, std::string_view method, const std::string& credentials);
    std::string credentials(const Dialog& of, std::string_view challenge, std::string_view method) const;
    void take(std::string_view message, Time now);
    void take_final(Dialog& of, std::uint32_t slot, std::string_view answer, int status, Time now);
    struct Answered {  // a callee's 200, until its ACK comes
        std::string octets;
        Time last_sent;
        int repeats = 0;
    };
    void finish(Dialog& of, std::uint32_t slot);
    void answer_as_callee(std::string_view request);
    bool receive(int socket);
    void send(int socket, std::string_view octets);
    void send_from(std::uint32_t slot, std::string_view octets);  // of that call, by its caller
    std::size_t caller_of(std::uint32_t slot) const;              // index of its address
    const std::string& address_of(std::uint32_t slot) const;
    void repeat_unanswered(Time now);
    void repeat_unacknowledged(Time now);
    bool lost();

    std::vector<int> callers_;
    int callees_;
    std::string domain_;
    std::vector<std::string> caller_addresses_;
    std::string callee_address_;
    unsigned users_;
    CallStretch stretch_;
    CallOutcome outcome_;
    std::vector<Dialog> dialogs_;
    std::vector<std::uint32_t> free_;
    std::unordered_map<std::string, Answered> unacknowledged_;  // by Call-ID
    std::uint64_t begun_ = 0;
    std::uint64_t done_ = 0;
    bool registering_ = false;
    std::uint64_t dice_ = 88172645463325252ULL;
    Time next_repeat_;
};

}  // namespace innkeeper::bench
