#include "host/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <utility>

#include "base/assert.h"

namespace innkeeper::host {

Signals::Signals(Loop& loop, std::function<void(int)> on_signal) : on_signal_(std::move(on_signal)) {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    INNKEEPER_ASSERT(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
    ::signal(SIGPIPE, SIG_IGN);
    descriptor_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    INNKEEPER_ASSERT(descriptor_ >= 0);
    watch_ = std::make_unique<Watch>(loop, descriptor_, true, false, [this](Watch::Ready) { read_all(); });
}

Signals::~Signals() {
    watch_.reset();
    ::close(descriptor_);
}

void Signals::read_all() {
    signalfd_siginfo information{};
    while (::read(descriptor_, &information, sizeof information) == sizeof information)
        on_signal_(static_cast<int>(information.ssi_signo));
}

}  // namespace innkeeper::host
