// The three places where options are written, read into one form. Nothing is judged here but the form itself.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/options.h"

namespace innkeeper::daemon {

// What one source says: by key of the table, in the order written.
struct Source {
    std::map<std::string, std::vector<Options::Written>, std::less<>> written;
    std::vector<Problem> problems;
    std::vector<std::string> warnings;
    bool broken = false;  // reading ended at a problem: what is missing says nothing
};

Source read_flags(const std::vector<std::string>& arguments);
Source read_environment(const char* const* environment);  // INNKEEPER_...; lists by spaces or commas
Source read_file(const std::string& path);  // key = value; # begins a comment at a line's begin or after a space

}  // namespace innkeeper::daemon
