// What the core announces, as a line of the log: one function per notice, stable event names and fields. Says who and
// where, never a password, hash, key, nonce or Authorization text (R22); strangers stay nameless (R20).
#pragma once

#include "core/notice.h"
#include "host/log.h"

namespace innkeeper::daemon {

// Cheap: to be asked before describe, since most notices are for debug only.
host::Level level_of(const core::Notice& notice);
host::LogLine describe(const core::Notice& notice);

}  // namespace innkeeper::daemon
