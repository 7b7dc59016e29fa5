// Authorization headers with scheme Digest (RFC 7616 section 3.4, RFC 8760) as the digest check wants them.
#pragma once

#include <vector>

#include "auth/digest.h"
#include "sip/text_pool.h"

struct msg_auth_s;

namespace innkeeper::sip {

// Appends one Credentials per header of the list that this server could have asked for: scheme Digest, algorithm MD5 or
// SHA-256, qop auth or none. The others (other schemes, -sess, auth-int, a nonce count that is no number) are skipped:
// to them the answer is the challenge. Views into the parsed message and `pool`.
void read_credentials(const msg_auth_s* first, TextPool& pool, std::vector<auth::Credentials>& out);

}  // namespace innkeeper::sip
