#include "store/cluster_files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace innkeeper::store {

namespace {

namespace fs = std::filesystem;

const char* const installed_versions = "/usr/lib/postgresql";
constexpr std::string_view socket_name = "/.s.PGSQL.5432";

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string lock_path(const ClusterFiles& files) {
    return files.folder + "/lock";
}

struct flock whole_file(short kind) {
    struct flock lock {};
    lock.l_type = kind;
    lock.l_whence = SEEK_SET;
    return lock;
}

}  // namespace

ClusterFiles ClusterFiles::below(const std::string& state_directory) {
    const fs::path folder = fs::absolute(state_directory).lexically_normal() / "postgresql";
    return {folder, folder / "data", folder / "data.unfinished", folder / "data" / "postmaster.pid"};
}

base::Expected<bool> ClusterFiles::make_folder(const std::optional<Account>& owner) const {
    constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1 - socket_name.size();
    if (folder.size() > longest)
        return base::error("state-directory: the path " + folder + " is too long for a Unix socket; at most " +
                           std::to_string(longest) + " octets");
    const auto failed = [this] { return base::error("state-directory: " + folder + ": " + strerror(errno)); };
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed();
    if (owner && chown(folder.c_str(), owner->user, owner->group) != 0) return failed();
    if (chmod(folder.c_str(), 0700) != 0) return failed();
    return true;
}

bool ClusterFiles::initialised() const {
    std::error_code ignored;
    return fs::exists(data, ignored);
}

base::Expected<std::string> ClusterFiles::programs() const {
    const std::string wanted = initialised() ? first_line(data + "/PG_VERSION") : "";
    int newest = 0;
    std::error_code ignored;
    for (const fs::directory_entry& version : fs::directory_iterator(installed_versions, ignored)) {
        const std::string name = version.path().filename();
        if (!wanted.empty() && name != wanted) continue;
        if (access((version.path() / "bin" / "postgres").c_str(), X_OK) == 0)
            newest = std::max(newest, std::atoi(name.c_str()));
    }
    if (newest == 0)
        return base::error(wanted.empty() ? "no PostgreSQL server is installed: install package postgresql, or set "
                                            "database to one elsewhere"
                                          : data + " was made by PostgreSQL " + wanted +
                                                ", which is not installed: " + "install package postgresql-" + wanted);
    return std::string(installed_versions) + '/' + std::to_string(newest) + "/bin";
}

std::optional<pid_t> ClusterFiles::running_postmaster() const {
    const auto pid = static_cast<pid_t>(std::atoi(first_line(pid_file).c_str()));
    if (pid <= 1 || (kill(pid, 0) != 0 && errno == ESRCH)) return std::nullopt;
    std::error_code ignored;
    const fs::path where = fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd", ignored);
    if (where == fs::path(data)) return pid;
    // PostgreSQL itself would take that process for its own and not start.
    fs::remove(pid_file, ignored);
    return std::nullopt;
}

base::Expected<ClusterLock> ClusterLock::take(const ClusterFiles& files) {
    const std::string path = lock_path(files);
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return base::error(path + ": " + strerror(errno));
    struct flock whole = whole_file(F_WRLCK);
    if (fcntl(descriptor, F_OFD_SETLK, &whole) != 0) {
        close(descriptor);
        return base::error(files.folder + " is in use by another innkeeperd");
    }
    return ClusterLock(descriptor);
}

bool ClusterLock::taken(const ClusterFiles& files) {
    const int descriptor = open(lock_path(files).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    struct flock whole = whole_file(F_RDLCK);
    const bool asked = fcntl(descriptor, F_OFD_GETLK, &whole) == 0;
    close(descriptor);
    return asked && whole.l_type != F_UNLCK;
}

ClusterLock::~ClusterLock() {
    if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace innkeeper::store
