#include "store/watchdog.h"

#include <sys/socket.h>

#include <algorithm>

#include "host/clock.h"

namespace innkeeper::store {

Watchdog::Watchdog() : thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void Watchdog::arm(int descriptor, base::Duration patience) {
    {
        const std::lock_guard lock(mutex_);
        descriptor_ = descriptor;
        due_ = host::now() + patience;
    }
    changed_.notify_one();
}

void Watchdog::disarm() {
    const std::lock_guard lock(mutex_);
    descriptor_ = -1;
}

void Watchdog::end_all(base::Duration patience) {
    {
        const std::lock_guard lock(mutex_);
        last_ = host::now() + patience;
    }
    changed_.notify_one();
}

void Watchdog::run() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        if (descriptor_ < 0) {
            changed_.wait(lock);
        } else if (const base::Duration left = std::min(due_, last_) - host::now(); left > base::Duration::zero()) {
            changed_.wait_for(lock, left);
        } else {
            ::shutdown(descriptor_, SHUT_RDWR);
            descriptor_ = -1;
        }
    }
}

}  // namespace innkeeper::store
