#include "host/service.h"

#include <grp.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "host/clock.h"
#include "host/text.h"

namespace innkeeper::host {
namespace {

[[noreturn]] void fail(const std::string& what) {
    const int number = errno;
    throw std::runtime_error(what + ": " + std::generic_category().message(number));
}

}  // namespace

void notify_ready() {
    sd_notify(0, "READY=1");
}

void notify_status(const std::string& text) {
    sd_notify(0, ("STATUS=" + escape_controls(text)).c_str());
}

void notify_reloading() {
    sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_microseconds())).c_str());
}

void notify_stopping() {
    sd_notify(0, "STOPPING=1");
}

Watchdog::Watchdog(Loop& loop) : timer_(loop, [this] { ping(); }) {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return;
    interval_ = std::chrono::microseconds(microseconds / 2);
    ping();
}

void Watchdog::ping() {
    sd_notify(0, "WATCHDOG=1");
    timer_.arm(interval_);
}

void drop_privileges(const std::string& user) {
    errno = 0;
    const passwd* entry = ::getpwnam(user.c_str());
    if (entry == nullptr)
        throw std::runtime_error("user " + user + " does not exist: make it with `useradd --system " + user +
                                 "` or name another one with `user`");
    if (entry->pw_uid == 0) throw std::runtime_error("user " + user + " is root: name an unprivileged one with `user`");
    if (::geteuid() == entry->pw_uid) return;
    if (::geteuid() != 0) throw std::runtime_error("cannot become user " + user + ": start as root or as " + user);
    const uid_t uid = entry->pw_uid;
    const gid_t gid = entry->pw_gid;
    if (::initgroups(user.c_str(), gid) != 0) fail("groups of user " + user);
    if (::setresgid(gid, gid, gid) != 0) fail("group of user " + user);
    if (::setresuid(uid, uid, uid) != 0) fail("user " + user);
    if (::setresuid(0, 0, 0) == 0) throw std::runtime_error("root came back after becoming user " + user);
}

void forbid_core_dumps() {
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0) fail("limit of core files");
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) fail("PR_SET_DUMPABLE");
}

void allow_locked_memory() {
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_MEMLOCK, &unlimited);  // refused without the capability: lock_memory then tells
}

bool lock_memory() {
    rlimit allowed{};
    ::getrlimit(RLIMIT_MEMLOCK, &allowed);
    if (allowed.rlim_cur != RLIM_INFINITY && ::geteuid() != 0) return false;
    // ONFAULT: the untouched part of thread stacks stays untouched.
    return ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

std::uint64_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("limit of open descriptors");
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

}  // namespace innkeeper::host
