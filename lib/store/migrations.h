// The schema of the database, as numbered steps: sql/NNN_name.sql, embedded when the daemon is built. A step that was
// applied anywhere is never edited; the checksum in table schema_migrations tells when it was.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"

namespace innkeeper::store {

struct Migration {
    unsigned number = 0;
    std::string name;
    std::string checksum;  // SHA-256 of the file, lower-case hex
    std::string text;
};

const std::vector<Migration>& embedded_migrations();  // by number, without gaps

struct MigrationSummary {
    unsigned applied = 0;  // steps by this call
    unsigned version = 0;  // number of the last step
};

// Applies the missing steps, all or none, under an advisory lock: any number of daemons may try at once. A database
// with a step that this daemon does not know, or knows differently, is refused. `conninfo` as for libpq.
base::Expected<MigrationSummary> migrate(const std::string& conninfo);

}  // namespace innkeeper::store
