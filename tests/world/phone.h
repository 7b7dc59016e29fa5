// A telephone: one user, a list of servers, a habit of choosing among them, and the timers of its model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/phone_digest.h"
#include "world/phone_orders.h"
#include "world/pipe.h"
#include "world/site.h"
#include "world/user_agent.h"

namespace innkeeper::world {

class LoginQueue;

class Phone {
public:
    Phone(World& world, PhoneOrders orders, std::uint32_t number, auth::Ha1 ha1);

    // The plug; nothing is said when it is pulled. Of a telephone with several accounts its primary has the plug.
    void switch_on();
    void switch_off();
    bool on() const { return on_; }
    bool trying(const base::SiteName& server) const;
    void knock(const base::SiteName& server);  // one attempt, whatever its habit says
    void unregister(const base::SiteName& server);

    // Its part in a telephone with several accounts.
    void join(LoginQueue& queue) { queue_ = &queue; }
    void log_in();
    void log_out();
    void lose_power();
    bool waits_for_its_turn() const;

    bool has_connection(const base::Flow& flow) const;
    bool answers() const { return powered_; }  // what it is asked, whether or not it acts by its habit
    void connection_ended(const Site& by);     // the server's process is gone and its kernel said so

    // phone_calls.cpp. A call goes by the server it works with unless another is named, and by its first one where it
    // works with none.
    void call(const std::string& user, base::SiteName by = {}, bool with_credentials = true);
    void pick_up();
    void hang_up();
    void refresh_call();
    void answer_after(std::optional<base::Duration> delay);  // none: only when somebody picks up
    void refuse_calls_with(std::uint16_t status);            // 0: it takes them
    const UserAgent& calls() const { return *calls_; }
    // Octets that a site sends it, over the network; false: it has no such connection.
    bool carry_from(Site& site, const base::Flow& flow, const std::string& octets);
    // A connection that an earlier life of the site took along, and of which the phone has not heard yet.
    bool has_dead_connection(const Site& site) const;

    const PhoneOrders& orders() const { return orders_; }
    const std::string& contact() const { return contact_; }
    const base::Endpoint& address() const { return address_; }
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
        Moment not_before{};  // left alone until then, as its Retry-After said
        std::string last_answer;
        std::shared_ptr<support::OwnedRegister> request;
        std::uint64_t connection = 0;    // over a stream; 0: none
        std::uint64_t life_of_site = 0;  // in which that was made
        std::unique_ptr<Pipe> up;        // what calls send over it
        std::unique_ptr<Pipe> down;
    };
    enum class Outcome : std::uint8_t { granted, refused, silent };

    Leg& leg(const base::SiteName& server);
    std::string user() const { return std::string(orders_.aor.user()); }
    std::size_t index_of(const Leg& leg) const { return static_cast<std::size_t>(&leg - legs_.data()); }
    bool streams() const { return orders_.transport != base::Transport::udp; }

    // phone.cpp: what to do next
    void plan(Leg& leg, base::Duration delay);
    void plan_probe_of_home();
    void finish(Leg& leg, Outcome outcome);
    void after_list_outcome(Leg& leg, Outcome outcome);
    void refresh_later(Leg& leg);
    void try_next(std::size_t after);

    // phone_signalling.cpp: one attempt with one server
    void attempt(Leg& leg, std::uint32_t expires);
    void compose(Leg& leg);
    void send(Leg& leg);
    void transmit(Leg& leg);
    void resend_later(Leg& leg, base::Duration interval);
    void connect(Leg& leg, base::Duration next_try);
    void carry(Leg& leg, std::shared_ptr<support::OwnedRegister> request);
    void bring(Leg& leg, std::uint32_t cseq, const SeenResponse& response);
    void receive(Leg& leg, std::uint32_t cseq, const SeenResponse& response);
    void granted(Leg& leg, const SeenResponse& response);
    void failed_at_once(Leg& leg);
    void ask_home_by_options(std::uint64_t plan);

    // phone_calls.cpp
    void begin_calls();
    base::Flow flow_by(const Leg& leg) const;
    void send_call(const base::SiteName& server, const std::string& octets);
    void send_over_stream(Leg& leg, const std::string& octets);
    void connect_for_call(Leg& leg, const std::string& octets);

    World& world_;
    PhoneOrders orders_;
    auth::Ha1 ha1_;
    std::string contact_;
    base::Endpoint address_;
    std::vector<Leg> legs_;
    std::size_t current_ = 0;
    bool on_ = false;
    bool powered_ = false;
    bool registered_ = false;  // with the server it works with, as far as it knows
    LoginQueue* queue_ = nullptr;
    std::unique_ptr<UserAgent> calls_;
};

}  // namespace innkeeper::world
