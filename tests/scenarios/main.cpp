// innkeeper_scenarios [--update] FILE...: plays each file on a stage of its own. --update writes the answers given into
// the files; read the difference before keeping it.
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

#include "scenarios/script.h"
#include "scenarios/stage.h"

namespace {

using namespace innkeeper::scenarios;

bool play_file(const std::string& path, bool update) {
    const Script script = read_script(path);
    const auto seed = seed_of(script);
    std::optional<Stage> made;
    Stage& stage = seed ? made.emplace(*seed) : made.emplace();
    const auto perform = [&stage](const std::string& command) { return stage.perform(command); };
    if (update) {
        const std::string text = with_answers(script, perform);
        std::ofstream(path) << text;
        return true;
    }
    if (!checks_anything(script)) {
        std::cerr << path << ": checks nothing: write what is expected behind ->\n";
        return false;
    }
    const std::string difference = play(script, perform);
    std::cerr << difference;
    return difference.empty();
}

}  // namespace

int main(int count, char** words) {
    bool update = false;
    bool good = true;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--update") {
            update = true;
            continue;
        }
        try {
            good = play_file(word, update) && good;
        } catch (const std::exception& error) {
            std::cerr << error.what() << '\n';
            good = false;
        }
    }
    return good ? 0 : 1;
}
