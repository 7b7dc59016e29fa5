// Everything the core can want done. The runtime performs them in order, one line each.
#pragma once

#include <variant>
#include <vector>

#include "base/wiped_bytes.h"
#include "calls/hop.h"
#include "core/notice.h"
#include "core/operator_command.h"
#include "core/peer_message.h"
#include "core/response.h"
#include "core/row.h"

namespace innkeeper::core {

struct Answer {
    Response response;
};
// A SIP message on its way to a phone's flow or an address; to other sites it goes by SendToPeer.
struct SendSip {
    calls::Hop to;
    std::string octets;
};
struct SendToPeer {
    base::SiteName to;
    PeerMessage message;
};
// The link may be of no use (silent although up): dial again at once, keep it until the new one is open.
struct RedialPeer {
    base::SiteName site;
};
// Ask the phone whether it is there: OPTIONS to the contact over the flow that it registered from, repeated over UDP,
// given up after Limits::phone_probe. Reported once by PhoneProbed, at once where the flow is gone.
struct ProbePhone {
    base::ProbeId probe;
    base::Flow flow;
    std::string contact;
    std::string path;  // of its registration (RFC 3327); empty: none
    base::Aor aor;
};
struct WriteRow {
    Row row;
};
// To be appended, at once, to the memory that outlives this process (MemoryFound); with `anew` it replaces what is
// there.
struct KeepInMemory {
    base::WipedBytes frames;
    bool anew = false;
};
struct ReplyToOperator {
    base::CommandId to;
    Report report;
};
struct Announce {
    Notice notice;
};

using Effect = std::variant<Answer, SendSip, SendToPeer, RedialPeer, ProbePhone, WriteRow, KeepInMemory,
                            ReplyToOperator, Announce>;
using Effects = std::vector<Effect>;

}  // namespace innkeeper::core
