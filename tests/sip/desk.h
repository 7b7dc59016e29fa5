// A RequestServer in front of a core that remembers what it was shown and answers as it was told.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sip/request_server.h"
#include "support/owned_register.h"

namespace innkeeper::support {

class Desk {
public:
    Desk();

    // The answer's octets; empty: silence.
    std::string ask(std::string_view message, base::Flow source = phone(), sip::Framing framing = sip::Framing::whole);
    // 192.0.2.7:5062 over UDP.
    static base::Flow phone();

    std::optional<OwnedRegister> seen;  // the REGISTER of the last ask(), as the core got it
    int options = 0;
    std::vector<std::string> passed;  // what belongs to calls
    std::string asked_as;             // From of the last OPTIONS: user@domain
    core::Response response;          // `to` is filled in; without contacts those of the request are granted
    bool grant_contacts = true;
    sip::RequestServer server;

private:
    void on_register(const core::RegisterRequest& request);
    std::vector<char> room_;
};

}  // namespace innkeeper::support
