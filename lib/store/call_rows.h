// Call records into their table and back. Private to lib/store.
#pragma once

#include <vector>

#include "core/call_record.h"
#include "store/connection.h"

namespace innkeeper::store {

// Idempotent. With the new rows go old ones, twice as many at most: the table keeps `kept` and no batch waits long.
void write_calls(pqxx::work& transaction, const std::vector<const core::CallRecord*>& records, base::Duration kept);
// The latest, by time.
std::vector<core::CallRecord> load_calls(pqxx::work& transaction, std::size_t at_most);

}  // namespace innkeeper::store
