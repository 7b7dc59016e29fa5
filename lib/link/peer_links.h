// The link between sites: length-framed peer messages over mutual TLS (IP12, R21). Each site dials every other and
// sends on the connection it dialled; what it hears of a peer comes on the connection that the peer dialled. The
// certificate says who is who.
//
// Edge: turns bytes into events and messages into bytes, decides nothing. Loop thread only. `feed` is called from the
// loop, never from inside send(), redial() or reload_certificates(), and may call those.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/address.h"
#include "base/expected.h"
#include "base/ids.h"
#include "core/event.h"
#include "host/log.h"
#include "host/loop.h"
#include "link/certificate.h"

namespace innkeeper::link {

struct LinkSettings {
    base::SiteName site;
    base::Endpoint listen;
    std::map<base::SiteName, base::Endpoint> peers;
    CertificateFiles files;
};

class PeerLinks {
public:
    using Feed = std::function<void(core::Event)>;

    // Listens and dials. Throws std::runtime_error with one line: port taken, files unreadable, key of another
    // certificate. A certificate that peers will refuse (expired, another name) is no error here: the links say so.
    PeerLinks(host::Loop& loop, LinkSettings settings, host::Log& log, Feed feed);
    ~PeerLinks();  // what the sockets take is still sent: a farewell heartbeat arrives
    PeerLinks(const PeerLinks&) = delete;
    PeerLinks& operator=(const PeerLinks&) = delete;

    void send(const base::SiteName& to, const core::PeerMessage& message);  // dropped while the link is not up
    void redial(const base::SiteName& peer);  // dial at once, keep the connection until then
    // Reads the files again, for connections from now on; links that are down are dialled at once. On an error
    // everything stays as it was.
    base::Expected<bool> reload_certificates();

    base::Endpoint listening() const;        // with the port that port 0 became
    const Credentials& certificate() const;  // in use for new connections

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace innkeeper::link
