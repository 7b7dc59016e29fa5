// REGISTER from its parsed form to the event of the core (RFC 3261 section 10.2, RFC 3327, RFC 5626), the same for
// datagrams and streams. It judges form only: what is not well-formed or beyond core::Limits gets a Rejection.
#pragma once

#include <vector>

#include "base/expected.h"
#include "core/register_request.h"
#include "sip/rejection.h"
#include "sip/text_pool.h"

struct sip_s;

namespace innkeeper::sip {

// OPTIONS: who asks, as it says itself. Needs a From in `message`; views into it.
core::OptionsRequest decode_options(const sip_s& message, base::RequestId id, const base::Flow& source);

// Holds what the views of the last decoded request point to, besides the parsed message itself; used again and again,
// so that a REGISTER costs no allocation here. One thread.
class RegisterDecoder {
public:
    // Needs To, Call-ID, CSeq and a Via in `message`. The views of the result are valid until the next call.
    base::Expected<core::RegisterRequest, Rejection> decode(const sip_s& message, base::RequestId id,
                                                            const base::Flow& source);
    // Option tags of Require that are not known here, comma separated; empty: none. For other methods than REGISTER,
    // where decode() is not called; valid until the next call.
    std::string_view unknown_requirements(const sip_s& message);

private:
    const char* read_contacts(const sip_s& message, core::RegisterRequest& out);
    std::string_view join_unknown_requirements(const sip_s& message);
    const char* read_path(const sip_s& message, core::RegisterRequest& out);

    TextPool pool_;
    std::vector<core::ContactRequest> contacts_;
    std::vector<auth::Credentials> credentials_;
};

}  // namespace innkeeper::sip
