// cpp-httplib's queue of accepted connections: a thread for each, up to a limit, instead of a fixed pool that as many
// idle clients would occupy.
#pragma once

#include <httplib.h>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

namespace innkeeper::web {

class TaskThreads : public httplib::TaskQueue {
public:
    explicit TaskThreads(std::size_t most) : most_(most) {}

    // Beyond the limit the task runs at once on the accepting thread, where turned_away() is true: it is to close the
    // connection and nothing else.
    void enqueue(std::function<void()> task) override;
    void shutdown() override;  // waits for all

    static bool turned_away();

private:
    bool start(const std::function<void()>& task);

    const std::size_t most_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_ = 0;  // under mutex_
};

}  // namespace innkeeper::web
