#include "store/mailbox.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "host/clock.h"

namespace innkeeper::store {

namespace {

int milliseconds_until(base::Instant due) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - host::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
}

void drain(int bell) {
    eventfd_t rings = 0;
    eventfd_read(bell, &rings);
}

}  // namespace

Mailbox::Mailbox() : bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    INNKEEPER_ASSERT(bell_ >= 0);
}

Mailbox::~Mailbox() {
    close(bell_);
}

void Mailbox::ring() {
    eventfd_write(bell_, 1);
}

void Mailbox::put(core::Row row) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        first = pending_.empty();
        pending_.put(std::move(row));
    }
    if (first) ring();
}

std::size_t Mailbox::size() const {
    const std::lock_guard lock(mutex_);
    return pending_.size() + taken_;
}

std::uint64_t Mailbox::calls_dropped() const {
    const std::lock_guard lock(mutex_);
    return pending_.calls_dropped();
}

bool Mailbox::wait_until_empty(base::Duration at_most) {
    std::unique_lock lock(mutex_);
    return emptied_.wait_for(lock, at_most, [this] { return pending_.empty() && taken_ == 0; });
}

void Mailbox::stop() {
    stopped_ = true;
    ring();
}

std::vector<core::Row> Mailbox::take(std::size_t at_most) {
    const std::lock_guard lock(mutex_);
    auto rows = pending_.take(at_most);
    taken_ = rows.size();
    return rows;
}

void Mailbox::settle() {
    const std::lock_guard lock(mutex_);
    taken_ = 0;
    if (pending_.empty()) emptied_.notify_all();
}

void Mailbox::put_back(std::vector<core::Row> taken) {
    const std::lock_guard lock(mutex_);
    taken_ = 0;
    pending_.put_back(std::move(taken));
}

void Mailbox::wait(int descriptor, base::Duration at_most) {
    {
        const std::lock_guard lock(mutex_);
        if (!pending_.empty() || stopped_) return;
    }
    pollfd watched[2] = {{bell_, POLLIN, 0}, {descriptor, POLLIN, 0}};
    poll(watched, 2, milliseconds_until(host::now() + at_most));
    drain(bell_);
}

void Mailbox::pause(base::Duration at_most) {
    const base::Instant due = host::now() + at_most;
    while (!stopped_ && host::now() < due) {
        pollfd watched{bell_, POLLIN, 0};
        poll(&watched, 1, milliseconds_until(due));
        drain(bell_);
    }
}

}  // namespace innkeeper::store
