// What the operator wrote, as values: flags before environment (INNKEEPER_...) before --config FILE before defaults.
// A plain value, made once by main.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "core/operator_command.h"
#include "core/settings.h"
#include "daemon/problem.h"
#include "host/log.h"
#include "link/certificate.h"

namespace innkeeper::daemon {

// What this invocation is for.
enum class Task : std::uint8_t {
    run,
    check_config,
    migrate,
    import_users,
    export_users,
    import_groups,
    export_groups,
    set_licence,
    ask,  // a running daemon
    refusals,
    help,
    version,
};

struct Options {
    Task task = Task::run;
    std::string import_file;               // with import_users and import_groups
    std::vector<std::string> licences;     // with set_licence: POOL=COUNT[,until=DATE]
    std::optional<core::Command> command;  // with ask
    bool json = false;

    core::Settings settings;  // all but matching.root_ca, which is in the certificate
    std::vector<base::Listener> listen;
    std::string advertise;  // an address or a name; empty: unset
    std::optional<base::Endpoint> peer_listen;
    std::map<base::SiteName, base::Endpoint> peers;
    link::CertificateFiles tls;
    std::string database;                                     // libpq conninfo; empty: the embedded cluster
    base::Duration keep_calls = std::chrono::hours(90 * 24);  // records of calls in the database
    std::string phone_profiles;                               // a file; empty: the table that the daemon brings along
    std::string state_directory;
    std::string control_socket;
    std::optional<base::Endpoint> http_listen;  // empty: no HTTP
    std::string user;
    host::Level log_level = host::Level::info;
    host::LogFormat log_format = host::LogFormat::text;

    // What was written for each key and where, in order: for problems found later.
    struct Written {
        std::string value;
        std::string where;
    };
    std::map<std::string, std::vector<Written>, std::less<>> written;
    // Where `value` of the key was written; without a value, where the key was.
    std::string where(std::string_view key, std::string_view value = {}) const;
};

struct ParsedOptions {
    Options options;
    std::vector<Problem> problems;      // all of them; the options are usable only if there are none
    std::vector<std::string> warnings;  // for the log
};

// `environment` ends in a null pointer, as environ does. Reads the configuration file, the phone
// profiles that it names, and nothing else.
ParsedOptions parse_options(const std::vector<std::string>& arguments, const char* const* environment);

// What one value alone cannot show: names that must be known, durations that must be in order, files that belong
// together. Adds to `problems`.
void check_together(const Options& options, std::vector<Problem>& problems);

}  // namespace innkeeper::daemon
