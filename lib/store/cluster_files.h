// Where the parts of an embedded cluster are: the programs on this machine, the folders below the state directory, and
// who holds them. Private to lib/store.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/expected.h"
#include "store/child_process.h"

namespace innkeeper::store {

struct ClusterFiles {
    std::string folder;  // 0700; holds the socket, the lock and the data
    std::string data;
    std::string unfinished_data;  // initdb's, until it is done
    std::string pid_file;         // PostgreSQL's own

    static ClusterFiles below(const std::string& state_directory);
    base::Expected<bool> make_folder(const std::optional<Account>& owner) const;
    bool initialised() const;
    // Folder of the newest PostgreSQL programs here; of the data's version, once there is data.
    base::Expected<std::string> programs() const;
    // The postmaster of this very data, if one runs; a pid file that names another process is a dead one's and goes.
    std::optional<pid_t> running_postmaster() const;
};

// Held as long as the object lives; the kernel drops it with the process.
class ClusterLock {
public:
    static base::Expected<ClusterLock> take(const ClusterFiles& files);
    static bool taken(const ClusterFiles& files);  // by whatever process; asking takes nothing
    ClusterLock(ClusterLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
    ClusterLock& operator=(ClusterLock&&) = delete;
    ~ClusterLock();

private:
    explicit ClusterLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace innkeeper::store
