// The daemon's decisions as a fold (design sections 1 and 5): one event in, a list of effects out.
#pragma once

#include <memory>

#include "core/census.h"
#include "core/effect.h"
#include "core/event.h"
#include "core/settings.h"

namespace innkeeper::core {

// Owns all state of the site. Used by one thread; reads no clock, knows no socket. Views inside the effects of a step
// are valid until the next step.
class Gatekeeper {
public:
    explicit Gatekeeper(Settings settings);
    ~Gatekeeper();
    Gatekeeper(Gatekeeper&&) noexcept;
    Gatekeeper& operator=(Gatekeeper&&) noexcept;

    // Applies one event; appends what must be done, in the order in which it must be done.
    // `now` must not go backwards.
    void step(base::Instant now, Event event, Effects& out);

    // When TimePassed must be fed if nothing else happens. Never in the past after a TimePassed.
    base::Instant next_deadline() const;

    Census census(base::Instant now) const;

private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace innkeeper::core
