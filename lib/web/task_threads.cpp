#include "web/task_threads.h"

#include <system_error>
#include <thread>
#include <utility>

namespace innkeeper::web {
namespace {

thread_local bool turning_away = false;

}  // namespace

bool TaskThreads::turned_away() {
    return turning_away;
}

void TaskThreads::enqueue(std::function<void()> task) {
    if (start(task)) return;
    turning_away = true;
    task();
    turning_away = false;
}

bool TaskThreads::start(const std::function<void()>& task) {
    const std::lock_guard lock(mutex_);
    if (running_ == most_) return false;
    try {
        std::thread([this, task] {
            task();
            const std::lock_guard last(mutex_);
            --running_;
            ended_.notify_all();
        }).detach();
    } catch (const std::system_error&) {
        return false;  // no thread to be had
    }
    ++running_;
    return true;
}

void TaskThreads::shutdown() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return running_ == 0; });
}

}  // namespace innkeeper::web
