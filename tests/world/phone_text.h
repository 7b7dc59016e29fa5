// A telephone's orders as a scenario writes them, both ways.
#pragma once

#include <string>
#include <vector>

#include "world/phone_orders.h"

namespace innkeeper::world {

// phone USER of SITE KIND [model NAME] [list A,B] [habit H] [expires N] [over udp|tcp|tls] ... [agent NAME]; words of
// it. Empty `servers` when no list is given. Throws std::runtime_error.
PhoneOrders phone_orders_in(const std::vector<std::string>& words);
std::string sentence(const PhoneOrders& orders);

// The word behind `word`, or the fallback.
std::string after(const std::vector<std::string>& words, const std::string& word, const std::string& fallback = {});
base::Duration duration_in(const std::string& text);

}  // namespace innkeeper::world
