// A real gatekeeper, fed with hand-made events: site south, which backs up north while west looks on. And phones that
// do digest authentication with it.
#pragma once

#include <string>
#include <vector>

#include "core/gatekeeper.h"
#include "support/catch_print.h"
#include "support/owned_register.h"
#include "support/phone_digest.h"
#include "support/settings.h"

namespace gate {

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;

inline const base::SiteName south{"south"}, north{"north"}, west{"west"};

inline base::Aor aor(const std::string& user) {
    return base::Aor::parse(user + "@" + std::string(support::domain)).value();
}

// Every user's password is its name.
backup::UserRecord user(const std::string& name, backup::TerminalKind terminal = backup::TerminalKind::unknown);
auth::NonceKey nonce_key(std::uint8_t octet, base::Instant born);

class Gate {
public:
    explicit Gate(Settings settings = support::settings_of("south", {"north", "west"}, {"north"}));

    Gate& started();                                   // with a nonce key and no users yet
    Gate& with_users(std::vector<std::string> names);  // all of them, of unknown terminal

    void feed(Event event);  // `happened` is what this step wanted done
    // Time passes as the runtime makes it pass; what is done on the way adds up in `happened`. Peers in `beating` send
    // their heartbeats meanwhile.
    void pass(base::Duration duration);
    void tick() { feed(TimePassed{}); }

    void link(const base::SiteName& peer, LinkState state = LinkState::up) { feed(PeerLinkChanged{peer, state, {}}); }
    void hear(const base::SiteName& peer, PeerMessage message) { feed(PeerMessageReceived{peer, std::move(message)}); }
    void beat(const base::SiteName& peer);
    // North comes up, names this site its backup and entrusts users to it.
    void entrusted_by_north(std::vector<std::string> names);
    Report command(Command command);
    ExplainReport explain(const std::string& who);

    const Response& answer() const;  // of the last step: the one there is
    template <class Wanted>
    std::vector<Wanted> notices() const {
        std::vector<Wanted> found;
        for (const Effect& effect : happened)
            if (const auto* one = std::get_if<Announce>(&effect))
                if (const auto* notice = std::get_if<Wanted>(&one->notice)) found.push_back(*notice);
        return found;
    }
    template <class Wanted>
    std::vector<Wanted> rows() const {
        std::vector<Wanted> found;
        for (const Effect& effect : happened)
            if (const auto* write = std::get_if<WriteRow>(&effect))
                if (const auto* row = std::get_if<Wanted>(&write->row)) found.push_back(*row);
        return found;
    }
    template <class Wanted>
    std::vector<const Wanted*> sent(const base::SiteName& to) const {
        std::vector<const Wanted*> found;
        for (const Effect& effect : happened)
            if (const auto* send = std::get_if<SendToPeer>(&effect); send != nullptr && send->to == to)
                if (const auto* message = std::get_if<Wanted>(&send->message)) found.push_back(message);
        return found;
    }
    Phase phase_of(const base::SiteName& home);
    PeerHealth health_of(const base::SiteName& peer);
    const MatchingSettings& matching() const { return matching_; }
    std::uint64_t guests() { return status().guests; }
    StatusReport status() { return keeper.census(now).status; }

    Gatekeeper keeper;
    base::Instant now{1000000s};
    Effects happened;
    std::vector<base::SiteName> beating;
    Heartbeat heartbeat;  // what peers say when they beat
    base::Instant beaten{};
    bool acknowledging = false;  // peers say at once that they have what they were told of registrations

private:
    MatchingSettings matching_;
    std::uint64_t records_of_north_ = 0;
};

class Phone {
public:
    explicit Phone(const std::string& name, const std::string& user_agent = "Grandstream GXP2170",
                   auth::Algorithm algorithm = auth::Algorithm::md5);

    // One REGISTER with what it knows; the answer.
    const Response& send(Gate& gate);
    // The same, and once more where it is challenged.
    const Response& call(Gate& gate);
    // The last request again, octet for octet.
    const Response& repeat(Gate& gate);

    support::OwnedRegister request;
    support::DigestSession session;
    auth::Ha1 ha1;
};

Gate site_of(std::vector<std::string> users);  // started, with these users
Settings quick();  // the product's defaults, but for failback after 10 s, without canaries, and a grace of 30 s
// South, with north known and heard, and these users of it.
Gate backup_of(std::vector<std::string> users, Settings settings = quick());
void lose_north(Gate& gate);  // silent until it is lost
void north_returns(Gate& gate);
Refusal refused(Gate& gate, Phone& phone);  // why; and the answer is 503 with Retry-After
std::string fact(const ExplainReport& report, const std::string& name);

}  // namespace gate
