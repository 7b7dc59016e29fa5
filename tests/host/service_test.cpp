#include "host/service.h"

#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <vector>

#include "host/loop_lag.h"
#include "host/signals.h"
#include "support/run_until.h"

using namespace innkeeper::host;
using innkeeper::support::run_until;
using namespace std::chrono_literals;

namespace {

// What a process of its own makes of `work`, which changes the process for good: its exit code.
int in_child(const std::function<bool()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        bool good = false;
        try {
            good = work();
        } catch (const std::exception&) {
        }
        ::_exit(good ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// systemd's end of the notification protocol.
struct NotifySocket {
    NotifySocket() {
        descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t)) == 0);  // autobind
        socklen_t length = sizeof address;
        REQUIRE(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) == 0);
        const std::string name(address.sun_path + 1, length - offsetof(sockaddr_un, sun_path) - 1);
        ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
    }
    ~NotifySocket() {
        ::unsetenv("NOTIFY_SOCKET");
        ::close(descriptor);
    }
    std::string receive() const {
        char text[512];
        const auto got = ::recv(descriptor, text, sizeof text, 0);
        return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string();
    }
    int descriptor;
};

}  // namespace

TEST_CASE("systemd is told what the daemon does", "[service]") {
    const NotifySocket systemd;
    notify_ready();
    CHECK(systemd.receive() == "READY=1");
    notify_status("guests: 3\nREADY=1");
    CHECK(systemd.receive() == "STATUS=guests: 3\\x0aREADY=1");
    notify_reloading();
    CHECK(systemd.receive().substr(0, 27) == "RELOADING=1\nMONOTONIC_USEC=");
    notify_stopping();
    CHECK(systemd.receive() == "STOPPING=1");
}

TEST_CASE("the watchdog is fed by the loop, and only where it is wanted", "[service]") {
    const NotifySocket systemd;
    Loop loop;
    CHECK_FALSE(Watchdog(loop).asked_for());
    ::setenv("WATCHDOG_USEC", "20000", 1);
    const Watchdog watchdog(loop);
    ::unsetenv("WATCHDOG_USEC");
    CHECK(watchdog.asked_for());
    int pings = 0;
    CHECK(run_until(loop, [&] {
        if (systemd.receive() == "WATCHDOG=1") ++pings;
        return pings >= 3;
    }));
}

TEST_CASE("signals arrive on the loop", "[service]") {
    CHECK(in_child([] {
              Loop loop;
              std::vector<int> got;
              const Signals signals(loop, [&](int signal) { got.push_back(signal); });
              ::kill(::getpid(), SIGHUP);
              if (!run_until(loop, [&] { return got.size() == 1; })) return false;
              ::kill(::getpid(), SIGTERM);
              if (!run_until(loop, [&] { return got.size() == 2; })) return false;
              ::kill(::getpid(), SIGPIPE);
              return got == std::vector<int>{SIGHUP, SIGTERM};
          }) == 0);
}

TEST_CASE("root becomes the configured user for good", "[service][R22]") {
    const passwd* nobody = ::getpwnam("nobody");
    if (::geteuid() != 0 || nobody == nullptr) {
        WARN("SKIP: needs root and the user nobody");
        return;
    }
    CHECK(in_child([&] {
              drop_privileges("nobody");
              drop_privileges("nobody");
              return ::getuid() == nobody->pw_uid && ::geteuid() == nobody->pw_uid && ::getgid() == nobody->pw_gid &&
                     ::setuid(0) != 0;
          }) == 0);
}

TEST_CASE("a user that does not exist, or root, is refused in words", "[service][R22]") {
    CHECK_THROWS_WITH(drop_privileges("no-such-user-here"), Catch::Contains("no-such-user-here does not exist"));
    CHECK_THROWS_WITH(drop_privileges("root"), Catch::Contains("is root"));
}

TEST_CASE("no core is dumped and nobody may look into the process", "[service][R22]") {
    CHECK(in_child([] {
              forbid_core_dumps();
              rlimit limit{};
              ::getrlimit(RLIMIT_CORE, &limit);
              return limit.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
          }) == 0);
}

TEST_CASE("memory is locked where the limit allows all of it, and nothing is locked elsewhere", "[service][R22]") {
    if (::geteuid() != 0) {
        WARN("SKIP: needs root to change limits");
        return;
    }
    CHECK(in_child([] {
              const rlimit little{65536, 65536};
              ::setrlimit(RLIMIT_MEMLOCK, &little);
              drop_privileges("nobody");
              return !lock_memory();
          }) == 0);
}

TEST_CASE("the descriptor limit is raised to what is allowed", "[service][R14]") {
    CHECK(in_child([] {
              rlimit limit{};
              ::getrlimit(RLIMIT_NOFILE, &limit);
              limit.rlim_cur = 64;
              ::setrlimit(RLIMIT_NOFILE, &limit);
              return raise_descriptor_limit() == limit.rlim_max;
          }) == 0);
}

TEST_CASE("a loop that was held up reports its lag", "[service]") {
    Loop loop;
    innkeeper::base::Duration worst{};
    const LoopLag lag(loop, [&](innkeeper::base::Duration measured) { worst = std::max(worst, measured); });
    const auto until = now() + LoopLag::interval + 50ms;
    while (now() < until) continue;  // the work that holds the loop up
    CHECK(run_until(loop, [&] { return worst >= 40ms; }));
}
