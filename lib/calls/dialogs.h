// The dialogs that pass here (RFC 3261 section 12), so that requests inside one find the other side without asking who
// it is, and so that it is known who is in a call. A dialog whose end was missed ends by itself: by its session timer
// (RFC 4028), else after a ceiling.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

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

struct Dialog {
    std::string call_id;
    Party caller;
    Party callee;
    bool is_call = false;    // made by INVITE; else by SUBSCRIBE or REFER
    bool confirmed = false;  // its 2xx has passed
    base::Instant began;     // confirmed
    base::Instant ends;      // by session timer or ceiling
};

class Dialogs {
public:
    static constexpr std::size_t most = 50000;  // more are not remembered
    static constexpr base::Duration ceiling = std::chrono::hours(12);
    static constexpr base::Duration setup = std::chrono::minutes(5);  // an early one that was never confirmed

    // A dialog-forming request was answered with a To tag. The same dialog again: confirmed, and its time begins anew.
    // Null: there are too many.
    const Dialog* note(base::Instant now, const Message& request, const Message& answer, Party caller, Party callee);

    // Whose request this is: the dialog, and which of its sides it goes to.
    struct Match {
        const Dialog* dialog = nullptr;
        const Party* to = nullptr;
        const Party* from = nullptr;
    };
    Match find(const Message& request) const;

    // A request inside the dialog was answered, or the dialog has passed its end.
    void refreshed(base::Instant now, const Message& request, const Message& answer);
    std::optional<Dialog> end(const Message& request);
    std::optional<Dialog> take_due(base::Instant now);  // until nothing
    base::Instant next_end() const;

    std::size_t size() const { return dialogs_.size(); }
    std::size_t calls() const { return calls_; }  // confirmed
    bool in_call(const base::Aor& aor) const { return calls_of_.contains(aor); }

private:
    using Map = std::unordered_map<std::string, Dialog>;
    Map::const_iterator locate(const Message& request, bool& to_callee) const;
    Dialog take(Map::const_iterator found);
    void count(const Dialog& dialog, int sign);
    void schedule(const std::string& key, Dialog& dialog, base::Instant ends);

    Map dialogs_;
    std::set<std::pair<base::Instant, std::string>> agenda_;
    std::unordered_map<base::Aor, std::uint32_t> calls_of_;
    std::size_t calls_ = 0;
};

}  // namespace innkeeper::calls
