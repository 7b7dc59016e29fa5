// Requests that this site makes itself, each with what it is for. They leave by calls::Requester; what has become of
// them is taken from here by whoever asked, in the same step. A value of the gatekeeper.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "calls/requester.h"
#include "core/effect.h"
#include "core/settings.h"

namespace innkeeper::core {

// OPTIONS: is this PBX there?
struct PbxProbe {
    std::size_t pbx = 0;  // index into CallSettings::pbxs
};
// REGISTER with the first PBX on behalf of a user's phone.
struct UpstreamRegister {
    base::Aor aor;
    bool authorised = false;
};
// NOTIFY: of a subscription's end, or of messages that wait. Who is not reached asks by itself, sooner or later.
struct LampTold {};
// NOTIFY: a backup is told of messages that wait for a user of ours.
struct SummaryTold {
    base::SiteName backup;
    base::Aor aor;
};
using Purpose = std::variant<PbxProbe, UpstreamRegister, LampTold, SummaryTold>;

class OwnRequests {
public:
    explicit OwnRequests(const Settings& settings) : settings_(settings) {}  // which outlives it

    void begin(std::uint64_t seed);  // of this life of the site: its Call-IDs and branches are no other's
    // An out-of-dialog request with From, To, Call-ID and CSeq; `from` and `to` are URIs.
    calls::Message make(std::string_view method, std::string uri, std::string_view from, std::string_view to);
    // False: too many are under way; it is not sent, and nothing will be settled.
    bool send(base::Instant now, calls::Message request, const calls::Hop& to, Purpose purpose, Effects& out,
              base::Duration patience = base::Duration::max());
    // False: it answers no request of ours.
    bool receive(base::Instant now, const calls::Message& answer, const calls::Hop& from, Effects& out);
    void lost(const calls::Hop& hop, Effects& out);
    void on_time(base::Instant now, Effects& out);
    base::Instant next_deadline() const { return requester_.next_deadline(); }

    struct Outcome {
        Purpose purpose;
        calls::Settled settled;
    };
    std::vector<Outcome> take_settled() { return std::exchange(settled_, {}); }

private:
    void carry_out(calls::RequesterEffects effects, Effects& out);

    const Settings& settings_;
    calls::Requester requester_{calls::RequesterSettings{}};
    std::unordered_map<calls::OwnRequestId, Purpose> purposes_;
    std::vector<Outcome> settled_;
    std::uint64_t seed_ = 0;
    std::uint64_t made_ = 0;
};

}  // namespace innkeeper::core
