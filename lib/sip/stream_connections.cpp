#include "sip/stream_connections.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "host/clock.h"

namespace innkeeper::sip {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration sweep_interval = 250ms;
constexpr std::size_t reserved_descriptors = 256;  // listeners, peers, database, control, HTTP, log
constexpr std::size_t fewest_connections = 64;

std::size_t what_the_process_may_open() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return fewest_connections;
    const auto most = static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 1u << 20));
    return std::max(fewest_connections, most > reserved_descriptors ? most - reserved_descriptors : 0);
}

}  // namespace

StreamConnections::StreamConnections(host::Loop& loop, RequestServer& server, const StreamLimits& limits,
                                     OnLost on_lost)
    : loop_(loop), server_(server), limits_(limits), on_lost_(std::move(on_lost)), sweep_timer_(loop, [this] {
          sweep();
      }) {
    if (limits_.in_all == 0) limits_.in_all = what_the_process_may_open();
}

void StreamConnections::admit(int descriptor, base::Flow flow, const TlsServer* tls) {
    ConnectionCounters& count = server_.counters().streams(flow.transport);
    const auto source = per_source_.find(flow.remote.ip);
    const bool source_has_all = source != per_source_.end() && source->second >= limits_.per_source;
    if (source_has_all || open_.size() >= limits_.in_all) {
        ++(source_has_all ? count.refused_per_source : count.refused_in_all);
        ::close(descriptor);
        return;
    }
    flow.connection = ++last_connection_;
    ++count.accepted;
    ++per_source_[flow.remote.ip];
    open(flow, std::make_unique<StreamSocket>(descriptor, tls), StreamConnection::Opened::by_phone);
}

std::optional<std::uint64_t> StreamConnections::dial(base::Flow flow, const std::optional<base::IpAddress>& source,
                                                     const TlsClient* tls) {
    const int descriptor = dialled_socket(flow.remote, source);
    if (descriptor < 0) return std::nullopt;
    flow.connection = ++last_connection_;
    open(flow, std::make_unique<StreamSocket>(descriptor, tls, flow.remote.ip), StreamConnection::Opened::by_us);
    return flow.connection;
}

void StreamConnections::open(const base::Flow& flow, std::unique_ptr<StreamSocket> socket,
                             StreamConnection::Opened opened) {
    ++server_.counters().streams(flow.transport).open;
    open_.emplace(flow.connection,
                  std::make_unique<StreamConnection>(loop_, server_, limits_.deadlines, std::move(socket), opened, flow,
                                                     [this, id = flow.connection] { end(id); }));
    if (open_.size() == 1) sweep_timer_.arm(sweep_interval);
}

void StreamConnections::end(std::uint64_t connection) {
    const auto found = open_.find(connection);
    if (found == open_.end()) return;
    const base::Flow flow = found->second->flow();
    --server_.counters().streams(flow.transport).open;
    if (found->second->opened_by() == StreamConnection::Opened::by_phone) {
        const auto source = per_source_.find(flow.remote.ip);
        if (--source->second == 0) per_source_.erase(source);
    }
    open_.erase(found);
    on_lost_(flow);
}

bool StreamConnections::send(std::uint64_t connection, std::string_view octets) {
    const auto found = open_.find(connection);
    if (found == open_.end()) return false;
    found->second->send(octets);
    return true;
}

std::optional<base::Endpoint> StreamConnections::local_end(std::uint64_t connection) const {
    const auto found = open_.find(connection);
    return found == open_.end() ? std::nullopt : std::optional(found->second->local());
}

void StreamConnections::sweep() {
    // A deadline is kept, not overrun: what falls due before the next sweep ends now.
    const auto horizon = host::now() + sweep_interval;
    std::vector<std::uint64_t> overdue;
    for (const auto& [id, connection] : open_)
        if (connection->overdue(horizon)) overdue.push_back(id);
    for (const auto id : overdue) end(id);
    if (!open_.empty()) sweep_timer_.arm(sweep_interval);
}

}  // namespace innkeeper::sip
