#include "link/outgoing_link.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "host/clock.h"

namespace innkeeper::link {

using core::LinkState;

OutgoingLink::OutgoingLink(host::Loop& loop, const TlsContext& context, base::SiteName peer, base::Endpoint remote,
                           base::Endpoint local, Changed changed)
    : loop_(loop),
      context_(context),
      peer_(std::move(peer)),
      remote_(remote),
      local_(local),
      changed_(std::move(changed)),
      timer_(loop, [this] { dial(); }) {
    timer_.arm({});
}

void OutgoingLink::send(std::string_view frame) {
    if (!up() || !drop_.empty()) return;
    if (!connection_->send(frame)) redial("8 MiB wait to be sent");
}

void OutgoingLink::redial(std::string_view why) {
    if (connection_ && !up()) return;
    if (connection_) drop_ = why;
    timer_.arm({});
}

void OutgoingLink::dial() {
    if (connection_ && drop_.empty()) return;
    if (connection_) {
        connection_.reset();
        tell(LinkState::unreachable, std::exchange(drop_, {}) + "; dialling again");
    }
    auto descriptor = link::dial(remote_, local_);
    if (!descriptor) {
        const int error = descriptor.error();
        tell(error == ECONNREFUSED ? LinkState::refused : LinkState::unreachable, std::strerror(error));
        dial_later();
        return;
    }
    connection_ = std::make_unique<Connection>(
        loop_, *std::move(descriptor), Side::dialled, context_, std::vector{peer_},
        ConnectionHandlers{
            [this](const base::SiteName&) { opened(); }, {}, [this](const Ending& ending) { ended(ending); }});
}

void OutgoingLink::dial_later() {
    timer_.arm(wait_);
    wait_ = std::min(2 * wait_, longest_wait);
}

void OutgoingLink::opened() {
    opened_ = host::now();
    tell(LinkState::up, {});
}

void OutgoingLink::ended(const Ending& ending) {
    if (up() && host::now() - opened_ >= stable_after) wait_ = shortest_wait;
    connection_.reset();
    drop_.clear();
    dial_later();
    tell(ending.state, ending.detail);
}

// Only news: a dead peer is dialled once a second. The words of an untrusted certificate are news of their own.
void OutgoingLink::tell(LinkState state, std::string detail) {
    if (told_ == state && (state != LinkState::untrusted || told_detail_ == detail)) return;
    told_ = state;
    told_detail_ = detail;
    changed_({peer_, state, std::move(detail)});
}

}  // namespace innkeeper::link
