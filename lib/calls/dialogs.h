// The dialogs that pass here (RFC 3261 section 12), so that requests inside one find the other side without asking who
// it is, so that it is known who is in a call (IP7), and so that a subscription whose way is gone can be ended (RFC
// 6665). A dialog whose end was missed ends by itself: a call by its session timer (RFC 4028), else after a ceiling; a
// subscription when it expires. A broken connection ends none: the phone comes back over another. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/aor.h"
#include "base/instant.h"
#include "calls/hop.h"
#include "calls/message.h"

namespace innkeeper::calls {

struct Party {
    base::Aor aor;        // empty: no user of this network
    std::string contact;  // URI of its Contact, where requests to it go
    Hop hop;              // the way to it
    std::string tag;
};

// Of a dialog made by SUBSCRIBE or REFER: what a NOTIFY inside it has to say. The notifier is the callee.
struct Subscription {
    std::string subscriber;      // its From, with the tag
    std::string notifier;        // its To, with the tag
    std::string event;           // the Event header, with its id
    std::uint32_t sequence = 0;  // CSeq of the notifier's last request
};

struct Dialog {
    std::string call_id;
    Party caller;
    Party callee;
    std::optional<Subscription> subscription;  // nothing: a call
    bool confirmed = false;                    // its 2xx has passed
    base::Instant began;                       // confirmed
    base::Instant ends;                        // by session timer, expiry or ceiling
};

class Dialogs {
public:
    static constexpr std::size_t most = 50000;  // more are not remembered
    static constexpr base::Duration ceiling = std::chrono::hours(12);
    static constexpr base::Duration setup = std::chrono::minutes(5);  // an early one that was never confirmed

    // A request that makes a dialog, or refreshes one that was unknown here, was answered with a To tag. The same
    // dialog again: confirmed, and its time begins anew. Null: there are too many.
    const Dialog* note(base::Instant now, const Message& request, const Message& answer, Party caller, Party callee);

    // Whose request this is: the dialog, and which of its sides it goes to.
    struct Match {
        const Dialog* dialog = nullptr;
        const Party* to = nullptr;
        const Party* from = nullptr;
    };
    Match find(const Message& request) const;

    // A request inside the dialog was answered.
    void refreshed(base::Instant now, const Message& request, const Message& answer);
    // A request inside the dialog goes by: of a subscription the notifier's sequence, and what it says of its end.
    void passed(base::Instant now, const Message& request);
    // The caller of an INVITE has its final answer: other phones that rang have no dialog with it.
    void settled(const Message& request);
    std::optional<Dialog> end(const Message& request);
    std::optional<Dialog> take_due(base::Instant now);  // until nothing
    base::Instant next_end() const;

    std::size_t size() const { return dialogs_.size(); }
    std::size_t calls() const { return calls_; }  // confirmed
    std::uint32_t calls_of(const base::Aor& aor) const;
    // Users who have begun, refreshed or ended a call since this was last asked, perhaps more than once.
    std::vector<base::Aor> take_changes();

    // Subscriptions with this user on either side, and those that lead to or from another site.
    std::vector<const Dialog*> subscriptions_of(const base::Aor& aor) const;
    std::vector<const Dialog*> subscriptions_through(const base::SiteName& site) const;
    Dialog take(const Dialog& dialog);  // forgets it

private:
    using Map = std::unordered_map<std::string, Dialog>;
    Map::const_iterator locate(const Message& request, bool& to_callee) const;
    Dialog take(Map::const_iterator found);
    void count(const Dialog& dialog, int sign);
    void tell(const Dialog& dialog);
    void index(const std::string& key, const Dialog& dialog);
    void schedule(const std::string& key, Dialog& dialog, base::Instant ends);

    Map dialogs_;
    std::set<std::pair<base::Instant, std::string>> agenda_;
    std::set<std::string> early_;                                   // keys of those that are not confirmed
    std::set<std::pair<base::Aor, std::string>> subscriptions_of_;  // and keys
    std::unordered_map<base::Aor, std::uint32_t> calls_of_;
    std::vector<base::Aor> changed_;
    std::size_t calls_ = 0;
};

}  // namespace innkeeper::calls
