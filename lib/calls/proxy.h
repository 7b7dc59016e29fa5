// A transaction-stateful, record-routing, forking proxy (RFC 3261 section 16) as a fold: messages and time in, effects
// out. It knows the protocol and nothing of users: where a request goes is decided by its owner, who is asked with
// Decide and answers at once with forward() or answer(). Pure; used by one thread.
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

#include "base/aor.h"
#include "calls/client_transaction.h"
#include "calls/forwarding.h"
#include "calls/hop.h"
#include "calls/message.h"
#include "calls/response_choice.h"
#include "calls/server_transaction.h"

namespace innkeeper::calls {

using ContextId = std::uint64_t;  // of one request; never used twice

// One copy of a request.
struct Fork {
    std::string uri;                    // its Request-URI
    Hop hop;                            // where it is sent
    std::string sent_by;                // our Via there: "UDP 192.0.2.1:5060"
    std::vector<std::string> routes;    // put before the request's own Route entries (RFC 3327 section 5.3)
    std::vector<std::string> recorded;  // our Record-Route entries, topmost first; empty: not recorded
    std::vector<Header> extra;          // put in place of those of the same name; one without a value takes them off
    base::Aor callee;                   // whose phone it is; empty: nobody's of this network
};
// Copies that are sent together; the next group's turn comes when all of these have refused, or after `ring_for`.
struct Group {
    std::vector<Fork> forks;
    base::Duration ring_for = base::Duration::max();
    base::Duration answer_within = base::Duration::max();  // who has not said anything by then, not even 100, is away
    bool refusals_are_their_own = false;  // a 6xx of one of them says nothing about the others (section 16.7, step 5)
};

// The owner decides now: forward() or answer().
struct Decide {
    ContextId id = 0;
};
// Every group has refused: the owner may forward() to others now, or conclude().
struct Exhausted {
    ContextId id = 0;
    std::uint16_t status = 0;  // the best of the refusals since the last forward()
    bool timed_out = false;    // a group's time was over meanwhile
};
// The ACK of a 2xx is a request of its own without a transaction: the owner may relay() it.
struct RelayAck {
    Message ack;
    Hop from;
};
// A branch was answered, provisionally or not, and the answer went up: for dialogs.
struct Answered {
    ContextId id = 0;
    Message answer;
    Hop from;
    base::Aor callee;  // of the fork
};
// The caller has its final answer.
struct Concluded {
    ContextId id = 0;
    std::uint16_t status = 0;
};
using ProxyEffect = std::variant<Transmit, Decide, Exhausted, RelayAck, Answered, Concluded>;
using ProxyEffects = std::vector<ProxyEffect>;

struct ProxySettings {
    TransactionTimers timers;
    base::Duration timer_c = std::chrono::seconds(181);  // more than three minutes (section 16.6, step 11)
    std::size_t most_requests = 100000;  // in memory at once; more are answered 503, a quarter later inside dialogs
    std::uint64_t seed = 1;              // makes this run's branches and tags its own
};

class Proxy {
public:
    explicit Proxy(ProxySettings settings) : settings_(settings) {}

    void receive(base::Instant now, Message message, const Hop& from, ProxyEffects& out);
    void on_time(base::Instant now, ProxyEffects& out);
    base::Instant next_deadline() const;
    // A flow is gone, or an address cannot be reached: its branches have failed (section 16.9).
    void lost(base::Instant now, const Hop& hop, ProxyEffects& out);

    // For the request under decision; an id that is not known any more is ignored.
    void forward(base::Instant now, ContextId id, std::vector<Group> groups, ProxyEffects& out);
    void answer(base::Instant now, ContextId id, std::uint16_t status, std::string_view phrase,
                std::vector<Header> extra, ProxyEffects& out);
    // Answers a stranger: once, and nothing is kept that would be repeated to him (R19).
    void reject(ContextId id, std::uint16_t status, std::string_view phrase, std::vector<Header> extra,
                ProxyEffects& out);
    void conclude(base::Instant now, ContextId id, ProxyEffects& out);
    void relay(Message ack, const Fork& fork, ProxyEffects& out);

