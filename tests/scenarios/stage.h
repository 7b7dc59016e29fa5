// Where scenarios are played: a virtual world whose network neither loses nor delays, and the commands that act in it.
// README.md of this folder lists them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "world/world.h"

namespace innkeeper::scenarios {

using Words = std::vector<std::string>;

class Stage {
public:
    Stage();
    // Of a run that is told again (`seed N`): chance and every moment are the run's own, and no act waits by itself.
    explicit Stage(std::uint64_t seed, std::size_t transcript_lines = 2000);
    std::vector<std::string> perform(const std::string& command);

    const world::World& world() const { return world_; }

    std::function<void(world::Site&)> fault;  // what `plant` puts into every site; a test's affair

private:
    using Answer = std::vector<std::string>;
    Answer add_site(const Words& words);
    Answer add_phone(const Words& words);
    Answer add_licences(const Words& words);
    Answer start(const Words& words);
    Answer wait(const Words& words);
    Answer wait_until(const Words& words);
    Answer late(const Words& words);
    Answer act_on_process(const Words& words);
    Answer change_paths(const Words& words);
    Answer database(const Words& words);
    Answer pbx(const Words& words);
    Answer user(const Words& words);
    Answer group(const Words& words);
    Answer phone_acts(world::Phone& phone, const Words& words);
    std::optional<Answer> phone_calls(world::Phone& phone, const Words& words);  // nothing: not about calls
    Answer dial(world::Phone& phone, const Words& words);
    Answer ask_call(const Words& words);
    static Answer ask_caller(const world::Phone& phone);
    Answer set_user(const Words& words);
    Answer ask_failover_changes(const base::SiteName& home, world::Site& at);
    Answer voicemail(const Words& words);
    Answer ask_voicemail(const std::string& address);
    Answer knock(world::Phone& phone, const base::SiteName& server, bool leave);
    Answer probe(const world::Phone& phone, const std::string& server);
    Answer operate(const Words& words);
    std::optional<Answer> retell(const Words& words);  // nothing: not one of its sentences
    Answer ask(const Words& words);
    Answer ask_status(world::Site& site);
    Answer ask_remarks(const std::string& peer, world::Site& at);
    Answer ask_readiness(world::Site& site);
    Answer ask_drill(const base::SiteName& home, world::Site& at);
    Answer certificate(const Words& words);
    Answer ask_history(world::Site& site);
    Answer ask_where(const Words& words);
    Answer ask_storm(world::Site& site);
    Answer ask_groups(world::Site& site);
    Answer ask_notices(const base::SiteName& site);

    world::Site& site(const std::string& name);
    core::Report command(world::Site& site, core::Command command);
    core::HomeStatus home_at(const std::string& home, const std::string& site);
    core::Settings settings_from(const Words& words, core::Settings settings) const;

    void listen();
    void settle(base::Duration duration);  // after an act, so that the next line sees what came of it

    world::World world_;
    bool retold_ = false;
    bool started_ = false;
    std::map<base::SiteName, std::vector<std::string>> notices_;
    std::map<base::SiteName, std::string> judged_;  // reason of the last refusal there; empty: none
    std::map<base::SiteName, std::string> turns_;   // what the last one who had to wait was told
};

}  // namespace innkeeper::scenarios
