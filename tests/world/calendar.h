// What will happen in the virtual world, in order. Time passes only here.
#pragma once

#include <functional>
#include <map>
#include <utility>

#include "base/instant.h"

namespace innkeeper::world {

// Since the world began; what a wall clock that everybody trusts would show. Sites have clocks of their own.
using Moment = base::Duration;

class Calendar {
public:
    Moment now() const { return now_; }
    bool acting() const { return acting_; }  // what happens was planned

    void after(base::Duration delay, std::function<void()> what) {
        plan_.emplace(std::pair(now_ + (delay < base::Duration{} ? base::Duration{} : delay), ++count_),
                      std::move(what));
    }
    // Does everything due up to `end`, which then is now. What it throws leaves the calendar usable.
    void run_until(Moment end) {
        while (!plan_.empty() && plan_.begin()->first.first <= end) {
            auto due = plan_.extract(plan_.begin());
            now_ = due.key().first;
            const Acting acting(acting_);
            due.mapped()();
        }
        now_ = end;
    }

private:
    struct Acting {
        explicit Acting(bool& flag) : flag_(flag) { flag_ = true; }
        ~Acting() { flag_ = false; }
        Acting(const Acting&) = delete;
        Acting& operator=(const Acting&) = delete;
        bool& flag_;
    };

    bool acting_ = false;
    Moment now_{};
    std::uint64_t count_ = 0;  // of equal moments the one planned first comes first
    std::map<std::pair<Moment, std::uint64_t>, std::function<void()>> plan_;
};

}  // namespace innkeeper::world
