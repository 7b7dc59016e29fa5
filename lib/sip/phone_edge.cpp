#include "sip/phone_edge.h"

#include <map>
#include <stdexcept>
#include <utility>

#include "sip/dialled.h"
#include "sip/phone_prober.h"
#include "sip/request_server.h"
#include "sip/socket_address.h"
#include "sip/stream_connections.h"
#include "sip/stream_listener.h"
#include "sip/stream_socket.h"
#include "sip/udp_listener.h"

namespace innkeeper::sip {

// Declared in the order of their dependence: listeners end before the connections, these before the server.
struct PhoneEdge::Impl {
    host::Loop& loop;
    std::string tls_certificate;
    std::string tls_key;
    RequestServer server;
    std::unique_ptr<TlsServer> tls;
    OnLost on_lost;
    StreamConnections connections;
    Dialled dialled;
    std::map<std::uint8_t, std::unique_ptr<UdpListener>> datagrams;  // by listener
    std::vector<std::unique_ptr<StreamListener>> streams;
    std::vector<base::Listener> listeners;
    PhoneProber prober;

    Impl(host::Loop& the_loop, const PhoneEdgeSettings& settings, OnRegister on_register, OnOptions on_options,
         OnSip on_sip, OnLost tell_lost, OnProbed on_probed)
        : loop(the_loop),
          tls_certificate(settings.tls_certificate),
          tls_key(settings.tls_key),
          server(std::move(on_register), std::move(on_options), std::move(on_sip)),
          on_lost(std::move(tell_lost)),
          connections(loop, server, settings.streams, [this](const base::Flow& flow) { connection_ended(flow); }),
          dialled(connections, settings.tls_ca),
          prober(
              loop, server.counters().probes, [this](const base::Flow& flow) { return local_end(flow); },
              [this](const base::Flow& flow, std::string_view question) { send(flow, question); },
              std::move(on_probed)) {
        server.show_answers_to([this](std::string_view branch) { return prober.on_answer(branch); });
    }

    void connection_ended(const base::Flow& flow) {
        const auto address = dialled.forget(flow.connection);
        on_lost({flow});
        if (address) on_lost({*address});
    }

    std::optional<base::Endpoint> local_end(const base::Flow& flow) const {
        if (flow.transport != base::Transport::udp) return connections.local_end(flow.connection);
        const auto listener = datagrams.find(flow.listener);
        if (listener == datagrams.end()) return std::nullopt;
        base::Endpoint local = listener->second->local();
        if (!is_any(local.ip)) return local;
        const auto source = source_towards(flow.remote);
        if (!source) return std::nullopt;
        local.ip = *source;
        return local;
    }

    bool send(const base::Flow& flow, std::string_view octets) {
        if (flow.transport != base::Transport::udp) return connections.send(flow.connection, octets);
        const auto listener = datagrams.find(flow.listener);
        if (listener == datagrams.end()) return false;
        listener->second->send_to(flow.remote, octets);
        return true;
    }

    base::Endpoint open(const base::Listener& listener, std::uint8_t index) {
        if (listener.transport == base::Transport::udp) {
            return datagrams.emplace(index, std::make_unique<UdpListener>(loop, server, listener, index))
                .first->second->local();
        }
        const bool secure = listener.transport == base::Transport::tls;
        if (secure && !tls) tls = std::make_unique<TlsServer>(tls_certificate, tls_key);
        streams.push_back(std::make_unique<StreamListener>(loop, connections, server.counters(),
                                                           secure ? tls.get() : nullptr, listener, index));
        return streams.back()->local();
    }
};

PhoneEdge::PhoneEdge(host::Loop& loop, const PhoneEdgeSettings& settings, OnRegister on_register, OnOptions on_options,
                     OnSip on_sip, OnLost on_lost, OnProbed on_probed)
    : impl_(std::make_unique<Impl>(loop, settings, std::move(on_register), std::move(on_options), std::move(on_sip),
                                   std::move(on_lost), std::move(on_probed))) {
    constexpr std::size_t most_listeners = 255;  // base::Flow counts them in one octet
    if (settings.listeners.size() > most_listeners) throw std::runtime_error("listen: more than 255 listeners");
    for (std::size_t i = 0; i < settings.listeners.size(); ++i) {
        base::Listener listener = settings.listeners[i];
        listener.local = impl_->open(listener, static_cast<std::uint8_t>(i));
        impl_->listeners.push_back(listener);
    }
}

PhoneEdge::~PhoneEdge() = default;

void PhoneEdge::answer(const core::Response& response) {
    impl_->server.answer(response);
}

bool PhoneEdge::send(const calls::Hop& to, std::string_view octets) {
    if (const auto* flow = std::get_if<base::Flow>(&to)) return impl_->send(*flow, octets);
    const auto* address = std::get_if<calls::AddressHop>(&to);
    if (address == nullptr) return false;
    if (address->transport != base::Transport::udp) return impl_->dialled.send(*address, octets, impl_->listeners);
    for (const auto& [index, listener] : impl_->datagrams) {
        if (listener->local().ip.is_v4() != address->endpoint.ip.is_v4()) continue;
        listener->report_unreachable(address->endpoint, [this](const base::Endpoint& lost) {
            impl_->on_lost({calls::AddressHop{base::Transport::udp, lost}});
        });
        listener->send_to(address->endpoint, octets);
        return true;
    }
    return false;
}

void PhoneEdge::probe(const core::ProbePhone& probe) {
    impl_->prober.probe(probe);
}

base::Expected<bool> PhoneEdge::reload_certificates() {
    try {
        impl_->dialled.reload();
        if (!impl_->tls) return false;
        impl_->tls->load(impl_->tls_certificate, impl_->tls_key);
    } catch (const std::runtime_error& failure) {
        return base::error(failure.what());
    }
    return true;
}

const EdgeCounters& PhoneEdge::counters() const {
    return impl_->server.counters();
}

std::vector<base::Listener> PhoneEdge::listeners() const {
    return impl_->listeners;
}

}  // namespace innkeeper::sip
