// Hunt groups as a file of comma-separated values, checked row by row before anything touches a database. The header
// names the columns: `aor` and `members`, and optionally `strategy` (ring_all, sequential, rotary, longest_idle),
// `ring_for` (seconds for each member), `overflow`, `night`, `night_target`, `display_name`, `extension`, `enabled`.
// Members are separated by spaces, each user@domain or a number to dial, with a time of its own behind a slash:
// `ann@example.com 1002 0049301234/30`. `overflow` and `night_target` may also be `voicemail`; `night` is windows of
// the day separated by spaces, as in `12:00-13:00 18:00-08:00`. What these mean: core/hunt_group.h.
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "base/expected.h"

namespace innkeeper::store {

struct FileMember {
    std::string target;  // canonical
    std::optional<unsigned> ring_for;
};

struct FileGroup {
    std::size_t line = 0;
    std::string aor;  // canonical
    std::string display_name;
    std::string extension;
    std::string strategy = "ring_all";
    unsigned ring_for = 20;
    std::vector<FileMember> members;
    std::string overflow;  // empty: none
    std::vector<std::string> night;
    std::string night_target;  // empty: none
    bool enabled = true;
};

constexpr std::size_t most_groups = 10'000;  // of one file

// Each group once. Finds all troubles, not only the first. `filename` is what they name.
base::Expected<std::vector<FileGroup>> read_group_file(std::istream& in, const std::string& filename);

}  // namespace innkeeper::store
