// Faults in how a site carries calls, put in on purpose.
#pragma once

#include "world/site.h"

namespace innkeeper::sim {

void answer_no_call(world::Site& site);
void put_nobody_through(world::Site& site);
void ring_somebody_else(world::Site& site);
void trust_strangers(world::Site& site);
void ring_by_every_site(world::Site& site);
void fork_for_ever(world::Site& site);
void charge_for_calls(world::Site& site);
void lose_calls_outside(world::Site& site);
void keep_requests(world::Site& site);
void keep_dialogs(world::Site& site);

}  // namespace innkeeper::sim
