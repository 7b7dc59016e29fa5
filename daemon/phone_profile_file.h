// The operator's own table of phone profiles (phone-profiles = FILE).
#pragma once

#include <vector>

#include "core/phone_profile.h"
#include "daemon/problem.h"

namespace innkeeper::daemon {

// The table in the file; what is wrong with it goes to `problems`, with the file's name and the line.
core::PhoneProfiles load_phone_profiles(const std::string& path, const std::string& where,
                                        std::vector<Problem>& problems);

}  // namespace innkeeper::daemon
