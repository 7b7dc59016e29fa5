// Hunt groups between a file and the database: --import-groups and --export-groups. Blocks; for a process that does
// only this.
#pragma once

#include <cstddef>
#include <istream>
#include <ostream>
#include <string>

#include "base/expected.h"
#include "store/user_transfer.h"

namespace innkeeper::store {

// All rows or none; running daemons are notified by the database. Groups that are not in the file stay; one that is, is
// afterwards as the file says. Errors name file and line, one line of text each. `conninfo` as for libpq.
base::Expected<ImportSummary> import_groups(const std::string& conninfo, std::istream& in, const std::string& filename);

// All groups, as a file that import_groups reads; how many.
base::Expected<std::size_t> export_groups(const std::string& conninfo, std::ostream& out);

}  // namespace innkeeper::store
