// Asks phones whether they are there: OPTIONS over the flow that each registered from, sent again over UDP until any
// response comes or the time is up (core::Limits::phone_probe). Responses arrive on the same sockets as requests.
//
// A response is known by the branch of its Via, 64 random bits that only who received the question can know: a stranger
// cannot keep a phone at its home that is gone.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/effect.h"
#include "core/event.h"
#include "host/loop.h"
#include "sip/edge_counters.h"

struct sip_s;

namespace innkeeper::sip {

// On the loop's thread. Reports each probe once, never from inside probe().
class PhoneProber {
public:
    // Where octets leave and come back to: the local end of a flow; empty when the flow is gone.
    using LocalEnd = std::function<std::optional<base::Endpoint>(const base::Flow&)>;
    using Send = std::function<void(const base::Flow&, std::string_view)>;
    using OnProbed = std::function<void(const core::PhoneProbed&)>;

    PhoneProber(host::Loop& loop, ProbeCounters& counters, LocalEnd local_end, Send send, OnProbed on_probed);

    void probe(const core::ProbePhone& probe);
    bool on_answer(std::string_view branch);  // false: to none of our questions

private:
    struct Asked {
        base::ProbeId id;
        base::Flow flow;
        std::string question;
        base::Instant give_up;
    };
    std::string fresh_token();
    void on_due();
    void arm();

    host::Loop& loop_;
    ProbeCounters& counters_;
    LocalEnd local_end_;
    Send send_;
    OnProbed on_probed_;
    std::map<std::string, Asked, std::less<>> asked_;         // by token
    std::deque<std::pair<base::Instant, std::string>> next_;  // in order of time; those answered too
    host::Timer timer_;
};

}  // namespace innkeeper::sip
