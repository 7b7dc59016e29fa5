#include "world/login_queue.h"

#include <algorithm>

#include "world/world.h"

namespace innkeeper::world {
namespace {

constexpr base::Duration until_the_user_logs_in_again = std::chrono::seconds(15);

}  // namespace

LoginQueue::LoginQueue(World& world, std::vector<Phone*> accounts, int failures_borne)
    : world_(world), accounts_(std::move(accounts)), failures_borne_(failures_borne) {
    for (Phone* account : accounts_) account->join(*this);
}

void LoginQueue::plug_in() {
    plugged_ = true;
    login_screen_ = false;
    failures_of_primary_ = 0;
    waiting_.assign(accounts_.begin(), accounts_.end());
    next();
}

void LoginQueue::unplug() {
    plugged_ = false;
    waiting_.clear();
    for (Phone* account : accounts_) account->lose_power();
}

void LoginQueue::next() {
    if (!waiting_.empty()) waiting_.front()->log_in();
}

void LoginQueue::logged_in(Phone& account) {
    if (&account == accounts_.front()) failures_of_primary_ = 0;
    if (!has_turn(account)) return;
    waiting_.pop_front();
    next();
}

void LoginQueue::failed(Phone& account) {
    if (!plugged_ || login_screen_) return;
    if (&account == accounts_.front() && ++failures_of_primary_ > failures_borne_) return abandon();
    if (std::find(waiting_.begin(), waiting_.end(), &account) != waiting_.end()) return;  // goes on trying
    waiting_.push_back(&account);  // goes on by itself if it is the only one
}

// MU1: the primary cannot log in. The others are logged out, and somebody has to log in at the phone again.
void LoginQueue::abandon() {
    world_.note(accounts_.front()->orders().aor.user(), "returns to its login screen");
    waiting_.clear();
    login_screen_ = true;
    for (Phone* account : accounts_) account->log_out();
    const std::uint64_t screen = ++screen_;
    world_.calendar.after(until_the_user_logs_in_again, [this, screen] {
        if (plugged_ && login_screen_ && screen == screen_) plug_in();
    });
}

}  // namespace innkeeper::world
