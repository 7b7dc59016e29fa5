// The only source of chance in the virtual world: equal seeds give equal runs, with every compiler. Draw into a named
// constant before a call: the order in which arguments are evaluated differs between compilers.
#pragma once

#include <cstdint>

#include "base/instant.h"

namespace innkeeper::world {

// splitmix64.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15U);
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31U);
    }
    // 0 .. count - 1
    std::uint64_t below(std::uint64_t count) { return next() % count; }
    bool chance(double probability) { return static_cast<double>(next() >> 11U) * 0x1.0p-53 < probability; }
    base::Duration between(base::Duration least, base::Duration most) {
        return least +
               base::Duration(static_cast<std::int64_t>(below(static_cast<std::uint64_t>((most - least).count()) + 1)));
    }
    // A stream of its own, so that one part's draws do not shift another's.
    Random fork() { return Random(next()); }

private:
    std::uint64_t state_;
};

}  // namespace innkeeper::world
