// TLS as peers speak it (IP12, R21): versions 1.2 and 1.3, certificates on both sides, signed by the network's own CA,
// naming a configured peer; no resumption, no renegotiation. One context serves both directions; sessions keep the
// context they were made from, so that new certificates concern new connections only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/expected.h"
#include "base/ids.h"
#include "link/certificate.h"

struct ssl_st;
struct ssl_ctx_st;

namespace innkeeper::link {

struct FreeSession {
    void operator()(ssl_st* session) const noexcept;
};
using Session = std::unique_ptr<ssl_st, FreeSession>;

enum class Side { dialled, accepted };

// Who may be at the other end, and what the handshake found out. Must outlive the session at the same address.
struct Counterpart {
    std::vector<base::SiteName> acceptable;
    base::SiteName named;  // empty until the certificate was accepted
    std::string problem;   // why it was not, in words
};

class TlsContext {
public:
    explicit TlsContext(const Credentials& credentials);

    // A session over a connected non-blocking socket, which it neither owns nor lets raise SIGPIPE.
    Session session(int descriptor, Side side, Counterpart& counterpart) const;

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const noexcept;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

// Why the last call on a session failed, in words; empties OpenSSL's queue of errors.
std::string tls_failure(const Counterpart& counterpart);

}  // namespace innkeeper::link
