// What happened in a world, line by line, for whoever has to understand a failed run. The oldest lines go first when it
// is full.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "world/calendar.h"

namespace innkeeper::world {

class Transcript {
public:
    explicit Transcript(std::size_t lines) : lines_(lines) {}

    void note(Moment when, std::string_view who, std::string_view what);
    std::string text() const;

    bool verbose = false;  // heartbeats and changes between sites too

private:
    std::size_t lines_;
    std::deque<std::string> kept_;
};

}  // namespace innkeeper::world
