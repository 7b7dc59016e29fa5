// A phone of a living home that knocks at the backup: is it cut off from its home (IP2, IP14)? The backup asks the
// home, which probes the phone and lets go of it when it does not answer; then the backup takes it in as a stray, a
// guest although its home serves. Both ends of that conversation, each a value of the gatekeeper; pure.
//
// An address of record is asked about, not each of its phones. Whoever knocks is told to come back after two seconds;
// by then the home has answered, so that a phone is served within three seconds of its first knock. A phone that stands
// by here (core/standby.h) never knocks; it is asked about now and then when it renews that.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/aor.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/text.h"
#include "core/peer_message.h"

namespace innkeeper::core {

using namespace std::chrono_literals;

enum class Straying : std::uint8_t {
    no,     // its home reaches it, or cannot be asked
    asked,  // the home has not answered yet, or not for long enough: the phone is to come back soon
    yes,    // the home let go of it, or has not had it for as long as it knocks here
};
std::string_view to_text(Straying straying);

// The backup's end.
class Inquiries {
public:
    static constexpr base::Duration answer_within = 2500ms;  // a question is as good as lost after that
    // "Not registered" may be told of a phone that starts up with both servers at once, or tries this one first.
    static constexpr base::Duration patience = 8s;
    static constexpr base::Duration welcome = 90s;           // how long a phone may take to come back
    static constexpr base::Duration asked_again_after = 1s;  // after "not registered"
    static constexpr base::Duration first_memory = 2s;       // of "reachable"; doubled each time,
    static constexpr base::Duration longest_memory = 32s;    // for phones that always knock here too (SR4)
    static constexpr base::Duration forgotten_after = 2min;  // without a knock
    static constexpr std::uint32_t unanswered_at_most = 2;   // then the home does not know this conversation

    // How it stands, without a knock.
    Straying standing(base::Instant now, const base::Aor& aor) const;
    // The phone knocks, or renews its standby: true when its home should be asked now, which is noted by on_asked().
    bool on_knock(base::Instant now, const base::Aor& aor, bool renews = false);
    void on_asked(base::Instant now, const base::Aor& aor, const base::SiteName& home);
    // False: nothing was asked that this could answer.
    bool on_verdict(base::Instant now, const base::SiteName& home, const PhoneVerdict& verdict);
    void forget(const base::Aor& aor);            // it registered at home; an open question stays open
    void on_link_up(const base::SiteName& home);  // what went unanswered says nothing of the home
    std::size_t size() const { return inquiries_.size(); }

private:
    static constexpr base::Instant never = base::Instant::min();
    struct Inquiry {
        base::SiteName home;
        base::Instant knocked;
        base::Instant asked = never;
        bool open = false;
        std::uint32_t unanswered = 0;  // in a row
        std::optional<PhoneFinding> finding;
        base::Instant found = never;
        base::Instant missing_since = never;  // "not registered" in every answer since
        std::uint32_t reachable = 0;          // in a row
    };
    static Straying judge(base::Instant now, const Inquiry& inquiry);
    static base::Duration memory(const Inquiry& inquiry);
    void forget_idle(base::Instant now);

    std::map<base::Aor, Inquiry> inquiries_;
    std::deque<base::Aor> by_age_;  // each once, the longest known first
};

// The home's end: phones that are being probed because a backup asked.
class Searches {
public:
    struct Probed {
        base::Text contact;
        base::Flow flow;  // a binding of another flow is not the one that was silent
    };
    struct Search {
        base::Aor aor;
        std::set<base::SiteName> askers;
        base::Instant began;
        std::vector<Probed> probed;
        std::set<base::ProbeId> open;
        bool heard = false;
    };
    static constexpr base::Duration longest = 3s;  // whatever the edge does, a search ends

    // The search for this AOR joins the asker; null: none is under way.
    Search* find(const base::Aor& aor);
    bool room_for(std::size_t probes) const;
    // Begins one; the ids are those to probe with, one for each of `probed`.
    std::vector<base::ProbeId> begin(base::Instant now, const base::Aor& aor, const base::SiteName& asker,
                                     std::vector<Probed> probed);
    // The search that ends with this report: its first answer, or the last silence.
    std::optional<Search> on_probed(base::ProbeId probe, bool heard);
    // The search that ends because this contact, one of those probed, has shown otherwise that it hears us.
    std::optional<Search> on_heard(const base::Aor& aor, std::string_view contact);
    void drop_overdue(base::Instant now);
    base::Instant next_deadline() const;  // Instant::max() when there is none

private:
    Search end(std::map<base::Aor, Search>::iterator search);

    std::map<base::Aor, Search> searches_;
    std::map<base::ProbeId, base::Aor> probes_;
    std::deque<std::pair<base::Instant, base::Aor>> by_age_;  // those that have ended too
    std::uint64_t last_probe_ = 0;
};

}  // namespace innkeeper::core
