// A binding: one Contact of an AOR with its expiry, as a registrar keeps it (RFC 3261 section 10).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "backup/user_record.h"
#include "base/address.h"
#include "base/ids.h"
#include "base/instant.h"

namespace innkeeper::core {

// A value. The texts are as the phone sent them, within Limits.
struct Binding {
    std::string contact;  // Contact URI without angle brackets and header parameters
    std::string call_id;
    std::string instance;  // +sip.instance, with its angle brackets (RFC 5626); empty: none
    std::string path;      // Path values in order, comma separated (RFC 3327); empty: none
    std::string user_agent;
    std::uint32_t cseq = 0;
    std::uint32_t reg_id = 0;                                       // 0: none
    std::uint16_t q = 1000;                                         // thousandths
    base::Flow flow;                                                // how to reach the phone behind NAT
    backup::TerminalKind terminal = backup::TerminalKind::unknown;  // as judged when it registered
    base::Instant registered;                                       // last accepted REGISTER; crosses sites as an age
    base::Instant expires;
    base::Instant promised;  // until when database and peers hold it: later than expires, so that a refresh that
                             // changes nothing else need not be told to anybody (lib/README.md, "the promise")
};

}  // namespace innkeeper::core
