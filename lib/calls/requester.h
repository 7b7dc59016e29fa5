// Requests of our own other than INVITE (RFC 3261 sections 8.1 and 17.1.2): OPTIONS to a PBX, REGISTER on a phone's
// behalf, NOTIFY. A fold beside the proxy: each request is settled exactly once, by an answer from where it was sent
// to, or by one made here when there is none. Pure; used by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "calls/client_transaction.h"
#include "calls/hop.h"
#include "calls/message.h"

namespace innkeeper::calls {

using OwnRequestId = std::uint64_t;  // never used twice

struct Settled {
    OwnRequestId id = 0;
    Message answer;        // final; its Via is still on it
    bool answered = true;  // false: made here, 408 when nobody answered in time, 503 when the hop was lost
};
using RequesterEffect = std::variant<Transmit, Settled>;
using RequesterEffects = std::vector<RequesterEffect>;

struct RequesterSettings {
    TransactionTimers timers;
    std::size_t most_requests = 5000;  // under way at once; each holds its octets for up to 32 s
    std::uint64_t seed = 1;            // makes this run's branches its own
};

class Requester {
public:
    explicit Requester(RequesterSettings settings) : settings_(settings) {}

    // `request` has its From, To, Call-ID and CSeq; Via and, where it is missing, Max-Forwards are put on here.
    // `sent_by`: "UDP 192.0.2.1:5060". It is given up after `patience`, or after the usual 32 s if that is shorter.
    // Nothing: too many are under way, and this one was not sent.
    std::optional<OwnRequestId> send(base::Instant now, Message request, const Hop& to, std::string_view sent_by,
                                     RequesterEffects& out, base::Duration patience = base::Duration::max());
    // False: the answer belongs to no request of ours.
    bool receive(base::Instant now, const Message& answer, const Hop& from, RequesterEffects& out);
    // A flow is gone, or an address cannot be reached.
    void lost(const Hop& hop, RequesterEffects& out);
    void on_time(base::Instant now, RequesterEffects& out);
    base::Instant next_deadline() const;

    std::size_t under_way() const { return pending_.size(); }

private:
    struct Pending {
        Message request;
        std::string octets;
        std::string branch;
        Hop hop;
        ClientTransaction client;
        base::Instant gives_up;
        base::Instant planned;  // its place in the agenda
    };
    using Map = std::map<OwnRequestId, Pending>;

    void plan(OwnRequestId id, Pending& pending);
    void settle_here(Map::iterator which, std::uint16_t status, std::string_view phrase, RequesterEffects& out);
    void forget(Map::iterator which);

    RequesterSettings settings_;
    Map pending_;
    std::unordered_map<std::string, OwnRequestId> by_branch_;
    std::set<std::pair<base::Instant, OwnRequestId>> agenda_;
    OwnRequestId last_id_ = 0;
};

}  // namespace innkeeper::calls
