// The records of the calls that go through this site: those under way, the latest of those that are over, and for each
// home whose guests are here those of its failover, which are forgotten with it (IP6). Pure; all of it is bounded.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "calls/proxy.h"
#include "core/call_record.h"

namespace innkeeper::core {

class CallRecords {
public:
    static constexpr std::size_t latest = 1000;       // calls that are over, for --calls
    static constexpr std::size_t of_failover = 5000;  // of one home's guests, the latest
    static constexpr std::size_t under_way = 50000;   // answered ones; beyond it the oldest is taken for over
    static constexpr std::size_t text_octets = 200;   // of a name or Call-ID; the rest is cut off

    void begin(base::Epoch epoch) { epoch_ = epoch; }
    void restore(std::vector<CallRecord> of_earlier_lives);  // by time, the latest last

    // A call's INVITE was let pass and goes somewhere. `fresh` says who, where, by which rule.
    void began(base::Instant now, calls::ContextId id, CallRecord fresh, std::string_view caller_tag);
    // The same call goes elsewhere now: by this rule, and perhaps to a guest.
    void rerouted(calls::ContextId id, std::string_view route, const base::SiteName& guest_of);
    void rang(base::Instant now, calls::ContextId id);
    // These give the record as it is to be written, or nothing where nothing has changed.
    std::vector<CallRecord> concluded(base::Instant now, calls::ContextId id, std::uint16_t status);
    std::vector<CallRecord> hung_up(base::Instant now, std::string_view call_id, std::string_view caller_tag);

    // The calls of one AOR or dialled number, or of all: those under way, then those that are over, the latest first.
    std::vector<CallRecord> list(std::string_view who, std::size_t at_most) const;

    // Of the guests of a home in its failover, the earliest first.
    std::vector<CallRecord> of_guests(const base::SiteName& home) const;
    void forget_guests(const base::SiteName& home) { of_guests_.erase(home); }

private:
    struct Setup {
        CallRecord record;
        std::string dialog;
    };
    void close(CallRecord record);

    base::Epoch epoch_;
    std::uint64_t last_number_ = 0;
    std::map<calls::ContextId, Setup> in_setup_;    // bounded by what the proxy takes
    std::map<std::uint64_t, CallRecord> answered_;  // by number, so the oldest first
    // A call that came back from another site's group has two records here, which end together.
    std::unordered_multimap<std::string, std::uint64_t> by_dialog_;
    std::map<std::uint64_t, std::string> dialogs_;  // of answered_
    std::deque<CallRecord> over_;
    std::map<base::SiteName, std::deque<CallRecord>> of_guests_;
};

}  // namespace innkeeper::core
