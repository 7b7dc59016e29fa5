// Courses of homes that come back and do not stay, and of phones that are in a call meanwhile.
#pragma once

#include "world/world.h"

namespace innkeeper::sim {

void flap_home(world::World& world);                // R6: up and down every 40 s for 10 minutes
void flap_all_links(world::World& world);           // the same, alive but seen by nobody
void call_while_home_returns(world::World& world);  // IP7

}  // namespace innkeeper::sim
