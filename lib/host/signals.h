// SIGTERM, SIGINT and SIGHUP as events on the loop, by signalfd(2).
//
// To be made in main before any thread: it blocks the three for the whole process, and threads inherit that. So do
// child processes: whoever starts one must clear its signal mask. SIGPIPE is ignored: a closed connection is told by
// the write that met it.
#pragma once

#include <functional>
#include <memory>

#include "host/loop.h"

namespace innkeeper::host {

class Signals {
public:
    Signals(Loop& loop, std::function<void(int signal)> on_signal);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

private:
    void read_all();

    std::function<void(int)> on_signal_;
    int descriptor_;
    std::unique_ptr<Watch> watch_;
};

}  // namespace innkeeper::host
