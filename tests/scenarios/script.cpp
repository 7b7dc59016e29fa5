#include "scenarios/script.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace innkeeper::scenarios {
namespace {

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string joined(const std::vector<std::string>& lines, const std::string& head) {
    std::string text;
    for (const std::string& line : lines) text += head + line + '\n';
    return lines.empty() ? head + "(nothing)\n" : text;
}

std::vector<std::string> answer_of(const Perform& perform, const std::string& command) {
    try {
        return perform(command);
    } catch (const std::exception& error) {
        return {std::string("cannot: ") + error.what()};
    }
}

}  // namespace

Script read_script(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    std::ostringstream text;
    text << file.rdbuf();
    return script_of(text.str(), path);
}

bool checks_anything(const Script& script) {
    if (seed_of(script)) return true;
    return std::any_of(script.steps.begin(), script.steps.end(),
                       [](const Step& step) { return !step.expected.empty(); });
}

std::optional<std::uint64_t> seed_of(const Script& script) {
    static const std::string word = "seed ";
    for (const Step& step : script.steps)
        if (step.command.rfind(word, 0) == 0) return std::stoull(step.command.substr(word.size()));
    return std::nullopt;
}

Script script_of(const std::string& text, const std::string& path) {
    std::istringstream file(text);
    Script script;
    script.path = path;
    for (std::string line; std::getline(file, line);) {
        script.lines.push_back(line);
        const std::string words = trimmed(line.substr(0, line.find('#')));
        if (words.empty()) continue;
        const auto arrow = words.find("->");
        const std::string command = trimmed(words.substr(0, arrow));
        if (!command.empty()) script.steps.push_back({script.lines.size(), command, {}});
        if (arrow == std::string::npos) continue;
        if (script.steps.empty()) throw std::runtime_error(path + ": an answer before any command");
        script.steps.back().expected.push_back(trimmed(words.substr(arrow + 2)));
    }
    return script;
}

std::string play(const Script& script, const Perform& perform) {
    for (const Step& step : script.steps) {
        const std::vector<std::string> got = answer_of(perform, step.command);
        if (got == step.expected) continue;
        return script.path + ':' + std::to_string(step.line) + ": " + step.command + '\n' +
               joined(step.expected, "  - ") + joined(got, "  + ");
    }
    return {};
}

std::string with_answers(const Script& script, const Perform& perform) {
    std::string text;
    std::size_t next = 0;
    bool answering = false;  // lines that only continue an old answer are left out
    for (std::size_t index = 0; index < script.lines.size(); ++index) {
        const bool is_step = next < script.steps.size() && script.steps[next].line == index + 1;
        const bool continues = trimmed(script.lines[index]).rfind("->", 0) == 0;
        if (!is_step) {
            if (!(answering && continues)) text += script.lines[index] + '\n';
            if (!continues) answering = false;
            continue;
        }
        answering = true;
        const std::string command = script.steps[next].command;
        const std::vector<std::string> got = answer_of(perform, command);
        ++next;
        text += command;
        if (got.size() == 1) text += std::string(command.size() < 31 ? 31 - command.size() : 1, ' ') + "-> " + got[0];
        text += '\n';
        if (got.size() > 1)
            for (const std::string& line : got) text += "    -> " + line + '\n';
    }
    return text;
}

}  // namespace innkeeper::scenarios
