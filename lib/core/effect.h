// Everything the core can want done. The runtime performs them in order, one line each.
#pragma once

#include <variant>
#include <vector>

#include "core/notice.h"
#include "core/operator_command.h"
#include "core/peer_message.h"
#include "core/response.h"
#include "core/row.h"

namespace innkeeper::core {

struct Answer {
    Response response;
};
struct SendToPeer {
    base::SiteName to;
    PeerMessage message;
};
// The link is of no use (silent although up): drop it and dial again at once.
struct RedialPeer {
    base::SiteName site;
};
struct WriteRow {
    Row row;
};
struct ReplyToOperator {
    base::CommandId to;
    Report report;
};
struct Announce {
    Notice notice;
};

using Effect = std::variant<Answer, SendToPeer, RedialPeer, WriteRow, ReplyToOperator, Announce>;
using Effects = std::vector<Effect>;

}  // namespace innkeeper::core
