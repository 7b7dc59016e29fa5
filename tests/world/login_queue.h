// One telephone with several accounts (MU1 to MU3): the first is primary. It logs in one account at a time, those that
// lost their server too: the first that lost it tries until it is let in, the others wait for their turn.
#pragma once

#include <deque>
#include <vector>

#include "world/phone.h"

namespace innkeeper::world {

class LoginQueue {
public:
    // `accounts` outlive the queue. A primary that was not let in after so many failures gives up.
    LoginQueue(World& world, std::vector<Phone*> accounts, int failures_borne);
    LoginQueue(const LoginQueue&) = delete;

    // Power or cable. Unplugged, every account is lost; plugged in, all log in again, the primary first (MU3).
    void plug_in();
    void unplug();
    bool at_login_screen() const { return login_screen_; }
    const std::vector<Phone*>& accounts() const { return accounts_; }

    // What an account says and asks.
    bool has_turn(const Phone& account) const { return !waiting_.empty() && waiting_.front() == &account; }
    void logged_in(Phone& account);
    void failed(Phone& account);

private:
    void next();
    void abandon();

    World& world_;
    std::vector<Phone*> accounts_;
    std::deque<Phone*> waiting_;  // the first has its turn
    int failures_borne_;
    int failures_of_primary_ = 0;
    bool plugged_ = false;
    bool login_screen_ = false;
    std::uint64_t screen_ = 0;
};

}  // namespace innkeeper::world
