// Tables into events of the core. Private to lib/store. What is no valid row (edited by hand) is left out and counted.
#pragma once

#include <string>
#include <vector>

#include "core/event.h"
#include "store/connection.h"

namespace innkeeper::store {

// All that an earlier life kept, expired or not: the core judges. What expired a day ago is deleted.
core::StateLoaded load_state(Connection& connection);

core::LicencesLoaded load_licences(Connection& connection);

struct UsersPage {
    std::vector<backup::UserRecord> users;
    std::string last;          // AOR to go on after; empty: this was the last page
    std::size_t unusable = 0;  // rows left out
};
UsersPage load_users_after(Connection& connection, const std::string& aor);

// Those of `aors` that are users, and in `removed` those that are none.
core::UsersChanged load_users(Connection& connection, const std::vector<std::string>& aors);

}  // namespace innkeeper::store
