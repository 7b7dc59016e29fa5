// A thread for each piece of work, up to a limit, instead of a fixed pool that as many idle clients would occupy.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

namespace innkeeper::web {

class Threads {
public:
    explicit Threads(std::size_t most) : most_(most) {}
    ~Threads();  // waits for all
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

    // False: as many run already, or the machine has no thread to give; `work` was not begun.
    bool start(std::function<void()> work);

private:
    const std::size_t most_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_ = 0;  // under mutex_
};

}  // namespace innkeeper::web
