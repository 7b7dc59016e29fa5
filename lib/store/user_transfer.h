// Users between a file and the database: --import-users and --export-users. Blocks; for a process that does only this.
#pragma once

#include <cstddef>
#include <istream>
#include <ostream>
#include <string>

#include "base/expected.h"

namespace innkeeper::store {

struct ImportSummary {
    std::size_t rows = 0;  // in the file
    std::size_t added = 0;
    std::size_t changed = 0;  // the others were as in the file already
};

// All rows or none; running daemons are notified by the database. Users who are not in the file stay, and so do values
// of columns that are not. Errors name file and line, one line of text each. `conninfo` as for libpq.
base::Expected<ImportSummary> import_users(const std::string& conninfo, std::istream& in, const std::string& filename);

// All users without their secrets, as comma-separated values with a header; how many.
base::Expected<std::size_t> export_users(const std::string& conninfo, std::ostream& out);

}  // namespace innkeeper::store
