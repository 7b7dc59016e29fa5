#include "web/threads.h"

#include <system_error>
#include <thread>
#include <utility>

namespace innkeeper::web {

Threads::~Threads() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return running_ == 0; });
}

bool Threads::start(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (running_ == most_) return false;
    try {
        std::thread([this, piece = std::move(work)] {
            piece();
            const std::lock_guard last(mutex_);
            --running_;
            ended_.notify_all();
        }).detach();
    } catch (const std::system_error&) {
        return false;
    }
    ++running_;
    return true;
}

}  // namespace innkeeper::web
