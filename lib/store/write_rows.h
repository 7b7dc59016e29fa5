// Rows of the core into tables. Private to lib/store. Idempotent: writing the same rows twice is as writing them once.
#pragma once

#include <vector>

#include "core/row.h"
#include "store/connection.h"

namespace innkeeper::store {

// At most one row for each key. A few statements, however many rows. Calls older than `keep_calls` go.
void write_rows(pqxx::work& transaction, const std::vector<core::Row>& rows, base::Duration keep_calls);

}  // namespace innkeeper::store
