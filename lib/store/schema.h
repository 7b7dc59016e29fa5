// Migrations over an open connection. Private to lib/store; both throw when the schema is not one to work with.
#pragma once

#include "store/connection.h"
#include "store/migrations.h"

namespace innkeeper::store {

MigrationSummary migrate(Connection& connection);
void require_current_schema(Connection& connection);

}  // namespace innkeeper::store
