// A hunt group in the words of a scenario:
//   group 600 of north rotary 101,102 [each 10s] [overflow 103] [night 18:00-08:00 to 104]
#pragma once

#include <string>
#include <vector>

#include "backup/user_record.h"
#include "base/ids.h"
#include "core/hunt_group.h"

namespace innkeeper::world {

backup::UserRecord group_in(const std::vector<std::string>& words);
core::HuntGroup definition_of(const backup::UserRecord& group);
std::string sentence_of_group(const base::SiteName& home, const backup::UserRecord& group);

}  // namespace innkeeper::world
