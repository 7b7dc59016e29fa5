// People who call each other now and then while other things happen: whom, for how long and with what patience is drawn
// from a stream of its own, so that calls do not shift the rest of a run.
#pragma once

#include <string>
#include <vector>

#include "world/calendar.h"
#include "world/random.h"

namespace innkeeper::world {

class Phone;
struct Call;
class World;

class Chatter {
public:
    explicit Chatter(World& world);

    // From now on somebody begins a call about every so often; before that each telephone is told how it takes calls.
    void begin(base::Duration every);
    void end();  // no new calls; those under way take their course

private:
    void plan();
    void call_somebody();
    std::string number_for(const Phone& caller);
    std::vector<std::string> groups() const;
    Phone* other_side_of(const Call& call) const;

    World& world_;
    Random random_;
    base::Duration every_{};
    bool calling_ = false;
};

}  // namespace innkeeper::world
