// The sentences of a run that is told again: what the simulator writes at a violation (tests/world/inputs.h).
#include <stdexcept>

#include "scenarios/stage.h"
#include "support/settings.h"
#include "world/phone_text.h"

namespace innkeeper::scenarios {
namespace {

// path A to B latency 2ms jitter 3ms loss 0 duplication 0 reordering 0
world::Quality quality_in(const Words& words) {
    world::Quality quality;
    quality.latency = world::duration_in(world::after(words, "latency", "2ms"));
    quality.jitter = world::duration_in(world::after(words, "jitter", "3ms"));
    quality.loss = std::stod(world::after(words, "loss", "0"));
    quality.duplication = std::stod(world::after(words, "duplication", "0"));
    quality.reordering = std::stod(world::after(words, "reordering", "0"));
    return quality;
}

}  // namespace

std::optional<Stage::Answer> Stage::retell(const Words& words) {
    const std::string& verb = words.front();
    const Words tail(words.begin() + 1, words.end());
    if (verb == "seed") return Answer{};  // main.cpp made the stage with it
    if (verb == "at" && words.size() == 2) {
        const base::Duration wait = world::time_in(words[1]) - world_.calendar.now();
        if (wait < base::Duration{}) throw std::runtime_error("that moment has passed");
        world_.run_for(wait);
    } else if (verb == "path" && words.size() > 4) {
        world_.disturb(words[1], words[3], quality_in(words));
    } else if (verb == "paths") {
        world_.disturb_all(quality_in(words));
    } else if (verb == "reset" && words.size() == 4) {
        world_.reset_link(words[1], words[3]);
    } else if (verb == "telephone" && words.size() > 2) {
        std::vector<world::Phone*> accounts;
        for (const std::string& user : tail) accounts.push_back(&world_.phone(user));
        world_.add_login_queue(accounts);
    } else if (verb == "clock" && words.size() == 5) {
        site(words[2]).set_clock_error(std::stoll(words[4]));
    } else if (verb == "wall" && words.size() == 7) {
        site(words[3]).set_wall_error(std::chrono::seconds(std::stoll(words[6])));
    } else if (verb == "options" && words.size() == 2) {
        site(words[1]).probe({}, {}, [](const world::SeenResponse&) {});
    } else if (verb == "the" && words.size() == 4 && words[1] == "clock" && words[3].size() == 5) {
        const int hours = std::stoi(words[3].substr(0, 2)), minutes = std::stoi(words[3].substr(3));
        world_.show_clock(static_cast<std::uint16_t>(hours * 60 + minutes));
    } else if (verb == "phones" && words.size() == 5) {  // phones move at most 2
        world_.watch.allow_moves(static_cast<std::uint32_t>(std::stoul(words[4])));
    } else if (words.size() == 6 && verb == "people" &&
               words[4] == "every") {  // people call each other every 25.000000
        world_.chatter.begin(world::time_in(words[5]));
    } else if (words == Words{"people", "call", "nobody", "any", "more"}) {
        world_.chatter.end();
    } else if (verb == "plant") {
        if (!fault) throw std::runtime_error("a test plants faults, nobody else");
        world_.plant(fault);
    } else if (words == Words{"anything", "may", "happen"}) {
        world_.watch.forbid(world::Watch::Forbidden::nothing);
    } else if (words == Words{"no", "guest", "may", "be", "let", "in"}) {
        world_.watch.forbid(world::Watch::Forbidden::guests);
    } else if (words == Words{"no", "home", "may", "be", "doubted"}) {
        world_.watch.forbid(world::Watch::Forbidden::phases);
    } else if (words == Words{"no", "failover", "may", "begin"}) {
        world_.watch.forbid(world::Watch::Forbidden::failovers);
    } else if (words == Words{"all", "is", "well"}) {
        world_.watch.all_is_well();
    } else if (words == Words{"replicas", "are", "compared"}) {
        const auto differs = world_.watch.replica_that_differs();
        if (differs && !retold_) return Answer{*differs};  // a run is not over when it compares
    } else if (words.size() == 4 && words[1] == "knocks" && words[2] == "at") {
        world_.phone(verb).knock({words[3]});
    } else if (words.size() == 3 && words[1] == "leaves") {
        world_.phone(verb).unregister({words[2]});
    } else {
        return std::nullopt;
    }
    return Answer{};
}

}  // namespace innkeeper::scenarios
