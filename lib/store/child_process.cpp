#include "store/child_process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace innkeeper::store {

namespace {

// In the child, between fork and exec: system calls only. Returns what failed.
const char* become(const ChildSettings& settings, pid_t parent) {
    setpgid(0, 0);  // an operator's Ctrl-C is ours to pass on, in order
    if (settings.account) {
        const Account& account = *settings.account;
        if (setgroups(account.groups.size(), account.groups.data()) != 0) return "setgroups";
        if (setgid(account.group) != 0) return "setgid";
        if (setuid(account.user) != 0) return "setuid";
    }
    // After the change of user, which would clear it.
    if (prctl(PR_SET_PDEATHSIG, settings.signal_when_orphaned) != 0 || getppid() != parent) return "prctl";
    if (chdir(settings.working_directory.c_str()) != 0) return "chdir";
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) signal(number, SIG_DFL);
    const int nowhere = open("/dev/null", O_RDWR);
    if (dup2(settings.error_output, STDERR_FILENO) < 0 || nowhere < 0 || dup2(nowhere, STDIN_FILENO) < 0 ||
        dup2(nowhere, STDOUT_FILENO) < 0)
        return "open";
    close_range(STDERR_FILENO + 1, ~0U, 0);
    return nullptr;
}

}  // namespace

// The C library's own declaration cannot be linked from C++.
int open_process(pid_t pid) {
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

base::Expected<Account> Account::find(const std::string& name) {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> buffer(16384);
    if (getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
        return base::error("user '" + name + "' does not exist on this machine");
    Account account{entry.pw_uid, entry.pw_gid, std::vector<gid_t>(64)};
    int count = static_cast<int>(account.groups.size());
    if (getgrouplist(name.c_str(), entry.pw_gid, account.groups.data(), &count) < 0)
        return base::error("user '" + name + "' is in too many groups");
    account.groups.resize(static_cast<std::size_t>(count));
    return account;
}

base::Expected<ChildProcess> ChildProcess::start(const ChildSettings& settings) {
    std::vector<char*> arguments;
    for (const std::string& argument : settings.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    char path[] = "PATH=/usr/bin:/bin";
    char* environment[] = {path, nullptr};

    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return base::error(std::string("fork: ") + strerror(errno));
    if (pid == 0) {
        const char* failed = become(settings, parent);
        if (!failed) {
            execve(arguments[0], arguments.data(), environment);
            failed = "execve";
        }
        dprintf(STDERR_FILENO, "%s: %s failed\n", arguments[0], failed);
        _exit(127);
    }
    const int descriptor = open_process(pid);
    if (descriptor < 0) {
        const std::string reason = strerror(errno);
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        return base::error("pidfd_open: " + reason);
    }
    return ChildProcess(pid, descriptor);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(other.pid_), descriptor_(other.descriptor_), ended_(other.ended_), end_(std::move(other.end_)) {
    other.descriptor_ = -1;
    other.ended_ = true;
}

ChildProcess::~ChildProcess() {
    if (!ended_) {
        signal(SIGKILL);
        reap();
    }
    if (descriptor_ >= 0) close(descriptor_);
}

void ChildProcess::signal(int number) const {
    if (!ended_) kill(pid_, number);
}

bool ChildProcess::wait(base::Duration at_most) {
    if (ended_) return true;
    pollfd watched{descriptor_, POLLIN, 0};
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(at_most).count();
    if (poll(&watched, 1, static_cast<int>(milliseconds)) <= 0) return false;
    reap();
    return true;
}

void ChildProcess::reap() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    ended_ = true;
    if (WIFSIGNALED(status)) end_ = "signal " + std::to_string(WTERMSIG(status));
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) end_ = "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace innkeeper::store
