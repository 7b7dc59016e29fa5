#include "daemon/store_tasks.h"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "daemon/directories.h"
#include "host/service.h"
#include "store/embedded_cluster.h"
#include "store/group_transfer.h"
#include "store/licences.h"
#include "store/migrations.h"
#include "store/user_transfer.h"

namespace innkeeper::daemon {
namespace {

constexpr base::Duration cluster_patience = std::chrono::seconds(60);  // the first start makes the cluster

// The database for one task: the operator's own, that of the running daemon, or an embedded cluster opened for it.
class Database {
public:
    explicit Database(const Options& options) : conninfo(options.database) {
        if (!conninfo.empty()) return;
        conninfo = store::EmbeddedCluster::conninfo(options.state_directory);
        if (!store::EmbeddedCluster::in_use(options.state_directory)) {
            make_directories(options);
            if (getuid() == 0) host::drop_privileges(options.user);  // PostgreSQL refuses to run as root
            auto opened = store::EmbeddedCluster::open({options.state_directory, "", [](std::string) {}});
            if (!opened) throw std::runtime_error(opened.error().text);
            cluster_ = std::move(*opened);
        }
        if (!store::EmbeddedCluster::wait_until_ready(options.state_directory, cluster_patience))
            throw std::runtime_error("the embedded PostgreSQL under " + options.state_directory + " does not answer");
        const auto migrated = store::migrate(conninfo);
        if (!migrated) throw std::runtime_error(migrated.error().text);
    }

    std::string conninfo;

private:
    std::unique_ptr<store::EmbeddedCluster> cluster_;
};

template <class T>
const T& or_throw(const base::Expected<T>& result) {
    if (!result) throw std::runtime_error(result.error().text);
    return *result;
}

void migrate(const Options& options) {
    const Database database(options);
    const auto result = store::migrate(database.conninfo);
    const auto& summary = or_throw(result);
    std::cout << summary.applied << " migrations applied; the schema is at version " << summary.version << '\n';
}

// `import` and `of` are of users or of hunt groups.
template <class Import>
void import_file(const Options& options, Import import, const char* of) {
    std::ifstream file(options.import_file);  // before the process gives up root's rights to read it
    if (!file) throw std::runtime_error("cannot read " + options.import_file);
    const Database database(options);
    const auto result = import(database.conninfo, file, options.import_file);
    const store::ImportSummary& summary = or_throw(result);
    std::cout << summary.rows << ' ' << of << ": " << summary.added << " added, " << summary.changed << " changed\n";
}

template <class Export>
void export_all(const Options& options, Export export_rows) {
    const Database database(options);
    const auto result = export_rows(database.conninfo, std::cout);
    or_throw(result);
    if (!std::cout.flush()) throw std::runtime_error("the export was not written whole");
}

void set_licences(const Options& options) {
    const Database database(options);
    for (const std::string& text : options.licences) {
        const auto result = store::set_licence(database.conninfo, text);
        const auto& spec = or_throw(result);
        std::cout << "pool " << spec.pool << ": " << (spec.capacity ? std::to_string(*spec.capacity) : "unlimited")
                  << '\n';
    }
}

}  // namespace

int carry_out_store_task(const Options& options) {
    switch (options.task) {
        case Task::migrate:
            migrate(options);
            break;
        case Task::import_users:
            import_file(options, store::import_users, "users");
            break;
        case Task::export_users:
            export_all(options, store::export_users);
            break;
        case Task::import_groups:
            import_file(options, store::import_groups, "groups");
            break;
        case Task::export_groups:
            export_all(options, store::export_groups);
            break;
        case Task::set_licence:
            set_licences(options);
            break;
        default:
            INNKEEPER_ASSERT(false);
    }
    return 0;
}

}  // namespace innkeeper::daemon
