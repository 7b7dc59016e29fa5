#include "link/peer_links.h"

#include <stdexcept>
#include <utility>

#include "host/clock.h"
#include "link/acceptor.h"
#include "link/outgoing_link.h"
#include "link/tls_context.h"
#include "peer/codec.h"

namespace innkeeper::link {
namespace {

Credentials load_or_throw(const CertificateFiles& files) {
    auto loaded = Credentials::load(files);
    if (!loaded) throw std::runtime_error(loaded.error().text);
    return *std::move(loaded);
}

}  // namespace

struct PeerLinks::Impl {
    Impl(host::Loop& loop, LinkSettings settings_given, host::Log& log_given, Feed feed_given)
        : settings(std::move(settings_given)),
          log(log_given),
          feed(std::move(feed_given)),
          credentials(load_or_throw(settings.files)),
          context(credentials),
          acceptor(loop, context, settings.listen, settings.peers, log,
                   [this](const base::SiteName& from, std::string_view frame, std::string& why) {
                       receive(from, frame, why);
                   }) {
        for (const auto& [peer, endpoint] : settings.peers)
            links.try_emplace(peer, loop, context, peer, endpoint, settings.listen,
                              [this](core::PeerLinkChanged change) { feed(std::move(change)); });
    }

    void receive(const base::SiteName& from, std::string_view frame, std::string& why) {
        auto message = peer::decode(frame, host::now());
        if (message) {
            feed(core::PeerMessageReceived{from, *std::move(message)});
            return;
        }
        why = message.error().text;
        log.write(host::Level::error, "peer_message_refused", {{"peer", from.text}, {"reason", why}});
    }

    const LinkSettings settings;
    host::Log& log;
    const Feed feed;
    Credentials credentials;
    TlsContext context;
    Acceptor acceptor;
    std::map<base::SiteName, OutgoingLink> links;
};

PeerLinks::PeerLinks(host::Loop& loop, LinkSettings settings, host::Log& log, Feed feed)
    : impl_(std::make_unique<Impl>(loop, std::move(settings), log, std::move(feed))) {}

PeerLinks::~PeerLinks() = default;

void PeerLinks::send(const base::SiteName& to, const core::PeerMessage& message) {
    const auto link = impl_->links.find(to);
    if (link == impl_->links.end() || !link->second.up()) return;
    link->second.send(peer::encode(message, host::now()));
}

void PeerLinks::redial(const base::SiteName& peer) {
    if (const auto link = impl_->links.find(peer); link != impl_->links.end()) link->second.redial();
}

base::Expected<bool> PeerLinks::reload_certificates() {
    auto loaded = Credentials::load(impl_->settings.files);
    if (!loaded) return base::error(loaded.error().text);
    try {
        impl_->context = TlsContext(*loaded);
    } catch (const std::runtime_error& refused) {
        return base::error(refused.what());
    }
    impl_->credentials = *std::move(loaded);
    for (auto& [peer, link] : impl_->links)
        if (!link.up()) link.redial();
    return true;
}

base::Endpoint PeerLinks::listening() const {
    return impl_->acceptor.listening();
}

const Credentials& PeerLinks::certificate() const {
    return impl_->credentials;
}

}  // namespace innkeeper::link
