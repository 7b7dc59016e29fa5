// A binding: one Contact of an AOR with its expiry, as a registrar keeps it (RFC 3261 section 10).
#pragma once

#include <cstdint>
#include <optional>

#include "backup/user_record.h"
#include "base/address.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/text.h"

namespace innkeeper::core {

// What a binding is good for. Only a guest's can be anything but `service`.
enum class Role : std::uint8_t {
    service,   // the phone is served here
    standby,   // of a phone that registers with home and backup at once (SR4): no licence, no calls, no guest
    stand_in,  // a standby whose home is lost: served as a guest; a standby again as soon as the home has the phone
};
std::string_view to_text(Role role);
std::optional<Role> role_from(std::string_view text);

// A value. The texts are as the phone sent them, within Limits.
struct Binding {
    base::Text contact;  // Contact URI without angle brackets and header parameters
    base::Text call_id;
    base::Text instance;  // +sip.instance, with its angle brackets (RFC 5626); empty: none
    base::Text path;      // Path values in order, comma separated (RFC 3327); empty: none
    base::Text user_agent;
    std::uint32_t cseq = 0;
    std::uint32_t reg_id = 0;  // 0: none
    base::Flow flow;           // how to reach the phone behind NAT
    base::Instant registered;  // last accepted REGISTER; crosses sites as an age
    base::Instant expires;
    base::Instant promised;  // until when database and peers hold it: later than expires, so that a refresh that
                             // changes nothing else need not be told to anybody (lib/README.md, "the promise")
    std::uint16_t q = 1000;  // thousandths
    backup::TerminalKind terminal = backup::TerminalKind::unknown;  // as judged when it registered
    Role role = Role::service;
};

}  // namespace innkeeper::core
