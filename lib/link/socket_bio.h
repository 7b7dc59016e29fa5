// OpenSSL's way to a socket: its own would raise SIGPIPE when the other side is gone.
#pragma once

#include "link/openssl.h"

namespace innkeeper::link {

// Sends and receives on a non-blocking socket that it does not own.
BIO* new_socket_bio(int descriptor);

}  // namespace innkeeper::link
