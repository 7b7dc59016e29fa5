// What a request says about whom it was for before (RFC 5806 Diversion, RFC 7044 History-Info with the causes of RFC
// 4458), so that voicemail knows the mailbox and nobody diverts a call in circles. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calls/message.h"

namespace innkeeper::calls {

struct Diverted {
    std::string uri;          // whose call it was
    std::string_view reason;  // of RFC 5806, such as "user-busy"
    std::uint16_t cause = 0;  // of RFC 4458, such as 486
};

// The URIs that a request says it was diverted from, the latest first.
std::vector<std::string> diverted_before(const Message& request);

// The headers of a copy that goes to `target` because of `steps`, the earliest first: what was said before and these.
std::vector<Header> diversion_headers(const Message& request, const std::vector<Diverted>& steps,
                                      const std::string& target);

}  // namespace innkeeper::calls
