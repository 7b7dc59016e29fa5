#include "sip/dialled.h"

#include <algorithm>

namespace innkeeper::sip {

Dialled::Dialled(StreamConnections& connections, const std::string& authority_file)
    : connections_(connections), authority_file_(authority_file) {
    if (!authority_file_.empty()) tls_ = std::make_unique<TlsClient>(authority_file_);
}

bool Dialled::send(const calls::AddressHop& to, std::string_view octets, const std::vector<base::Listener>& listeners) {
    if (const auto known = open_.find(to); known != open_.end()) return connections_.send(known->second, octets);
    const bool secure = to.transport == base::Transport::tls;
    if (secure && !tls_) return false;
    base::Flow flow{to.transport, 0, to.endpoint, 0};
    std::optional<base::IpAddress> source;
    const auto ours = std::find_if(listeners.begin(), listeners.end(), [&](const base::Listener& listener) {
        return listener.transport == to.transport && listener.local.ip.is_v4() == to.endpoint.ip.is_v4();
    });
    if (ours != listeners.end()) {
        flow.listener = static_cast<std::uint8_t>(ours - listeners.begin());
        if (!is_any(ours->local.ip)) source = ours->local.ip;
    }
    const auto connection = connections_.dial(flow, source, secure ? tls_.get() : nullptr);
    if (!connection) return false;
    open_.emplace(to, *connection);
    return connections_.send(*connection, octets);
}

std::optional<calls::AddressHop> Dialled::forget(std::uint64_t connection) {
    const auto found = std::find_if(open_.begin(), open_.end(),
                                    [connection](const auto& entry) { return entry.second == connection; });
    if (found == open_.end()) return std::nullopt;
    const calls::AddressHop address = found->first;
    open_.erase(found);
    return address;
}

void Dialled::reload() {
    if (tls_) tls_->load(authority_file_);
}

}  // namespace innkeeper::sip
