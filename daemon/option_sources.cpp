#include "daemon/option_sources.h"

#include <algorithm>
#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/ascii.h"
#include "daemon/option_table.h"

namespace innkeeper::daemon {
namespace {

namespace po = boost::program_options;

const std::string command_line = "command line";

po::options_description description() {
    po::options_description described;
    for (const Option& option : option_table()) {
        auto* values = po::value<std::vector<std::string>>();
        if (option.argument == Option::Argument::none) values->zero_tokens();
        if (option.argument == Option::Argument::optional) values->implicit_value({""}, "");
        described.add_options()(std::string(option.key).c_str(), values, "");
    }
    return described;
}

bool may_have_value(std::string_view flag) {
    if (!flag.starts_with("--")) return false;
    const Option* option = find_option(flag.substr(2));
    return option != nullptr && option->argument == Option::Argument::optional;
}

// "--key=" gives an empty value; the library takes it for a slip unless it stands apart. A value that may be missing is
// taken by the library only behind an equals sign; as nothing else stands without a flag, a word behind is meant too.
std::vector<std::string> as_the_library_wants(const std::vector<std::string>& arguments) {
    std::vector<std::string> apart;
    for (const std::string& argument : arguments) {
        if (!apart.empty() && may_have_value(apart.back()) && !argument.starts_with("--")) {
            apart.back() += "=" + argument;
            continue;
        }
        const bool is_empty_value = argument.starts_with("--") && argument.find('=') == argument.size() - 1;
        apart.push_back(is_empty_value ? argument.substr(0, argument.size() - 1) : argument);
        if (is_empty_value) apart.emplace_back();
    }
    return apart;
}

void add(Source& source, const std::string& where, const std::string& key, std::string value) {
    const Option* option = find_option(key);
    auto& all = source.written[key];
    if (!all.empty() && !option->repeatable)
        source.problems.push_back({Problem::Kind::configuration, where, key, "is written twice: keep one"});
    else
        all.push_back({std::move(value), where});
}

// Lists stand in one variable; a User-Agent may hold spaces, so commas alone separate those.
std::vector<std::string> split(std::string_view key, std::string_view text) {
    const std::string_view separators = key == "physical-user-agent" ? "," : ", ";
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(separators), text.size());
        const std::string_view part = base::trimmed(text.substr(0, end));
        if (!part.empty()) parts.emplace_back(part);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

// The environment belongs to others too: only what looks like a slip of the pen keeps the daemon from starting.
void unknown_variable(Source& source, const std::string& where, const std::string& meant) {
    const std::string text = "stands for no setting" + meant;
    if (meant.empty())
        source.warnings.push_back(where + ": " + text);
    else
        source.problems.push_back({Problem::Kind::configuration, where, "", text});
}

std::string without_comment(const std::string& line) {
    for (std::size_t i = 0; i < line.size(); ++i)
        if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) return line.substr(0, i);
    return line;
}

void read_line(Source& source, const std::string& where, const std::string& line) {
    const auto fail = [&](std::string key, std::string text) {
        source.problems.push_back({Problem::Kind::configuration, where, std::move(key), std::move(text)});
    };
    const std::string kept = without_comment(line);
    const std::string_view text = base::trimmed(kept);
    if (text.empty()) return;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos)
        return fail("", "'" + std::string(text) + "' is no setting: write key = value");
    const std::string key(base::trimmed(text.substr(0, equals)));
    const Option* option = find_option(key);
    if (option == nullptr) return fail(key, "is no key" + suggestion(key));
    if (option->kind != Option::Kind::setting || key == "config")
        return fail(key, "belongs on the command line, not into a file");
    add(source, where, key, std::string(base::trimmed(text.substr(equals + 1))));
}

}  // namespace

Source read_flags(const std::vector<std::string>& arguments) {
    Source source;
    const auto fail = [&](std::string key, std::string text) {
        source.problems.push_back({Problem::Kind::configuration, command_line, std::move(key), std::move(text)});
    };
    try {
        using namespace po::command_line_style;
        const auto described = description();
        const auto parsed = po::command_line_parser(as_the_library_wants(arguments))
                                .options(described)
                                .style(allow_long | long_allow_adjacent | long_allow_next)
                                .allow_unregistered()
                                .run();
        for (const auto& given : parsed.options) {
            if (given.unregistered)
                fail("--" + given.string_key, "is no option" + suggestion(given.string_key) + " See --help");
            else if (given.string_key.empty())
                fail("", "'" + given.value.front() + "' is no option, see --help");
            else
                add(source, command_line, given.string_key, given.value.empty() ? "" : given.value.front());
        }
    } catch (const po::error& problem) {
        fail("", problem.what());
        source.broken = true;
    }
    return source;
}

Source read_environment(const char* const* environment) {
    constexpr std::string_view prefix = "INNKEEPER_";
    Source source;
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const std::string_view entry = *environment;
        if (!entry.starts_with(prefix)) continue;
        const std::string name(entry.substr(0, entry.find('=')));
        std::string key = name.substr(prefix.size());
        std::transform(key.begin(), key.end(), key.begin(), [](char c) {
            return c == '_' ? '-' : (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
        });
        const std::string_view value = base::trimmed(entry.substr(std::min(name.size() + 1, entry.size())));
        const Option* option = find_option(key);
        const std::string where = "environment " + name;
        if (option == nullptr || option->kind != Option::Kind::setting)
            unknown_variable(source, where, option == nullptr ? suggestion(key) : "");
        else if (option->repeatable)
            for (std::string& part : split(key, value)) add(source, where, key, std::move(part));
        else
            add(source, where, key, std::string(value));
    }
    return source;
}

Source read_file(const std::string& path) {
    Source source;
    std::ifstream file(path);
    std::string line;
    if (!file || (file.peek(), file.bad())) {
        source.problems.push_back(
            {Problem::Kind::configuration, path, "", std::string("cannot be read: ") + std::strerror(errno)});
        return source;
    }
    for (std::size_t number = 1; std::getline(file, line); ++number)
        read_line(source, path + ":" + std::to_string(number), line);
    return source;
}

}  // namespace innkeeper::daemon