    const Message* request(ContextId id) const;
    Message* request_to_forward(ContextId id);  // the owner takes its own Route entries and credentials off
    const Hop* origin(ContextId id) const;
    std::size_t under_way() const { return contexts_.size(); }
    std::size_t under_way_from(const Hop& source) const;  // from its address, whatever the port (R15)

private:
    struct Branch {
        std::string id;  // of our Via
        Hop hop;
        base::Aor callee;
        std::string octets;  // as sent; until its final answer
        ClientTransaction client;
        std::string ack = {};
        std::optional<ClientTransaction> cancel = {};
        std::string cancel_octets = {};
        bool cancel_wanted = false;
        bool provisional = false;
        bool settled = false;  // has its final answer, or is given up
        base::Instant timer_c = base::Instant::max();
        base::Instant answer_by = base::Instant::max();
        base::Instant gives_up = base::Instant::max();  // after a CANCEL that nobody answers
    };
    struct Context {
        ContextId id = 0;
        std::string key;
        Message request;
        Hop from;
        ServerTransaction server;
        std::string last_answer = {};
        std::string to_tag;
        std::vector<Group> groups = {};  // whose turn has not come
        std::vector<Branch> branches = {};
        ResponseChoice refusals = {};
        base::Instant group_ends = base::Instant::max();
        bool refusals_are_their_own = false;  // of the group that rings
        std::uint16_t refused_with = 0;       // the best since the last forward()
        bool timed_out = false;
        base::Instant planned = base::Instant::max();  // its place in the agenda
        bool invite = false;
        bool final_sent = false;  // to the caller
        bool no_more = false;     // cancelled, or refused globally: no further groups
    };

    void receive_request(base::Instant now, Message message, const Hop& from, ProxyEffects& out);
    void receive_answer(base::Instant now, Message message, const Hop& from, ProxyEffects& out);
    void receive_again(const Hop& from, Context& context, ProxyEffects& out);
    void receive_ack(base::Instant now, const std::string& key, Message message, const Hop& from, ProxyEffects& out);
    void receive_cancel(base::Instant now, const Via& via, const Message& message, const Hop& from, ProxyEffects& out);
    void answer_statelessly(const Message& request, const Hop& to, const Fault& fault, ProxyEffects& out);

    void answer(base::Instant now, Context& context, std::uint16_t status, std::string_view phrase,
                std::vector<Header> extra, ProxyEffects& out);
    void conclude(base::Instant now, Context& context, ProxyEffects& out);
    void start_next_group(base::Instant now, Context& context, ProxyEffects& out);
    void start(base::Instant now, Context& context, const Fork& fork, std::string_view loop, std::uint32_t breadth,
               base::Duration answer_within, ProxyEffects& out);
    void give_up_waiting(base::Instant now, Context& context, Branch& branch, ProxyEffects& out);
    void end_group(base::Instant now, Context& context, ProxyEffects& out);
    static void note_refusal(Context& context, Message refusal);
    void branch_refused(base::Instant now, Context& context, Message refusal, ProxyEffects& out);
    void branch_failed(base::Instant now, Context& context, Branch& branch, std::uint16_t status,
                       std::string_view phrase, ProxyEffects& out);
    void cancel_branches(base::Instant now, Context& context, ProxyEffects& out);
    void cancel(base::Instant now, Branch& branch, ProxyEffects& out);
    void send_up(base::Instant now, Context& context, Message answer, ProxyEffects& out);
    void context_on_time(base::Instant now, Context& context, ProxyEffects& out);
    void branch_on_time(base::Instant now, Context& context, Branch& branch, ProxyEffects& out);
    bool has_room_for(const Message& request) const;
    void shed_concluded();
    void plan(Context& context);
    void forget(Context& context);
    Context* find(ContextId id);

    ProxySettings settings_;
    std::map<ContextId, Context> contexts_;
    std::unordered_map<std::string_view, ContextId> by_key_;  // server transactions; views of the contexts' own
    std::unordered_map<std::string, ContextId> by_branch_;    // client transactions, by our branch
    std::set<std::pair<base::Instant, ContextId>> agenda_;
    std::set<std::pair<std::uint64_t, ContextId>> on_connection_;  // whose branches use which stream
    std::map<base::IpAddress, std::size_t> from_source_;
    std::vector<ContextId> concluded_;  // since the last message, so that the owner has heard of them by the next
    ContextId last_id_ = 0;
    std::uint64_t last_branch_ = 0;
};

}  // namespace innkeeper::calls
