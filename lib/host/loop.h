// The one event loop, around sofia-sip's su_root: sofia's stacks, our sockets and timers, and work posted by the few
// threads that libraries bring along. Everything but post() and stop() belongs to the thread that made the loop.
#pragma once

#include <functional>
#include <memory>

#include "base/instant.h"

struct su_root_s;

namespace innkeeper::host {

class Loop {
public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void run();   // returns after stop()
    void stop();  // any thread, also before run()
    // Any thread: `work` runs on the loop's thread, in the order of posting, never inside post().
    void post(std::function<void()> work);
    // Runs what is ready, waits at most `patience` for something to become ready. For tests.
    void step(base::Duration patience);

    su_root_s* root();  // for lib/sip, which hands it to nta

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Watches a descriptor, which must stay open as long as the watch lives. Callbacks must not throw; they may destroy
// the watch.
class Watch {
public:
    struct Ready {
        bool readable = false;
        bool writable = false;
        bool failed = false;  // error or hang-up
    };
    Watch(Loop& loop, int descriptor, bool want_read, bool want_write, std::function<void(Ready)> on_ready);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    void want(bool read, bool write);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Fires once per arm(), on the loop's thread, to the millisecond. May be armed again or destroyed from its own
// callback.
class Timer {
public:
    Timer(Loop& loop, std::function<void()> on_due);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    void arm(base::Duration from_now);  // replaces an earlier arm; what is not in the future fires as soon as possible
    void disarm();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace innkeeper::host
