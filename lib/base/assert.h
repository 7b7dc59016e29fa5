// Our own mistakes end the process, always, also in release builds; systemd starts it again (design section 10).
// What the world does wrong is never an assertion.
#pragma once

#include <cstdio>
#include <cstdlib>

#define INNKEEPER_ASSERT(condition)                                                                        \
    do {                                                                                                   \
        if (!(condition)) {                                                                                \
            std::fprintf(stderr, "event=assertion_failed at=%s:%d condition=\"%s\"\n", __FILE__, __LINE__, \
                         #condition);                                                                      \
            std::abort();                                                                                  \
        }                                                                                                  \
    } while (false)
