// Where phones reach the daemon: SIP over UDP, TCP and TLS (RFC 3261). It turns a request into an event and the core's
// response into an answer, and decides nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/expected.h"
#include "core/effect.h"
#include "core/event.h"
#include "core/response.h"
#include "host/loop.h"
#include "sip/edge_counters.h"
#include "sip/stream_limits.h"

namespace innkeeper::sip {

struct PhoneEdgeSettings {
    std::vector<base::Listener> listeners;  // a port 0 is chosen by the system
    std::string tls_certificate;            // PEM files; needed when a listener is TLS
    std::string tls_key;
    std::string tls_ca;  // whom a PBX that we dial over TLS must be signed by; empty: none is dialled
    StreamLimits streams;
};

// On the loop's thread. Sockets are open when the constructor returns and closed by the destructor.
class PhoneEdge {
public:
    // Both are called with views into receive buffers, valid during the call, and must answer() before they return.
    using OnRegister = std::function<void(const core::RegisterRequest&)>;
    using OnOptions = std::function<void(const core::OptionsRequest&)>;

    // All other messages, requests and answers; what is to be said to them comes by send().
    using OnSip = std::function<void(core::SipReceived)>;
    // A connection has ended, or an address to which something was sent cannot be reached.
    using OnLost = std::function<void(const core::HopLost&)>;

    // What became of a probe(); never from inside it.
    using OnProbed = std::function<void(const core::PhoneProbed&)>;

    // Throws std::runtime_error with one line for the operator: a taken port, a certificate that cannot be used.
    PhoneEdge(host::Loop& loop, const PhoneEdgeSettings& settings, OnRegister on_register, OnOptions on_options,
              OnSip on_sip, OnLost on_lost, OnProbed on_probed);
    ~PhoneEdge();
    PhoneEdge(const PhoneEdge&) = delete;
    PhoneEdge& operator=(const PhoneEdge&) = delete;

    // Only for the request whose callback is running; any other id is ignored.
    void answer(const core::Response& response);

    // A message to a phone's flow, or to an address: over streams on a connection that is dialled for the first one and
    // kept for the next. False: there is no such connection, or no way there.
    bool send(const calls::Hop& to, std::string_view octets);

    // Asks a phone whether it is there.
    void probe(const core::ProbePhone& probe);

    // Reads the TLS files again, for connections to come; false: no listener is TLS. On error the old ones stay in use.
    base::Expected<bool> reload_certificates();

    const EdgeCounters& counters() const;
    std::vector<base::Listener> listeners() const;  // in the order of the settings, with the real ports

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace innkeeper::sip
