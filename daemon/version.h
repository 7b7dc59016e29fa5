// The version of this build; CMakeLists.txt has it from project().
#pragma once

#include <string_view>

namespace innkeeper::daemon {

inline constexpr std::string_view version = INNKEEPER_VERSION;

}  // namespace innkeeper::daemon
