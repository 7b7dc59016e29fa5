// Our listeners as others reach them: what Via and Record-Route of calls say.
#pragma once

#include <string_view>
#include <vector>

#include "base/address.h"
#include "core/settings.h"

namespace innkeeper::daemon {

// In the order of `listen`. A wildcard becomes `advertised`, else this machine's first address that is not loopback; a
// name that is advertised stands for every listener.
std::vector<core::CallSettings::Address> call_addresses(const std::vector<base::Listener>& listen,
                                                        std::string_view advertised);

}  // namespace innkeeper::daemon
