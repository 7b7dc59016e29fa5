// A telephone: one user, a list of servers, a habit of choosing among them, and the timers of its model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backup/user_record.h"
#include "support/phone_digest.h"
#include "world/network.h"
#include "world/site.h"

namespace innkeeper::world {

enum class Habit : std::uint8_t {
    sticky_list,  // goes down its list when a server fails, stays where it was let in
    successive,   // SR5: home first, the next after a failure; while away it probes home
    concurrent,   // SR4: registers with all of its servers at once
};

struct PhoneOrders {
    base::Aor aor;
    base::SiteName home;
    std::vector<base::SiteName> servers;  // home first
    Place place;
    Habit habit = Habit::successive;
    backup::TerminalKind terminal = backup::TerminalKind::desk;
    std::string user_agent = "Yealink SIP-T46S";
    auth::Algorithm algorithm = auth::Algorithm::md5;
    std::uint32_t expires = 60;                              // seconds asked for
    base::Duration refresh_at_most = std::chrono::hours(1);  // it refreshes at half of its expiry or after this
    base::Duration retry = std::chrono::seconds(1);
    base::Duration probe_home_every = std::chrono::seconds(10);
    base::Duration give_up_after = std::chrono::seconds(3);  // no answer
    bool honours_retry_after = false;                        // waits for it before it asks the same server again
};

class Phone {
public:
    Phone(World& world, PhoneOrders orders, std::uint32_t number, auth::Ha1 ha1);

    void switch_on();
    void switch_off();  // the plug is pulled; nothing is said
    bool on() const { return on_; }
    bool trying(const base::SiteName& server) const;
    void knock(const base::SiteName& server);  // one attempt, whatever its habit says
    void unregister(const base::SiteName& server);

    const PhoneOrders& orders() const { return orders_; }
    const std::string& contact() const { return contact_; }
    // Where it believes to be registered; empty: nowhere.
    base::SiteName working() const;
    const std::string& last_answer(const base::SiteName& server) const;
    base::Duration longest_pause() const;  // between its attempts when it has no service, over its whole list

private:
    // What it has going with one server.
    struct Leg {
        base::SiteName server;
        support::DigestSession digest;
        std::string call_id;
        std::uint32_t cseq = 0;
        std::uint32_t asked = 0;  // seconds
        std::uint64_t attempt = 0;
        std::uint64_t plan = 0;
        bool trying = false;
        int challenges = 0;  // in this attempt
        Moment granted_until{};
        std::string last_answer;
        std::shared_ptr<support::OwnedRegister> request;
    };
    enum class Outcome : std::uint8_t { granted, refused, silent };

    Leg& leg(const base::SiteName& server);
    void plan(Leg& leg, base::Duration delay);
    void attempt(Leg& leg, std::uint32_t expires);
    void compose(Leg& leg);
    void send(Leg& leg);
    void transmit(Leg& leg);
    void resend_later(Leg& leg, base::Duration interval);
    void receive(Leg& leg, std::uint32_t cseq, const SeenResponse& response);
    void granted(Leg& leg, const SeenResponse& response);
    void finish(Leg& leg, Outcome outcome, base::Duration wait);
    void after_list_outcome(Leg& leg, Outcome outcome, base::Duration wait);

    World& world_;
    PhoneOrders orders_;
    auth::Ha1 ha1_;
    std::string contact_;
    base::Endpoint address_;
    std::vector<Leg> legs_;
    std::size_t current_ = 0;
    bool on_ = false;
};

}  // namespace innkeeper::world
