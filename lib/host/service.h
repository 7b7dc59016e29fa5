// Being a good service: what systemd is told, and what the process gives up (R22). Without systemd the notices go
// nowhere and cost nothing. Loop's thread, or main before it.
#pragma once

#include <cstdint>
#include <string>

#include "base/instant.h"
#include "host/loop.h"

namespace innkeeper::host {

// sd_notify(3).
void notify_ready();                          // also ends what notify_reloading began
void notify_status(const std::string& text);  // one line for `systemctl status`
void notify_reloading();
void notify_stopping();

// Pings systemd's watchdog from a timer of the loop, so that a loop that hangs is ended. Idle where the unit asks for
// no watchdog.
class Watchdog {
public:
    explicit Watchdog(Loop& loop);
    bool asked_for() const { return interval_.count() > 0; }

private:
    void ping();
    base::Duration interval_{};  // half of WatchdogSec
    Timer timer_;
};

// Started as root: becomes `user` for good, with that user's groups and no capability. Started as that user: nothing
// to do. Throws std::runtime_error: no such user, root itself, or neither root nor that user.
void drop_privileges(const std::string& user);

// No core files, no ptrace by others, nothing of this process in a crash report. After drop_privileges, which sets it
// back.
void forbid_core_dumps();

// To be called while still root: lets the unprivileged process lock what it likes.
void allow_locked_memory();
// Keeps every page, also future ones, out of swap. False where the limit does not allow all of it: locking up to a
// limit would make allocations fail later.
bool lock_memory();

// Raises the soft limit of open descriptors to the hard one; returns it.
std::uint64_t raise_descriptor_limit();

}  // namespace innkeeper::host
