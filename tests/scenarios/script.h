// A scenario file: commands, and behind `->` what is expected of them. An expectation may take several lines, each
// beginning with `->`. `#` begins a comment.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace innkeeper::scenarios {

struct Step {
    std::size_t line = 0;  // where the command stands, from 1
    std::string command;
    std::vector<std::string> expected;
};

struct Script {
    std::string path;
    std::vector<std::string> lines;  // as written
    std::vector<Step> steps;
};

Script read_script(const std::string& path);
Script script_of(const std::string& text, const std::string& path);
// A story expects an answer somewhere; a run that is told again has nothing but the rules of the watch.
bool checks_anything(const Script& script);
// Of a run that is told again, which begins with `seed N`.
std::optional<std::uint64_t> seed_of(const Script& script);

// What a command answers, line by line; throws std::runtime_error with words when it cannot be carried out.
using Perform = std::function<std::vector<std::string>(const std::string& command)>;

// Carries out every step; what differs, as file:line with both answers, or an empty text.
std::string play(const Script& script, const Perform& perform);

// The file as it would have to read for every answer to be as expected.
std::string with_answers(const Script& script, const Perform& perform);

}  // namespace innkeeper::scenarios
