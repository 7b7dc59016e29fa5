// The telephones that the simulated world knows, by name: how each model chooses among its servers, what it takes for a
// failure and how it bears a refusal (SR1 to SR6). From the vendors' documents as far as a program can be told them.
#pragma once

#include <string_view>
#include <vector>

#include "world/phone_orders.h"

namespace innkeeper::world {

struct PhoneModel {
    std::string_view name;
    void (*equip)(PhoneOrders&);  // sets what is the model's own; user, servers and place are left alone
    bool patient = false;         // takes minutes where others take seconds
};

// Those that a run may draw from; phones that register concurrently knock at their backup all the time.
std::vector<const PhoneModel*> phone_models(bool concurrent, bool patient);
const PhoneModel* find_phone_model(std::string_view name);

}  // namespace innkeeper::world
