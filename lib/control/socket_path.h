// Unix sockets by path, for both ends.
#pragma once

#include <sys/un.h>

#include <string>

#include "base/expected.h"

namespace innkeeper::control {

base::Expected<sockaddr_un> socket_address(const std::string& path);

// A listening, non-blocking socket of mode 0660 at `path`, in place of a stale one. Throws std::runtime_error.
int listen_at(const std::string& path);

}  // namespace innkeeper::control
