#include "daemon/directories.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace innkeeper::daemon {
namespace {

namespace fs = std::filesystem;

void make(const fs::path& folder, fs::perms permissions, const std::string& user) {
    std::error_code trouble;
    const bool made = fs::create_directories(folder, trouble);
    if (trouble) throw std::runtime_error("cannot make " + folder.string() + ": " + trouble.message());
    if (made) fs::permissions(folder, permissions, trouble);
    if (getuid() != 0) return;
    const passwd* account = getpwnam(user.c_str());
    if (account == nullptr)
        throw std::runtime_error("there is no user '" + user + "' to run as; make it, or name another with --user");
    struct stat found {};
    const bool ours_to_give =
        stat(folder.c_str(), &found) == 0 && found.st_uid == 0 && (made || fs::is_empty(folder, trouble));
    if (ours_to_give && chown(folder.c_str(), account->pw_uid, account->pw_gid) != 0)
        throw std::runtime_error("cannot give " + folder.string() + " to " + user);
}

}  // namespace

void make_directories(const Options& options) {
    make(options.state_directory, fs::perms::owner_all, options.user);
    const fs::path socket_folder = fs::path(options.control_socket).parent_path();
    const fs::perms everyone_enters = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                                      fs::perms::others_read | fs::perms::others_exec;
    if (!socket_folder.empty()) make(socket_folder, everyone_enters, options.user);
}

}  // namespace innkeeper::daemon
