// Options as an operator gives them, for tests.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/options.h"

namespace innkeeper::daemon {

// Removed with everything in it.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "innkeeper-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string path() const { return path_; }
    std::string file(const std::string& name, const std::string& text) const {
        std::ofstream(path_ + "/" + name) << text;
        return path_ + "/" + name;
    }

private:
    std::string path_;
};

inline ParsedOptions parse(std::vector<std::string> arguments, std::vector<const char*> environment = {}) {
    environment.push_back(nullptr);
    return parse_options(arguments, environment.data());
}

// The smallest configuration that is right, and more.
inline ParsedOptions parse_site(std::vector<std::string> more, std::vector<const char*> environment = {}) {
    more.insert(more.begin(), {"--site=north", "--domain=example.org"});
    return parse(std::move(more), std::move(environment));
}

inline std::vector<std::string> texts(const std::vector<Problem>& problems) {
    std::vector<std::string> lines;
    for (const Problem& problem : problems) lines.push_back(to_text(problem));
    return lines;
}

// The one problem of an otherwise right configuration.
inline std::string only_problem(std::vector<std::string> more) {
    const auto problems = parse_site(std::move(more)).problems;
    CHECK(exit_code(problems) == 2);
    INFO(Catch::Detail::stringify(texts(problems)));
    CHECK(problems.size() == 1);
    return problems.empty() ? "" : to_text(problems.front());
}

}  // namespace innkeeper::daemon
