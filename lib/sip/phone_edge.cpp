#include "sip/phone_edge.h"

#include <map>
#include <utility>

#include "sip/request_server.h"
#include "sip/udp_listener.h"

namespace innkeeper::sip {

struct PhoneEdge::Impl {
    RequestServer server;
    std::vector<base::Listener> listeners;
    std::vector<std::unique_ptr<UdpListener>> datagrams;

    Impl(const PhoneEdgeSettings& settings, OnRegister on_register, OnOptions on_options)
        : server(settings.md5_only_user_agents, std::move(on_register), std::move(on_options)) {}
};

PhoneEdge::PhoneEdge(host::Loop& loop, const PhoneEdgeSettings& settings, OnRegister on_register, OnOptions on_options)
    : impl_(std::make_unique<Impl>(settings, std::move(on_register), std::move(on_options))) {
    for (std::size_t i = 0; i < settings.listeners.size(); ++i) {
        base::Listener listener = settings.listeners[i];
        const auto index = static_cast<std::uint8_t>(i);
        if (listener.transport == base::Transport::udp) {
            impl_->datagrams.push_back(std::make_unique<UdpListener>(loop, impl_->server, listener, index));
            listener.local = impl_->datagrams.back()->local();
        }
        impl_->listeners.push_back(listener);
    }
}

PhoneEdge::~PhoneEdge() = default;

void PhoneEdge::answer(const core::Response& response) {
    impl_->server.answer(response);
}

const EdgeCounters& PhoneEdge::counters() const {
    return impl_->server.counters();
}

std::vector<base::Listener> PhoneEdge::listeners() const {
    return impl_->listeners;
}

}  // namespace innkeeper::sip
