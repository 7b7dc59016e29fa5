#include "store/embedded_cluster.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "base/assert.h"
#include "host/clock.h"
#include "store/cluster_files.h"
#include "store/connection.h"
#include "store/line_reader.h"

namespace innkeeper::store {

namespace {

using namespace std::chrono_literals;

const char* const superuser = "innkeeper";
constexpr base::Duration first_pause = 100ms;
constexpr base::Duration longest_pause = 2s;

// A value of a conninfo.
std::string in_quotes(std::string_view value) {
    std::string text = "'";
    for (const char octet : value) {
        if (octet == '\'' || octet == '\\') text += '\\';
        text += octet;
    }
    return text + '\'';
}

// What PostgreSQL says to clients that come a little early or stay a little late: no news for an operator.
bool is_noise(const std::string& line) {
    for (const char* noise : {"the database system is", "terminating connection due to administrator command",
                              "connection to client lost", "Consistent recovery state"})
        if (line.find(noise) != std::string::npos) return true;
    return false;
}

void wait_for_end(pid_t pid, base::Duration at_most) {
    const int descriptor = open_process(pid);
    if (descriptor < 0) return;
    pollfd watched{descriptor, POLLIN, 0};
    poll(&watched, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(at_most).count()));
    close(descriptor);
}

}  // namespace

class EmbeddedCluster::Supervisor {
public:
    Supervisor(EmbeddedSettings settings, ClusterFiles files, std::optional<Account> account, std::string programs,
               ClusterLock lock)
        : settings_(std::move(settings)),
          files_(std::move(files)),
          account_(std::move(account)),
          programs_(std::move(programs)),
          lock_(std::move(lock)),
          bell_(eventfd(0, EFD_CLOEXEC)),
          thread_([this] { run(); }) {}

    ~Supervisor() {
        stopped_ = true;
        eventfd_write(bell_, 1);
        thread_.join();
        close(bell_);
    }

private:
    void run() {
        base::Duration pause = first_pause;
        while (!stopped_) {
            const base::Instant began = host::now();
            const std::string trouble = run_once();
            if (stopped_) break;
            settings_.report(trouble);
            pause = host::now() - began > 10s ? first_pause : std::min(longest_pause, pause * 2);
            pollfd watched{bell_, POLLIN, 0};
            poll(&watched, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(pause).count()));
        }
    }

    // One life of the cluster; why it ended.
    std::string run_once() {
        if (!files_.initialised()) {
            if (const std::string trouble = initialise(); !trouble.empty()) return trouble;
        }
        end_predecessor();
        const std::string end = run_program(
            {programs_ + "/postgres", "-D", files_.data, "-c", "listen_addresses=", "-c", "port=5432", "-c",
             "unix_socket_directories=\"" + files_.folder + '"', "-c", "unix_socket_permissions=0700", "-c",
             "max_connections=16", "-c", "shared_buffers=32MB", "-c", "max_wal_size=128MB", "-c", "wal_level=minimal",
             "-c", "max_wal_senders=0", "-c", "jit=off", "-c", "logging_collector=off", "-c", "log_destination=stderr",
             // Statements and their values stay out of every log.
             "-c", "log_line_prefix=", "-c", "log_min_messages=fatal", "-c", "log_min_error_statement=panic"});
        return "PostgreSQL ended (" + (end.empty() ? "exit code 0" : end) + ") and is started again";
    }

    // In a folder of another name until it is done, so that a crash leaves no half-made cluster behind.
    std::string initialise() {
        std::error_code failed;
        std::filesystem::remove_all(files_.unfinished_data, failed);
        const std::string end =
            run_program({programs_ + "/initdb", "-D", files_.unfinished_data, "-U", superuser, "--auth=trust",
                         "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions"});
        if (!end.empty()) return "initdb failed (" + end + ')';
        if (!stopped_) std::filesystem::rename(files_.unfinished_data, files_.data, failed);
        return failed ? files_.data + ": " + failed.message() : "";
    }

    // A daemon that was killed leaves a PostgreSQL that is about to end, or hangs.
    void end_predecessor() {
        for (const auto& [number, patience] : {std::pair(SIGINT, 500ms), {SIGQUIT, 1000ms}, {SIGKILL, 2000ms}}) {
            const auto pid = files_.running_postmaster();
            if (!pid || stopped_) return;
            kill(*pid, number);
            wait_for_end(*pid, patience);
        }
    }

    // Runs it to its end, or stops it when we are to stop. Reports what it says. How it ended; empty: well.
    std::string run_program(std::vector<std::string> arguments) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
        LineReader lines(ends[0]);
        ChildSettings child_settings;
        child_settings.arguments = std::move(arguments);
        child_settings.working_directory = files_.folder;
        child_settings.account = account_;
        child_settings.signal_when_orphaned = SIGINT;
        child_settings.error_output = ends[1];
        auto child = ChildProcess::start(child_settings);
        close(ends[1]);
        if (!child) return child.error().text;

        const auto report = [this](const std::string& line) {
            if (!is_noise(line)) settings_.report(line);
        };
        while (!stopped_) {
            pollfd watched[3] = {{child->descriptor(), POLLIN, 0}, {bell_, POLLIN, 0}, {lines.descriptor(), POLLIN, 0}};
            poll(watched, 3, -1);
            lines.read(report);
            if (watched[0].revents != 0) break;
        }
        // Fast shutdown, immediate shutdown, and no more patience.
        for (const auto& [number, patience] : {std::pair(0, 0ms), {SIGINT, 5000ms}, {SIGQUIT, 2000ms}}) {
            child->signal(number);
            if (child->wait(patience)) break;
        }
        lines.read(report);
        return child->end();
    }

    const EmbeddedSettings settings_;
    const ClusterFiles files_;
    const std::optional<Account> account_;
    const std::string programs_;
    const ClusterLock lock_;
    const int bell_;
    std::atomic<bool> stopped_ = false;
    std::thread thread_;  // the children's parent: the kernel tells them when it ends
};

