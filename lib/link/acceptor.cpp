#include "link/acceptor.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "host/clock.h"

namespace innkeeper::link {

using namespace std::chrono_literals;

Acceptor::Acceptor(host::Loop& loop, const TlsContext& context, const base::Endpoint& listen,
                   const std::map<base::SiteName, base::Endpoint>& peers, host::Log& log, OnFrame on_frame)
    : loop_(loop),
      context_(context),
      log_(log),
      on_frame_(std::move(on_frame)),
      listener_(listen_on(listen)),
      pause_(loop, [this] { watch_.want(true, false); }),
      watch_(loop, listener_.number(), true, false, [this](host::Watch::Ready) { accept_all(); }) {
    for (const auto& [site, endpoint] : peers) {
        acceptable_.push_back(site);
        peer_addresses_.insert(endpoint.ip);
    }
}

void Acceptor::accept_all() {
    constexpr int at_once = 64;  // then others get their turn
    for (int i = 0; i < at_once; ++i) {
        auto caller = accept_from(listener_.number());
        if (caller) {
            admit(*std::move(caller));
            continue;
        }
        const int error = caller.error();
        if (error == EAGAIN) return;
        if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM) continue;  // the caller is gone
        log_.write(host::Level::error, "peer_accept_failed", {{"reason", std::strerror(error)}});
        watch_.want(false, false);
        pause_.arm(100ms);
        return;
    }
}

bool Acceptor::too_many_strangers(const base::IpAddress& source) {
    if (peer_addresses_.contains(source)) return false;
    if (const auto now = host::now(); now - second_began_ >= 1s) {
        second_began_ = now;
        strangers_ = 0;
    }
    return ++strangers_ > strangers_a_second;
}

void Acceptor::refuse(const base::IpAddress& source, std::string why) {
    log_.write(host::Level::warning, "peer_connection_refused",
               {{"source", source.text()}, {"reason", std::move(why)}});
}

void Acceptor::admit(Caller caller) {
    if (too_many_strangers(caller.remote.ip))
        return log_.write(host::Level::warning, "peer_callers_limited", {{"source", caller.remote.ip.text()}});
    make_room(caller.remote.ip);
    const Number number = ++last_;
    const base::Endpoint remote = caller.remote;
    auto name = std::make_shared<base::SiteName>();
    ConnectionHandlers handlers;
    handlers.on_open = [this, number, remote, name](const base::SiteName& peer) {
        *name = peer;
        opened(number, peer, remote);
    };
    handlers.on_frame = [this, name](std::string_view frame, std::string& why) { on_frame_(*name, frame, why); };
    handlers.on_end = [this, number, remote](const Ending& ending) { ended(number, remote, ending); };
    unknown_[number] = {remote.ip, std::make_unique<Connection>(loop_, std::move(caller.descriptor), Side::accepted,
                                                                context_, acceptable_, std::move(handlers))};
}

void Acceptor::make_room(const base::IpAddress& source) {
    const auto of_source = [&](const auto& entry) { return entry.second.source == source; };
    const auto of_stranger = [&](const auto& entry) { return !peer_addresses_.contains(entry.second.source); };
    auto leaves = unknown_.end();
    const auto count = static_cast<std::size_t>(std::count_if(unknown_.begin(), unknown_.end(), of_source));
    if (count >= most_unknown_of_one_source) {
        leaves = std::find_if(unknown_.begin(), unknown_.end(), of_source);
    } else if (unknown_.size() >= most_unknown) {
        leaves = std::find_if(unknown_.begin(), unknown_.end(), of_stranger);
        if (leaves == unknown_.end()) leaves = unknown_.begin();
    }
    if (leaves == unknown_.end()) return;
    refuse(leaves->second.source, "too many connections without a certificate");
    unknown_.erase(leaves);
}

void Acceptor::opened(Number number, const base::SiteName& peer, const base::Endpoint& remote) {
    const auto unknown = unknown_.find(number);
    Known& known = known_[peer];
    if (known.connection) known.connection->bid_farewell("a newer connection of " + peer.text + " takes its place");
    known = {number, remote, std::move(unknown->second.connection)};
    unknown_.erase(unknown);
    log_.write(host::Level::debug, "peer_connection_accepted", {{"peer", peer.text}, {"source", remote.text()}});
}

void Acceptor::ended(Number number, const base::Endpoint& remote, const Ending& ending) {
    if (unknown_.erase(number) > 0) return refuse(remote.ip, ending.detail);
    const auto known = std::find_if(known_.begin(), known_.end(),
                                    [number](const auto& entry) { return entry.second.number == number; });
    log_.write(host::Level::info, "peer_connection_ended",
               {{"peer", known->first.text}, {"source", remote.text()}, {"reason", ending.detail}});
    known_.erase(known);
}

}  // namespace innkeeper::link
