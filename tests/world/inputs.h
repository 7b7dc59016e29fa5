// What was done to a world, in the words of a scenario (tests/scenarios/README.md): sites, phones, cuts, kills, and the
// moment of each. With the seed this is the whole run: told again, it happens again.
//
// Whatever acts on the world from outside notes itself by an Act. What the world does by itself, and what one act does
// on its way, is not noted.
#pragma once

#include <string>
#include <vector>

#include "backup/user_record.h"
#include "core/operator_command.h"
#include "world/calendar.h"
#include "world/network.h"

namespace innkeeper::world {

class Inputs {
public:
    explicit Inputs(const Calendar& calendar) : calendar_(calendar) {}

    // As a scenario: `seed N`, then every act; ends with the moment that it is now.
    std::string scenario(std::uint64_t seed) const;

private:
    friend class Act;
    struct Line {
        Moment when{};
        std::string text;
    };
    const Calendar& calendar_;
    std::vector<Line> lines_;
    int under_way_ = 0;
};

class Act {
public:
    template <class Sentence>
    Act(Inputs& inputs, Sentence sentence) : inputs_(inputs) {
        if (inputs_.under_way_++ == 0 && !inputs_.calendar_.acting())
            inputs_.lines_.push_back({inputs_.calendar_.now(), sentence()});
    }
    ~Act() { --inputs_.under_way_; }
    Act(const Act&) = delete;
    Act& operator=(const Act&) = delete;

private:
    Inputs& inputs_;
};

std::string sentence(const Quality& quality);  // latency 2ms ...
std::string sentence(const base::SiteName& site,
                     const core::Command& command);  // a comment if there are no words for it
std::string sentence(const base::SiteName& home,
                     const backup::UserRecord& user);   // user U of SITE is ..., group U of SITE ...
std::string sentence_of_time(base::Duration duration);  // exact to the microsecond: "12.000345"
base::Duration time_in(const std::string& sentence);

}  // namespace innkeeper::world
