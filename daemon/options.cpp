#include "daemon/options.h"

#include <algorithm>
#include <functional>

#include "daemon/call_addresses.h"
#include "daemon/option_sources.h"
#include "daemon/option_table.h"
#include "daemon/phone_profile_file.h"

namespace innkeeper::daemon {
namespace {

using Written = Options::Written;

void append(std::vector<Problem>& into, const std::vector<Problem>& more) {
    into.insert(into.end(), more.begin(), more.end());
}

// The first source that has the key has all of its values.
void merge(Options& options, Source& source) {
    for (auto& [key, values] : source.written) options.written.try_emplace(key, std::move(values));
}

std::string first_value(const Options& options, std::string_view key) {
    const auto found = options.written.find(key);
    return found == options.written.end() || found->second.empty() ? "" : found->second.front().value;
}

std::vector<Written> values_of(const Options& options, const Option& option) {
    const auto written = options.written.find(option.key);
    if (written != options.written.end()) return written->second;
    const std::string preset = first_value(options, "preset");
    for (const PresetValue& value : preset_values())
        if (value.preset == preset && value.key == option.key) return {{std::string(value.value), "preset " + preset}};
    std::vector<Written> values;
    for (const std::string_view value : option.defaults) values.push_back({std::string(value), "default"});
    return values;
}

void take_values(Options& options, std::vector<Problem>& problems) {
    options.settings.physical_user_agents.clear();
    options.settings.calls.emergency_numbers.clear();
    options.settings.calls.feature_codes.clear();
    std::string command;
    for (const Option& option : option_table()) {
        for (const Written& written : values_of(options, option)) {
            if (option.kind == Option::Kind::command && !command.empty() && command != option.key)
                problems.push_back({Problem::Kind::configuration, written.where, "--" + std::string(option.key),
                                    "cannot go with --" + command + ": ask for one thing at a time"});
            else if (const auto wrong = option.take(options, written.value))
                problems.push_back({Problem::Kind::configuration, written.where, std::string(option.key), *wrong});
            if (option.kind == Option::Kind::command) command = option.key;
        }
    }
}

// A control flag needs the socket only: it must work beside a configuration that somebody is just editing.
bool concerns_asking(const Problem& problem) {
    return problem.where == "command line" || problem.key == "control-socket" || problem.key.empty();
}

// R22: what stands in arguments or environment can be read by others and ends up in histories.
void warn_of_password(const Options& options, std::vector<std::string>& warnings) {
    const std::string where = options.where("database");
    const bool exposed = where == "command line" || where.starts_with("environment");
    const bool has_password =
        options.database.find("password") != std::string::npos ||
        (options.database.find("://") != std::string::npos && options.database.find('@') != std::string::npos);
    if (exposed && has_password)
        warnings.push_back(where + ": database: others can read a password there; use passfile= or --config FILE");
}

}  // namespace

std::string Options::where(std::string_view key, std::string_view value) const {
    const auto found = written.find(key);
    if (found == written.end() || found->second.empty()) return "configuration";
    const auto same = std::find_if(found->second.begin(), found->second.end(),
                                   [value](const Written& one) { return one.value == value; });
    return same == found->second.end() ? found->second.front().where : same->where;
}

ParsedOptions parse_options(const std::vector<std::string>& arguments, const char* const* environment) {
    ParsedOptions parsed;
    Options& options = parsed.options;
    for (Source source : {read_flags(arguments), read_environment(environment)}) {
        merge(options, source);
        append(parsed.problems, source.problems);
        parsed.warnings.insert(parsed.warnings.end(), source.warnings.begin(), source.warnings.end());
        if (source.broken) return parsed;
    }
    if (const std::string path = first_value(options, "config"); !path.empty()) {
        Source file = read_file(path);
        merge(options, file);
        append(parsed.problems, file.problems);
    }
    take_values(options, parsed.problems);
    options.settings.matching.ipv6 = std::any_of(options.listen.begin(), options.listen.end(),
                                                 [](const base::Listener& one) { return !one.local.ip.is_v4(); });
    for (const base::Listener& one : options.listen) options.settings.transports.push_back(one.transport);
    options.settings.calls.listeners = call_addresses(options.listen, options.advertise);
    if (options.task == Task::run || options.task == Task::check_config) {
        check_together(options, parsed.problems);
        if (!options.phone_profiles.empty())
            options.settings.phone_profiles =
                load_phone_profiles(options.phone_profiles, options.where("phone-profiles"), parsed.problems);
    }
    if (options.task == Task::ask) std::erase_if(parsed.problems, std::not_fn(concerns_asking));
    if (options.task == Task::refusals || options.task == Task::help || options.task == Task::version)
        parsed.problems.clear();
    warn_of_password(options, parsed.warnings);
    return parsed;
}

}  // namespace innkeeper::daemon
