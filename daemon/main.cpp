// innkeeperd: one invocation does one task, which the flags name; without one it is the daemon.
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "control/client.h"
#include "daemon/directories.h"
#include "daemon/option_table.h"
#include "daemon/options.h"
#include "daemon/runtime.h"
#include "daemon/start_check.h"
#include "daemon/store_tasks.h"
#include "daemon/version.h"
#include "host/service.h"
#include "host/signals.h"

namespace innkeeper::daemon {
namespace {

int report(const std::vector<Problem>& problems) {
    for (const Problem& problem : problems) std::cerr << "innkeeperd: " << to_text(problem) << '\n';
    return exit_code(problems);
}

int run(const Options& options, const std::vector<std::string>& warnings) {
    host::Loop loop;
    std::unique_ptr<Runtime> runtime;
    // Before any thread is made: they inherit the signal mask.
    host::Signals signals(loop, [&](int signal) {
        if (signal == SIGHUP) {
            runtime->reload_certificates();
        } else {
            runtime->shut_down();
            loop.stop();
        }
    });
    host::Log log(options.log_level, options.log_format);
    for (const std::string& warning : warnings) log.write(host::Level::warning, "option", {{"text", warning}});
    host::raise_descriptor_limit();
    host::allow_locked_memory();
    make_directories(options);
    if (getuid() == 0) host::drop_privileges(options.user);
    host::forbid_core_dumps();

    runtime = std::make_unique<Runtime>(loop, log, options);
    log.write(host::Level::info, "started", {{"site", options.settings.site.text}, {"version", std::string(version)}});
    host::notify_ready();
    loop.run();
    runtime.reset();
    log.write(host::Level::info, "stopped", {});
    return 0;
}

int carry_out(ParsedOptions& parsed) {
    Options& options = parsed.options;
    const bool starts = options.task == Task::run || options.task == Task::check_config;
    if (parsed.problems.empty() && starts) parsed.problems = check_start(options);
    if (!parsed.problems.empty()) return report(parsed.problems);
    switch (options.task) {
        case Task::help:
            std::cout << help_text();
            return 0;
        case Task::refusals:
            std::cout << refusals_text();
            return 0;
        case Task::version:
            std::cout << "innkeeperd " << version << '\n';
            return 0;
        case Task::ask:
            return control::run_command(options.control_socket, *options.command, options.json, std::cout, std::cerr);
        case Task::check_config:
            std::cout << "the configuration is sound\n";
            return 0;
        case Task::migrate:
        case Task::import_users:
        case Task::export_users:
        case Task::import_groups:
        case Task::export_groups:
        case Task::set_licence:
            return carry_out_store_task(options);
        case Task::run:
            return run(options, parsed.warnings);
    }
    return 0;
}

}  // namespace
}  // namespace innkeeper::daemon

int main(int count, char** arguments) {
    using namespace innkeeper::daemon;
    try {
        ParsedOptions parsed = parse_options({arguments + 1, arguments + count}, environ);
        return carry_out(parsed);
    } catch (const std::exception& exception) {
        std::cerr << "innkeeperd: " << exception.what() << '\n';
        return exit_start;
    }
}
