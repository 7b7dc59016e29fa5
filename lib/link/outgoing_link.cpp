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
    if (!up() || overloaded_ || current_.connection->send(frame)) return;
    overloaded_ = true;
    timer_.arm({});
}

void OutgoingLink::redial() {
    if ((current_.connection && !up()) || successor_.connection) return;
    replace_ = up();
    timer_.arm({});
}

void OutgoingLink::dial() {
    if (std::exchange(overloaded_, false)) {
        promote_successor();
        tell(LinkState::unreachable, "8 MiB wait to be sent; dialling again");
    }
    const bool replace = std::exchange(replace_, false) && up();
    if (current_.connection && !replace) return;
    dial_into(replace ? successor_ : current_);
}

void OutgoingLink::dial_into(Attempt& attempt) {
    dialled_ = host::now();
    auto descriptor = link::dial(remote_, local_);
    attempt.number = ++last_;
    if (!descriptor) {
        const int error = descriptor.error();
        const LinkState state = error == ECONNREFUSED ? LinkState::refused : LinkState::unreachable;
        return ended(attempt.number, {state, std::strerror(error)});
    }
    attempt.connection = std::make_unique<Connection>(
        loop_, *std::move(descriptor), Side::dialled, context_, std::vector{peer_},
        ConnectionHandlers{[this, number = last_](const base::SiteName&) { opened(number); },
                           {},
                           [this, number = last_](const Ending& ending) { ended(number, ending); }});
}

void OutgoingLink::dial_later() {
    timer_.arm(std::max(shortest_wait, dialled_ + wait_ - host::now()));
    wait_ = std::min(2 * wait_, longest_wait);
}

void OutgoingLink::opened(Number number) {
    opened_ = host::now();
    if (successor_.number == number) promote_successor();
    told_.reset();  // what was under way on an older one may be lost: news also where that was up
    tell(LinkState::up, {});
}

void OutgoingLink::ended(Number number, const Ending& ending) {
    if (successor_.number == number) return successor_ended(ending);
    if (up() && host::now() - opened_ >= stable_after) wait_ = shortest_wait;
    promote_successor();
    if (current_.connection) return;  // whose fate decides: the peer drops the old one when it has the new
    dial_later();
    tell(ending.state, ending.detail);
}

void OutgoingLink::promote_successor() {
    current_ = std::exchange(successor_, {});
    overloaded_ = false;
}

// Whoever refuses a new connection has died since the old one was made, though nobody could say so on it.
void OutgoingLink::successor_ended(const Ending& ending) {
    successor_ = {};
    if (ending.state != LinkState::refused && ending.state != LinkState::untrusted) return;
    current_ = {};
    overloaded_ = false;
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
