// When two Contact URIs are the same (RFC 3261 section 19.1.4).
#pragma once

#include <string_view>

namespace innkeeper::core {

bool same_contact(std::string_view one, std::string_view other);

}  // namespace innkeeper::core
