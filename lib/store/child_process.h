// A program run as a child: as another user if asked, with a clean environment and no descriptor of ours but its
// standard error, and told to end when we end, however that happens. Private to lib/store.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/expected.h"
#include "base/instant.h"

namespace innkeeper::store {

// A descriptor that is readable when that process has ended; -1: there is none.
int open_process(pid_t pid);

// Whom a child runs as; resolved before the fork.
struct Account {
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups;

    static base::Expected<Account> find(const std::string& name);
};

struct ChildSettings {
    std::vector<std::string> arguments;  // the first one is the program's absolute path
    std::string working_directory = "/";
    std::optional<Account> account;  // needs root; none: as we are
    int signal_when_orphaned = 15;
    int error_output = 2;  // descriptor that becomes the child's standard error
};

// Owned by one thread, which must live as long as the child: the kernel takes that thread's end for ours.
class ChildProcess {
public:
    static base::Expected<ChildProcess> start(const ChildSettings& settings);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ~ChildProcess();  // SIGKILL if it still runs

    int descriptor() const { return descriptor_; }  // readable when it has ended
    void signal(int number) const;
    bool wait(base::Duration at_most);               // true: it has ended
    const std::string& end() const { return end_; }  // after wait: "exit code 1", "signal 9"; empty: code 0

private:
    ChildProcess(pid_t pid, int descriptor) : pid_(pid), descriptor_(descriptor) {}
    void reap();

    pid_t pid_;
    int descriptor_;  // pidfd
    bool ended_ = false;
    std::string end_;
};

}  // namespace innkeeper::store