base::Expected<std::unique_ptr<EmbeddedCluster>> EmbeddedCluster::open(EmbeddedSettings settings) {
    INNKEEPER_ASSERT(settings.report);
    const auto files = ClusterFiles::below(settings.state_directory);
    std::optional<Account> account;
    if (!settings.run_as.empty()) {
        auto found = Account::find(settings.run_as);
        if (!found) return base::error("embedded database: " + found.error().text);
        account = *found;
    } else if (geteuid() == 0) {
        return base::error("embedded database: PostgreSQL does not run as root; set user");
    }
    if (auto made = files.make_folder(account); !made) return base::error(made.error().text);
    auto programs = files.programs();
    if (!programs) return base::error("embedded database: " + programs.error().text);
    auto lock = ClusterLock::take(files);
    if (!lock) return base::error("embedded database: " + lock.error().text);
    return std::unique_ptr<EmbeddedCluster>(new EmbeddedCluster(std::make_unique<Supervisor>(
        std::move(settings), files, std::move(account), std::move(*programs), std::move(*lock))));
}

EmbeddedCluster::EmbeddedCluster(std::unique_ptr<Supervisor> supervisor) : supervisor_(std::move(supervisor)) {}

EmbeddedCluster::~EmbeddedCluster() = default;

std::string EmbeddedCluster::conninfo(const std::string& state_directory) {
    return "host=" + in_quotes(ClusterFiles::below(state_directory).folder) +
           " port=5432 dbname=postgres user=" + superuser;
}

bool EmbeddedCluster::in_use(const std::string& state_directory) {
    return ClusterLock::taken(ClusterFiles::below(state_directory));
}

bool EmbeddedCluster::wait_until_ready(const std::string& state_directory, base::Duration at_most) {
    const std::string address = conninfo(state_directory);
    const base::Instant due = host::now() + at_most;
    Watchdog watchdog;
    while (attempt([&] { Connection(address, watchdog, 1s); })) {
        if (host::now() >= due) return false;
        std::this_thread::sleep_for(20ms);
    }
    return true;
}

}  // namespace innkeeper::store
