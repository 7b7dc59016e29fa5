// Users as a file of comma-separated values, checked row by row before anything touches a database. The header names
// the columns: `aor` and `password`, or `aor`, `ha1_md5` and, if known, `ha1_sha256`; optional `display_name`,
// `extension`, `terminal`, `settings` (a JSON object), `enabled` and `priority` (normal, attendant or emergency). A
// clear password becomes its HA1s here, in the realm that is its AOR's domain, and goes no further (promise R22).
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <vector>

#include "auth/ha1.h"
#include "base/expected.h"

namespace innkeeper::store {

struct FileUser {
    std::size_t line = 0;
    std::string aor;  // canonical
    auth::Ha1 ha1;
    std::string display_name;
    std::string extension;
    std::string terminal = "unknown";
    std::string settings = "{}";  // not yet known to be JSON: PostgreSQL judges
    bool enabled = true;
    std::string priority = "normal";
};

struct UserFile {
    std::vector<FileUser> users;                // each AOR once
    std::vector<std::string> optional_columns;  // those of the optional ones that the file has
};

constexpr std::size_t most_users = 1'000'000;  // of one file; ten times the largest site

// Finds all troubles, not only the first. `filename` is what they name.
base::Expected<UserFile> read_user_file(std::istream& in, const std::string& filename);

}  // namespace innkeeper::store
