// The embedded default: a private PostgreSQL cluster that the daemon makes under its state directory and supervises,
// for sites without a database of their own. Reached through a Unix socket in a folder that only its user may enter;
// no password, no port. Ends with the daemon, however that ends, and is started again when it dies by itself.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/expected.h"
#include "base/instant.h"

namespace innkeeper::store {

struct EmbeddedSettings {
    std::string state_directory;  // must exist; the cluster lives in its folder "postgresql"
    // User to run PostgreSQL as, when we are root, which PostgreSQL refuses to be; empty: as we are.
    std::string run_as;
    // Told in one line what an operator should know, PostgreSQL's own errors too; on the cluster's thread.
    std::function<void(std::string)> report;
};

class EmbeddedCluster {
public:
    // Returns at once: the cluster is made, which takes a second or two the first time, and started on a thread of its
    // own. Wrong: no PostgreSQL installed, a folder that cannot be used, or another daemon that uses it.
    static base::Expected<std::unique_ptr<EmbeddedCluster>> open(EmbeddedSettings settings);
    ~EmbeddedCluster();  // stops it; disconnects whoever is connected
    EmbeddedCluster(const EmbeddedCluster&) = delete;
    EmbeddedCluster& operator=(const EmbeddedCluster&) = delete;

    static std::string conninfo(const std::string& state_directory);
    // A process has the cluster open: connect to it rather than open it.
    static bool in_use(const std::string& state_directory);
    // For what runs once and then ends: waits until the cluster, ours or another process's, answers; false: it does
    // not.
    static bool wait_until_ready(const std::string& state_directory, base::Duration at_most);

private:
    class Supervisor;
    explicit EmbeddedCluster(std::unique_ptr<Supervisor> supervisor);
    std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace innkeeper::store
