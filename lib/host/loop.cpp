#include "host/loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "base/assert.h"

// The callbacks of su_wait.h carry context types of our choosing.
struct su_root_magic_context;
#define SU_ROOT_MAGIC_T su_root_magic_context
#define SU_WAKEUP_ARG_T void
#define SU_TIMER_ARG_T void
#include <sofia-sip/su.h>
#include <sofia-sip/su_wait.h>

namespace innkeeper::host {

struct Loop::Impl {
    su_root_t* root = nullptr;
    int wake = -1;
    std::mutex mutex;
    std::vector<std::function<void()>> posted;  // under mutex
    std::atomic<bool> stopping{false};
    std::unique_ptr<Watch> wake_watch;

    void wake_up() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(wake, &one, sizeof one);  // full: a wake-up is pending already
    }

    void run_posted() {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = ::read(wake, &count, sizeof count);
        std::vector<std::function<void()>> work;
        {
            const std::lock_guard lock(mutex);
            work.swap(posted);
        }
        for (auto& piece : work) piece();
        if (stopping) su_root_break(root);
    }
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {
    su_init();
    impl_->root = su_root_create(nullptr);
    INNKEEPER_ASSERT(impl_->root != nullptr);
    su_root_threading(impl_->root, 0);
    impl_->wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    INNKEEPER_ASSERT(impl_->wake >= 0);
    impl_->wake_watch =
        std::make_unique<Watch>(*this, impl_->wake, true, false, [this](Watch::Ready) { impl_->run_posted(); });
}

Loop::~Loop() {
    impl_->wake_watch.reset();
    ::close(impl_->wake);
    su_root_destroy(impl_->root);
    su_deinit();
}

void Loop::run() {
    if (!impl_->stopping) su_root_run(impl_->root);
}

void Loop::stop() {
    impl_->stopping = true;
    impl_->wake_up();
}

void Loop::post(std::function<void()> work) {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->posted.push_back(std::move(work));
    }
    impl_->wake_up();
}

void Loop::step(base::Duration patience) {
    su_root_step(impl_->root, std::chrono::duration_cast<std::chrono::milliseconds>(patience).count());
}

su_root_s* Loop::root() {
    return impl_->root;
}

struct Watch::Impl {
    su_root_t* root = nullptr;
    int descriptor = -1;
    int index = -1;
    std::function<void(Ready)> on_ready;

    static int events(bool read, bool write) { return (read ? SU_WAIT_IN : 0) | (write ? SU_WAIT_OUT : 0); }

    static int ready(su_root_magic_context*, su_wait_t* wait, void* argument) {
        auto* self = static_cast<Impl*>(argument);
        const int happened = su_wait_events(wait, self->descriptor);
        const auto callback = self->on_ready;  // a copy: the callback may destroy the watch
        callback(Ready{(happened & SU_WAIT_IN) != 0, (happened & SU_WAIT_OUT) != 0,
                       (happened & (SU_WAIT_ERR | SU_WAIT_HUP)) != 0});
        return 0;
    }
};

Watch::Watch(Loop& loop, int descriptor, bool want_read, bool want_write, std::function<void(Ready)> on_ready)
    : impl_(std::make_unique<Impl>()) {
    impl_->root = loop.root();
    impl_->descriptor = descriptor;
    impl_->on_ready = std::move(on_ready);
    su_wait_t wait[1] = {};
    INNKEEPER_ASSERT(su_wait_create(wait, descriptor, Impl::events(want_read, want_write)) == 0);
    impl_->index = su_root_register(impl_->root, wait, &Impl::ready, impl_.get(), 0);
    INNKEEPER_ASSERT(impl_->index > 0);
}

Watch::~Watch() {
    su_root_deregister(impl_->root, impl_->index);
}

void Watch::want(bool read, bool write) {
    su_root_eventmask(impl_->root, impl_->index, impl_->descriptor, Impl::events(read, write));
}

struct Timer::Impl {
    su_timer_t* timer = nullptr;
    std::function<void()> on_due;

    static void due(su_root_magic_context*, su_timer_t*, void* argument) {
        const auto callback = static_cast<Impl*>(argument)->on_due;  // a copy: the callback may destroy the timer
        callback();
    }
};

Timer::Timer(Loop& loop, std::function<void()> on_due) : impl_(std::make_unique<Impl>()) {
    impl_->timer = su_timer_create(su_root_task(loop.root()), 0);
    INNKEEPER_ASSERT(impl_->timer != nullptr);
    impl_->on_due = std::move(on_due);
}

Timer::~Timer() {
    su_timer_destroy(impl_->timer);
}

void Timer::arm(base::Duration from_now) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(from_now).count();
    su_timer_set_interval(impl_->timer, &Impl::due, impl_.get(), wait > 0 ? wait : 1);
}

void Timer::disarm() {
    su_timer_reset(impl_->timer);
}

}  // namespace innkeeper::host
