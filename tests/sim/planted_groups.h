// Faults in how a site carries calls to hunt groups, put in on purpose.
#pragma once

#include "world/site.h"

namespace innkeeper::sim {

void stop_at_the_first_busy_member(world::Site& site);
void keep_all_who_pick_up(world::Site& site);
void leave_groups_to_lost_homes(world::Site& site);
void refuse_without_a_reason(world::Site& site);

}  // namespace innkeeper::sim
